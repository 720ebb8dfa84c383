"""One calibrated score for what a listed term or a model's head says, weighed with the words around it."""

from riskguard.detectors.combiner.combiner import CONFIG, WORDS, Combiner, marked
from riskguard.detectors.combiner.sign import GROUPS, Basis, Group, Surroundings

__all__ = ["CONFIG", "GROUPS", "WORDS", "Basis", "Combiner", "Group", "Surroundings", "marked"]
