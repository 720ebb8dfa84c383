"""HANDS: what leaves the house."""

from riskguard.delivery.webhooks import WebhookSender

__all__ = ["WebhookSender"]
