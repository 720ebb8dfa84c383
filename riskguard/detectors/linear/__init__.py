"""A linear model over hashed character n-grams: several heads from one pass, a few microseconds a post."""

from riskguard.detectors.linear.detector import LinearDetector

__all__ = ["LinearDetector"]
