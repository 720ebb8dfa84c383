"""Conditions as values: what they may look at, and the flaws of one that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from typing import Any

from riskguard.domain.finding import Finding, Reading
from riskguard.domain.post import Post
from riskguard.domain.privacy import Risk

_DAY_S = 86_400.0


class Kind(Enum):
    """The type of a part of a condition, as its author is told."""

    NUMBER = "a number"
    TEXT = "a text"
    TRUTH = "true or false"
    LIST = "a list"
    BROKEN = "broken"


class Scope:
    """What a condition may look at: one post and its reading."""

    __slots__ = ("_families", "post", "reading", "scores")

    def __init__(self, post: Post, reading: Reading, scores: dict[str, float]) -> None:
        self.post = post
        self.reading = reading
        self.scores = scores
        self._families: dict[str, float] | None = None

    def highest(self, parent: str) -> float:
        """The highest score of `parent` and its children, 0 when nothing was found."""
        if self._families is None:
            self._families = _by_family(self.scores)
        return self._families.get(parent, 0.0)

    def count(self, label: str) -> int:
        """Places of the text that carry the label; a finding about the whole text has none."""
        if label not in self.scores:
            return 0
        return sum(f.places for f in self.reading.findings if f.label == label)

    def count_all(self, parent: str) -> int:
        """Places of the text that carry `parent` or one of its children."""
        return sum(f.places for f in self.reading.findings if within(f.label, parent))

    def fact(self, label: str, name: str, default: str | float | bool) -> Any:
        """The fact, the largest where several findings tell it; the default when none tells it in the same type."""
        if label not in self.scores:
            return default
        told = [f.facts[name] for f in self.reading.findings if f.label == label and name in f.facts]
        fitting: list[Any] = [value for value in told if kind_of(value) is kind_of(default)]
        return max(fitting) if fitting else default

    def risk(self, label: str) -> int:
        """The highest risk that a finding was graded; 0 when there is none. `pii.*` takes the children too."""
        return max((Risk.parse(str(f.facts["risk"])) for f in self._told(label) if "risk" in f.facts), default=0)

    def whose(self, label: str, word: str) -> bool:
        """Whether a finding is about the information of such a one. `pii.*` takes the children too."""
        return any(f.facts.get("whose") == word for f in self._told(label))

    def _told(self, label: str) -> Iterator[Finding]:
        parent = label.removesuffix(".*")
        for finding in self.reading.findings:
            if finding.label == label or (parent != label and within(finding.label, parent)):
                yield finding

    def age_days(self) -> float:
        """Days from the account's creation to the post; 0 when unknown or in the future."""
        born = self.post.author.created_at
        return max(0.0, (self.post.created_at - born).total_seconds() / _DAY_S) if born else 0.0


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked `when:`. Two are equal when they are written alike. `labels` are those it asks about."""

    source: str
    holds: Callable[[Scope], bool] = field(compare=False, repr=False)
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flaw:
    """A mistake in a condition, `offset` characters into its source."""

    offset: int
    message: str
    hint: str = ""


class ConditionInvalid(Exception):
    """A condition that cannot be used, with all its flaws."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("; ".join(flaw.message for flaw in self.flaws))


def nearest(word: str, choices: Iterable[str]) -> str:
    """A hint at the choice that was probably meant; empty when none is near."""
    near = get_close_matches(word, list(choices), n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def kind_of(value: object) -> Kind:
    """The kind of a plain value."""
    if isinstance(value, bool):
        return Kind.TRUTH
    return Kind.TEXT if isinstance(value, str) else Kind.NUMBER


def _by_family(scores: dict[str, float]) -> dict[str, float]:
    highest: dict[str, float] = {}
    for label, score in scores.items():
        for name in lineage(label):
            if score > highest.get(name, 0.0):
                highest[name] = score
    return highest


@lru_cache(maxsize=4096)
def lineage(label: str) -> tuple[str, ...]:
    """`fraud.loan`, then `fraud`: the label and its parents, nearest first."""
    parts = label.split(".")
    return tuple(".".join(parts[:end]) for end in range(len(parts), 0, -1))


def within(label: str, parent: str) -> bool:
    """Whether `label` is `parent` or one of its children."""
    return label.startswith(parent) and (len(label) == len(parent) or label[len(parent)] == ".")
