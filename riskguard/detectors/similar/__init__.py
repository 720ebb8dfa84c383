"""Look-alikes: the same text again, from one account or from many."""

from riskguard.detectors.similar.copypasta import Copypasta, copypasta_faults, load_copypasta
from riskguard.detectors.similar.detector import SimilarDetector
from riskguard.detectors.similar.lookalikes import LookAlikes, Match, Trace
from riskguard.detectors.similar.memory import MemoryLookAlikes
from riskguard.detectors.similar.redis import RedisLookAlikes

__all__ = [
    "Copypasta",
    "LookAlikes",
    "Match",
    "MemoryLookAlikes",
    "RedisLookAlikes",
    "SimilarDetector",
    "Trace",
    "copypasta_faults",
    "load_copypasta",
]
