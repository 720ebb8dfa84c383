"""One calibrated score for what a listed term says, weighed with the encoder and the words around it."""

from riskguard.detectors.combiner.combiner import CONFIG, Combiner
from riskguard.detectors.combiner.sign import GROUPS, Group, group_of, signs_of

__all__ = ["CONFIG", "GROUPS", "Combiner", "Group", "group_of", "signs_of"]
