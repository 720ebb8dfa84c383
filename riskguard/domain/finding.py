"""What detectors say about a post, and what they could not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

NOTABLE = 0.05
"""Scores under this are left out of verdicts unless all scores are asked for."""

NEAR_DUPLICATE = "similar.near_duplicate"
"""The label of what is like an earlier post; the fact `cluster` names the first of them."""

DISGUISED, CROSSING = "disguised", "crossing"
"""Facts about listed terms: that somebody took pains to hide one; that all begin or end inside other words."""

INTENT_OFFER, INTENT_ATTACK, INTENT_ANY = "intent.offer", "intent.attack", "intent.any"
"""Facts about what a model found: the logarithm of the odds that the text itself makes an unlawful offer or advertises,
that it attacks somebody, that it breaks any rule. What it only tells, quotes or warns of does not count. The combiner
takes them away."""

INTENTS = (INTENT_OFFER, INTENT_ATTACK, INTENT_ANY)

SAID_BY_LISTS, SAID_BY_MODEL, INTENDED, WORDED, SHOWN_FRAMES = "lexicon", "model", "intent", "wording", "frames"
"""Facts about a weighed score: those that lists and model gave, how likely a model holds it that the text means to do
such a thing, how likely its words alone make that, and what the text does with its words."""

MOST_SPANS = 200
"""So many places of one label are kept in a verdict."""

TITLE: Mapping[str, str] = {"where": "title"}
"""The fact of a finding whose evidence stands in the title alone: it has no spans, and says nothing of the text."""


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """Where in Post.text the proof stands: code points, end exclusive."""

    start: int
    end: int
    reason: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"empty or negative span: [{self.start}, {self.end})")


@dataclass(frozen=True, slots=True)
class Finding:
    """One detector's word on one label. `score` is a probability 0..1; no spans means 'the whole text', unless the
    facts say where it stands.

    `facts` holds what else the detector knows (an account count, a cluster id): JSON scalars only.
    """

    label: str
    score: float
    detector: str
    spans: tuple[EvidenceSpan, ...] = ()
    facts: Mapping[str, str | int | float | bool] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score of {self.label} is outside 0..1: {self.score}")

    @property
    def places(self) -> int:
        """How many places carry the label: the spans, and those that the fact 'more' counts."""
        more = self.facts.get("more", 0)
        return len(self.spans) + (more if isinstance(more, int) else 0)

    @property
    def in_title(self) -> bool:
        """Whether all its evidence stands in the title."""
        return self.facts.get("where") == "title"


def brief(findings: Sequence[Finding], *, most: int = MOST_SPANS) -> tuple[Finding, ...]:
    """The findings with about `most` spans of each label, the likeliest first; the fact 'more' counts the others.

    Each finding that has spans keeps one: none would speak of the whole text.
    """
    if all(len(finding.spans) <= 1 for finding in findings):
        return tuple(findings)
    room: dict[str, int] = {}
    shown: dict[int, Finding] = {}
    for at in sorted(range(len(findings)), key=lambda at: -findings[at].score):
        finding = findings[at]
        left = max(1, room.get(finding.label, most))
        room[finding.label] = left - len(finding.spans)
        if len(finding.spans) > left:
            facts = {**finding.facts, "more": finding.places - left}
            finding = replace(finding, spans=finding.spans[:left], facts=facts)
        shown[at] = finding
    return tuple([shown[at] for at in range(len(findings))])


class Cause(StrEnum):
    """Why a detector stayed silent: FAILED (broke or ran out of time) or ABSENT (no model is installed)."""

    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Abstention:
    """A detector that did not answer for one post, the labels it left open, and why.

    `on_abstention` of a policy speaks of FAILED ones; an ABSENT one is a fact about the installation.
    """

    detector: str
    reason: str
    cause: Cause = Cause.FAILED
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All findings and abstentions of one post, and the version of every detector that read it."""

    findings: tuple[Finding, ...] = ()
    abstentions: tuple[Abstention, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict, hash=False)

    def scores(self) -> dict[str, float]:
        """The highest score of each label."""
        highest: dict[str, float] = {}
        for finding in self.findings:
            if finding.score > highest.get(finding.label, -1.0):
                highest[finding.label] = finding.score
        return highest
