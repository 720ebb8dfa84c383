"""What a text tells about a person: name, address, health, whereabouts, and calls to expose or harass somebody."""

from riskguard.detectors.person.detector import READERS, PersonDetector
from riskguard.detectors.person.reader import Place, Reader

__all__ = ["READERS", "PersonDetector", "Place", "Reader"]
