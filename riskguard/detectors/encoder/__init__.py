"""The detector 'encoder': one small network that reads every head at once, on the engine that suits the machine."""

from riskguard.detectors.encoder.detector import EncoderDetector

__all__ = ["EncoderDetector"]
