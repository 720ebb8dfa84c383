"""What is said to an author who may be in distress: words and people to turn to, as the deployer wrote them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to. `hours` says in words when; empty: not told."""

    name: str
    phone: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Care:
    """What the platform can show to the author of a post that raised `alert`. Tells nothing about the post."""

    alert: str
    text: str
    contacts: tuple[Contact, ...] = ()
