"""The file opinion.yaml: when something counts as a surge, how topics are named, and how long is remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from yaml.nodes import Node

from riskguard.policy.document import Document
from riskguard.policy.entry import value_of
from riskguard.policy.watch import Watched

OPINION = "opinion.yaml"
_MOST_WINDOWS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """Scores from which a post is read as an emotion, as negative or positive, and as a look-alike."""

    emotion: float = 0.5
    sentiment: float = 0.5
    copy: float = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """What a window must show: distinct accounts, how many times the usual, and how unlikely (-log10 of the chance)."""

    accounts: float
    lift: float
    surprise: float


@dataclass(frozen=True, slots=True)
class Slow:
    """What a slow rise must show; `evidence` is the height of the CUSUM, in nats."""

    accounts: float = 20
    lift: float = 1.8
    evidence: float = 12


@dataclass(frozen=True, slots=True)
class Close:
    """A surge ends after this many minutes under this lift."""

    lift: float = 1.3
    after_min: float = 120


@dataclass(frozen=True, slots=True)
class SurgeRules:
    """When more accounts than usual are a surge. `windows_min` are whole multiples of five, shortest first."""

    volume: Bar = Bar(8, 2.0, 5)
    emotion: Bar = Bar(6, 3.0, 6)
    topic: Bar = Bar(5, 4.0, 6)
    windows_min: tuple[int, ...] = (5, 15, 60)
    slow: Slow = Slow()
    close: Close = Close()


@dataclass(frozen=True, slots=True)
class BaselineRules:
    """Weeks after which a week counts half, and days of history that weigh as much as the global factor."""

    half_life_weeks: float = 3
    trust_days: float = 3


@dataclass(frozen=True, slots=True)
class KeepDays:
    """Days that marks of posts and buckets of each width are kept."""

    marks: float = 3
    five_minutes: float = 8
    hours: float = 120
    days: float = 1100


@dataclass(frozen=True, slots=True)
class SamenessRules:
    """Robust deviations from the community's own median of `baseline_days` that raise an alert, from `least_posts`."""

    baseline_days: float = 28
    deviation: float = 4
    least_posts: float = 100


@dataclass(frozen=True, slots=True)
class HealthRules:
    """As for sameness, from `least_members` active members on."""

    baseline_days: float = 56
    deviation: float = 4
    least_members: float = 30


@dataclass(frozen=True, slots=True)
class OpinionRules:
    """All of opinion.yaml. `merge` maps a way of writing to the topic that it stands for."""

    version: str = ""
    reading: Reading = Reading()
    surges: SurgeRules = SurgeRules()
    baseline: BaselineRules = BaselineRules()
    ignore: frozenset[str] = frozenset()
    merge: Mapping[str, str] = field(default_factory=dict, hash=False)
    keep_days: KeepDays = KeepDays()
    sameness: SamenessRules = SamenessRules()
    health: HealthRules = HealthRules()


_Bounds = Mapping[str, tuple[float, float]]
_SCORE = (0.05, 1.0)
_READING: _Bounds = {"emotion": _SCORE, "sentiment": _SCORE, "copy": _SCORE}
_BAR: _Bounds = {"accounts": (3, 1e6), "lift": (1.1, 1000), "surprise": (1, 50)}
_SLOW: _Bounds = {"accounts": (3, 1e6), "lift": (1.1, 1000), "evidence": (1, 1000)}
_CLOSE: _Bounds = {"lift": (1, 1000), "after_min": (5, 1440)}
_BASELINE: _Bounds = {"half_life_weeks": (0.5, 52), "trust_days": (0.1, 365)}
_KEEP: _Bounds = {"marks": (1, 30), "five_minutes": (7, 90), "hours": (28, 1100), "days": (60, 11_000)}
_SAMENESS: _Bounds = {"baseline_days": (7, 365), "deviation": (1, 100), "least_posts": (20, 1e6)}
_HEALTH: _Bounds = {"baseline_days": (14, 365), "deviation": (1, 100), "least_members": (5, 1e6)}
_KEYS = ("reading", "surges", "baseline", "topics", "keep_days", "sameness", "health")
_BARS = ("volume", "emotion", "topic")


