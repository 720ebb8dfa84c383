"""Models of others, listed by a deployer in `hub.yaml`: any that transformers can load for one of two tasks."""

from riskguard.detectors.hub.detector import HubDetector, hub_detectors
from riskguard.detectors.hub.listing import HubModel, load_listing

__all__ = ["HubDetector", "HubModel", "hub_detectors", "load_listing"]
