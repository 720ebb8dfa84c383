"""HANDS: what leaves the house."""

from riskguard.delivery.guard import refusing
from riskguard.delivery.webhooks import WebhookSender

__all__ = ["WebhookSender", "refusing"]