def load_opinion(folder: Path) -> OpinionRules:
    """The rules in the folder's opinion.yaml; what it does not say is as shipped. PolicyInvalid carries every fault.

    A folder from before opinion has no such file, and gets what is shipped.
    """
    file = folder / OPINION
    if not file.exists():
        return _versioned(OpinionRules())
    document = Document(file)
    entries = document.table(document.root, "opinion.yaml", _KEYS)
    ignore, merge = _topics(document, value_of(entries, "topics"))
    rules = OpinionRules(
        reading=Reading(**_numbers(document, value_of(entries, "reading"), "'reading'", _READING)),
        surges=_surges(document, value_of(entries, "surges")),
        baseline=BaselineRules(**_numbers(document, value_of(entries, "baseline"), "'baseline'", _BASELINE)),
        ignore=ignore,
        merge=merge,
        keep_days=KeepDays(**_numbers(document, value_of(entries, "keep_days"), "'keep_days'", _KEEP)),
        sameness=SamenessRules(**_numbers(document, value_of(entries, "sameness"), "'sameness'", _SAMENESS)),
        health=HealthRules(**_numbers(document, value_of(entries, "health"), "'health'", _HEALTH)),
    )
    document.refuse()
    return _versioned(rules)


class OpinionBook:
    """The rules in force: read again when the file changes; a faulty edit is told and the last good one stays."""

    def __init__(self, folder: Path) -> None:
        self._watched = Watched(
            "opinion",
            lambda: load_opinion(folder),
            files=lambda _: [folder / OPINION],
            version=lambda rules: rules.version,
        )

    def rules(self) -> OpinionRules:
        """The rules of this moment."""
        return self._watched.now()


def _versioned(rules: OpinionRules) -> OpinionRules:
    content = {**asdict(rules), "ignore": sorted(rules.ignore), "version": ""}
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return replace(rules, version=hashlib.sha256(written.encode()).hexdigest()[:12])


def _numbers(document: Document, node: Node | None, what: str, bounds: _Bounds) -> dict[str, float]:
    """The numbers that a table names, each within its bounds."""
    found: dict[str, float] = {}
    for name, (_, value) in document.table(node, what, tuple(bounds)).items():
        low, high = bounds[name]
        number = document.number(value, f"'{name}' of {what}", low=low, high=high)
        if number is not None:
            found[name] = number
    return found


def _surges(document: Document, node: Node | None) -> SurgeRules:
    shipped = SurgeRules()
    entries = document.table(node, "'surges'", (*_BARS, "windows_min", "slow", "close"))
    bars = {name: _bar(document, value_of(entries, name), name, getattr(shipped, name)) for name in _BARS}
    slow = Slow(**_numbers(document, value_of(entries, "slow"), "'slow'", _SLOW))
    close = Close(**_numbers(document, value_of(entries, "close"), "'close'", _CLOSE))
    for name, bar in bars.items():
        if bar.lift <= close.lift and node is not None:
            message = f"'{name}' opens at {bar.lift:g} times the usual, and 'close' ends it under {close.lift:g} times"
            document.fault(value_of(entries, name) or node, message, "a surge must open above where it closes")
    return SurgeRules(**bars, windows_min=_windows(document, value_of(entries, "windows_min")), slow=slow, close=close)


def _bar(document: Document, node: Node | None, name: str, shipped: Bar) -> Bar:
    return Bar(**{**asdict(shipped), **_numbers(document, node, f"'{name}'", _BAR)})


def _windows(document: Document, node: Node | None) -> tuple[int, ...]:
    if node is None:
        return SurgeRules().windows_min
    items = document.items(node, "'windows_min'")
    numbers = [document.number(each, "a window", low=5, high=180) for each in items]
    found = tuple(int(number) for number in numbers if number is not None)
    if any(number % 5 for number in found):
        document.fault(node, "a window is a multiple of 5 minutes", "windows_min: [5, 15, 60]")
    if not found or len(found) > _MOST_WINDOWS or any(one >= other for one, other in pairwise(found)):
        document.fault(node, f"1 to {_MOST_WINDOWS} windows, shortest first", "windows_min: [5, 15, 60]")
    return found


def _topics(document: Document, node: Node | None) -> tuple[frozenset[str], dict[str, str]]:
    entries = document.table(node, "'topics'", ("ignore", "merge"))
    ignore = frozenset(document.texts(value_of(entries, "ignore"), "'ignore'"))
    merge: dict[str, str] = {}
    for topic, (_, value) in document.table(value_of(entries, "merge"), "'merge'").items():
        for word in document.texts(value, f"'{topic}'"):
            if merge.setdefault(word, topic) != topic:
                document.fault(value, f"'{word}' stands for '{merge[word]}' already")
    for word, topic in merge.items():
        if topic in merge and topic != word:
            document.fault(node, f"'{topic}' stands for '{merge[topic]}' itself", f"write '{word}' there, too")
    return ignore, merge
