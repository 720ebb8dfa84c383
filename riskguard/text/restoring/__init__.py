"""What was meant by a text in disguise: read before a model reads it."""

from riskguard.text.restoring.files import load_restorer
from riskguard.text.restoring.restorer import Restored, Restorer

__all__ = ["Restored", "Restorer", "load_restorer"]
