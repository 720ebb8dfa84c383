"""Any other channel, by Apprise. It connects by itself, past our guard, and says only yes or no."""

from __future__ import annotations

import logging

from riskguard.delivery.parcel import Reply
from riskguard.delivery.receivers.wording import Wording
from riskguard.domain.event import Outcome


def send(url: str, words: Wording, *, timeout_s: float) -> Reply:
    """Hand the words to the service that the address of Apprise names. Never raises for what the service does."""
    import apprise  # only where somebody uses it: it knows more than a hundred services

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines quote addresses, which are secrets
    service = apprise.Apprise()
    if not service.add(url):
        return Reply(Outcome.REFUSED, "Apprise does not understand the address")
    if service.notify(body=words.plain, title=words.title, timeout=timeout_s):
        return Reply(Outcome.DELIVERED, "Apprise: sent")
    return Reply(Outcome.FAILED, "Apprise: not sent", again=True)
