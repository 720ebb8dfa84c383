"""Personal information in folded text. One recogniser a file, each with examples and near misses as data."""

from riskguard.detectors.pii.catalogue import RECOGNISERS
from riskguard.detectors.pii.detector import PiiDetector
from riskguard.detectors.pii.recogniser import Example, Pattern, Recogniser

__all__ = ["RECOGNISERS", "Example", "Pattern", "PiiDetector", "Recogniser"]
