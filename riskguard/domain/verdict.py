"""The machine's answer under one policy version; never edited once given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from riskguard.domain.care import Care
from riskguard.domain.finding import Abstention, Finding


class Action(IntEnum):
    """What we do about a post, mildest first, so that combining rules is max()."""

    ALLOW = 0
    MASK = 1
    LIMIT = 2
    REVIEW = 3
    BLOCK = 4

    @property
    def word(self) -> str:
        """The name used in policies and on the wire: 'review'."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Self:
        """The action called `word`; ValueError names the choices."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"'{word}' is no action; choose from {', '.join(a.word for a in cls)}") from None


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A threshold or rule that fired: its id, the action it asks for, and why, in words for people."""

    id: str
    action: Action
    because: str = ""
    basis: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one policy version says about one post revision.

    `labels` is the highest score per label; `alerts` names what operators must hear of beside the action, and
    `care` is what the platform can show to the author then.
    """

    post_id: str
    action: Action
    labels: Mapping[str, float] = field(default_factory=dict, hash=False)
    findings: tuple[Finding, ...] = ()
    rules: tuple[FiredRule, ...] = ()
    alerts: tuple[str, ...] = ()
    care: Care | None = None
    masked_text: str = ""
    campaign: str | None = None
    abstentions: tuple[Abstention, ...] = ()
    policy_version: str = ""
    models: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def needs_human(self) -> bool:
        """A moderator must look: the policy asks for review or raises an alert (a cry for help is allowed and seen)."""
        return self.action is Action.REVIEW or bool(self.alerts)
