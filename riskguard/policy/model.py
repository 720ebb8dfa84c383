"""A policy as a value: immutable, versioned by its content."""

from __future__ import annotations

from dataclasses import dataclass

from riskguard.domain.verdict import Action


@dataclass(frozen=True, slots=True)
class Policy:
    """What we do about a reading. `version` is a hash of the content in force."""

    name: str
    version: str
    on_abstention: Action = Action.REVIEW
