"""HANDS: the receivers of alerts.yaml, each in its own words; every one says whether another try helps."""

from riskguard.delivery.receivers.messenger import Messenger

__all__ = ["Messenger"]
