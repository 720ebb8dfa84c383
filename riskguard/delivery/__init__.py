"""HANDS: what leaves the house."""

from riskguard.delivery.guard import refusing
from riskguard.delivery.receivers import Messenger
from riskguard.delivery.webhooks import WebhookSender

__all__ = ["Messenger", "WebhookSender", "refusing"]
