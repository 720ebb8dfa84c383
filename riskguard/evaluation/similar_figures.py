"""Are posts that say the same found together, and are those of one event that say different things kept apart?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from random import Random

from riskguard.detectors.similar import MemoryLookAlikes, SimilarDetector
from riskguard.detectors.similar.residue import residue
from riskguard.detectors.similar.sketch import SHORTEST, sketches
from riskguard.domain.post import Author, Post
from riskguard.evaluation.similar_twins import Change, agreement, changes
from riskguard.text.view import fold_all

LENGTHS: Mapping[str, tuple[int, int]] = {
    "under 12": (1, 11),
    "12 to 14": (12, 14),
    "15 to 29": (15, 29),
    "30 to 59": (30, 59),
    "60 and more": (60, 100_000),
    "15 and more": (15, 100_000),
}
"""By characters of one's own words, once all that is left out before comparing is gone; a Latin word counts as one."""

GOAL_LENGTH, GOAL_CHANGE = "15 and more", "3 characters"
RECALL, PRECISION = 0.97, 0.99
COPY, DIFFERENT = 0.8, 0.6
"""Two texts whose best alignment agrees in this share of characters say the same; under the lower one they say
different things. Between them nobody can tell without reading."""

_NEIGHBOURS = 3
_BATCH = 256
_AT = datetime(2026, 11, 22, tzinfo=UTC)

Told = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share; nan of nothing."""
        return self.hits / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence (Wilson)."""
        if not self.of:
            return float("nan"), float("nan")
        z, share = 1.96, self.value
        middle, scale = share + z * z / (2 * self.of), 1 + z * z / self.of
        reach = z * sqrt(share * (1 - share) / self.of + z * z / (4 * self.of**2))
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


@dataclass(frozen=True, slots=True)
class Said:
    """A real post: what it says, what is compared of it, and which event it reposts."""

    text: str
    own: str
    event: str
    length: int


@dataclass(slots=True)
class SimilarFigures:
    """`recall` by change and length; `joined` by how far pairs agree; `stream` counts the joins of real posts, too."""

    half: str
    texts: int
    recall: dict[str, dict[str, Share]] = field(default_factory=dict)
    joined: dict[str, Share] = field(default_factory=dict)
    stream: dict[str, Share] = field(default_factory=dict)

    @property
    def goal_recall(self) -> Share:
        """Of twins with three characters changed, in texts of 15 and more, those found."""
        return self.recall[GOAL_CHANGE][GOAL_LENGTH]

    @property
    def precision(self) -> Share:
        """Of what was joined, twins and the pairs of one event that say different things, one of these for each twin,
        the share that are twins. Each text brings its nearest different one: the hardest there is."""
        wrong = self.joined[_name(0.0)]
        right = round(self.goal_recall.value * wrong.of) if self.goal_recall.of else 0
        return Share(right, right + wrong.hits)

    def missed_goals(self) -> list[str]:
        """What fell short, in words."""
        asked = (("recall", self.goal_recall.value, RECALL), ("precision", self.precision.value, PRECISION))
        return [f"{name} {value:.3f} is under {goal}" for name, value, goal in asked if not value >= goal]

    def plain(self) -> dict[str, object]:
        """As JSON."""
        return {
            "half": self.half,
            "texts": self.texts,
            "recall": {change: _plain(shares) for change, shares in self.recall.items()},
            "joined": _plain(self.joined),
            "stream": _plain(self.stream),
            "precision": _plain({"": self.precision})[""],
            "missed": self.missed_goals(),
        }


def read_halves(posts: Sequence[Mapping[str, object]]) -> dict[str, list[Said]]:
    """Different texts of the stream, by half: every other event, in the order of their names."""
    events = sorted({str(post["thread_id"]) for post in posts})
    tuned = set(events[::2])
    texts = [str(post["text"]) for post in posts]
    halves: dict[str, dict[str, Said]] = {"tune": {}, "report": {}}
    views = fold_all(texts)
    residues = [residue(view.folded) for view in views]
    for post, view, own, sketch in zip(posts, views, residues, sketches(residues), strict=True):
        if sketch is not None:
            event = str(post["thread_id"])
            halves["tune" if event in tuned else "report"].setdefault(own, Said(view.raw, own, event, sketch.length))
    return {name: list(kept.values()) for name, kept in halves.items()}


def steps(said: Sequence[Said]) -> int:
    """How often `measure` tells of progress."""
    return len(changes([])) + len({each.event for each in said}) + 1


def measure(said: Sequence[Said], half: str, policy_dir: Path, told: Told) -> SimilarFigures:
    """All figures of one half."""
    figures = SimilarFigures(half, len(said))
    letters = [char for each in said for char in each.own if char.isalnum()]
    for name, change in changes(letters).items():
        figures.recall[name] = _recall(said, change, Random(name), policy_dir)  # noqa: S311 - no secret
        told()
    figures.joined = _joined(said, policy_dir, told)
    figures.stream = _stream(said, policy_dir)
    told()
    return figures


def _recall(said: Sequence[Said], change: Change, dice: Random, policy_dir: Path) -> dict[str, Share]:
    """Each text's twin must join what the text itself stands in, among all texts of the half."""
    detector = SimilarDetector(MemoryLookAlikes(), policy_dir=policy_dir)
    own = [each or f"text {at}" for at, each in enumerate(_clusters([one.text for one in said], detector, "text "))]
    twins = [change(each.text, dice) for each in said]
    kept = [at for at, twin in enumerate(twins) if twin is not None]
    joined = _clusters([twins[at] or "" for at in kept], detector, "twin ")
    counts = {name: [0, 0] for name in LENGTHS}
    for at, cluster in zip(kept, joined, strict=True):
        for name, (low, high) in LENGTHS.items():
            if low <= said[at].length <= high:
                counts[name][0] += cluster == own[at]
                counts[name][1] += 1
    return {name: Share(hits, of) for name, (hits, of) in counts.items()}


def _joined(said: Sequence[Said], policy_dir: Path, told: Told) -> dict[str, Share]:
    """Of the nearest pairs of each event, by how far they agree, those that join when they meet alone."""
    by_event: dict[str, list[Said]] = defaultdict(list)
    for each in said:
        by_event[each.event].append(each)
    counts: dict[str, list[int]] = {_name(floor): [0, 0] for floor in (COPY, DIFFERENT, 0.0)}
    for texts in by_event.values():
        for one, other, agreed in _nearest_pairs([each for each in texts if each.length >= SHORTEST]):
            count = counts[_name(agreed)]
            detector = SimilarDetector(MemoryLookAlikes(), policy_dir=policy_dir)
            count[0] += _clusters([one.text, other.text], detector, "")[1] is not None
            count[1] += 1
        told()
    return {name: Share(hits, of) for name, (hits, of) in counts.items()}


def _nearest_pairs(texts: Sequence[Said]) -> list[tuple[Said, Said, float]]:
    """Of each text and every class of agreement, the pair that shares most 2-grams."""
    grams = [{each.own[at : at + 2] for at in range(len(each.own) - 1)} for each in texts]
    where: dict[str, list[int]] = defaultdict(list)
    for at, mine in enumerate(grams):
        for gram in mine:
            where[gram].append(at)
    pairs: dict[tuple[int, int], float] = {}
    for at, mine in enumerate(grams):
        shared = Counter(other for gram in mine for other in where[gram] if other != at)
        shares = {other: n / (len(mine) + len(grams[other]) - n) for other, n in shared.items()}
        seen: set[str] = set()
        for other in sorted(shares, key=lambda other: -shares[other])[: _NEIGHBOURS * 4]:
            agreed = agreement(texts[at].own, texts[other].own)
            if _name(agreed) not in seen:
                seen.add(_name(agreed))
                pairs[min(at, other), max(at, other)] = agreed
    return [(texts[one], texts[other], agreed) for (one, other), agreed in pairs.items()]


def _stream(said: Sequence[Said], policy_dir: Path) -> dict[str, Share]:
    """Of the joins among the real texts of the half, how many agree how far with the first of their cluster."""
    detector = SimilarDetector(MemoryLookAlikes(), policy_dir=policy_dir)
    clusters = _clusters([each.text for each in said], detector, "")
    found: Counter[str] = Counter()
    for each, cluster in zip(said, clusters, strict=True):
        if cluster is not None and each.length >= SHORTEST:
            found[_name(agreement(each.own, said[int(cluster)].own))] += 1
    return {_name(floor): Share(found[_name(floor)], found.total()) for floor in (COPY, DIFFERENT, 0.0)}


def _clusters(texts: Sequence[str], detector: SimilarDetector, prefix: str) -> list[str | None]:
    """The cluster that each text joined, None where it is the first of its kind."""
    found: list[str | None] = []
    for start in range(0, len(texts), _BATCH):
        views = fold_all(texts[start : start + _BATCH])
        names = [f"{prefix}{start + at}" for at in range(len(views))]
        posts = [
            Post(name, "community", name, view.raw, _AT, Author(name)) for name, view in zip(names, views, strict=True)
        ]
        for findings in detector.read(posts, views, floor=0.0):
            found.append(str(findings[0].facts["cluster"]) if findings else None)  # noqa: PERF401 (one line a text)
    return found


def _name(agreed: float) -> str:
    if agreed >= COPY:
        return f"the same ({COPY:.0%} and more)"
    return f"unclear ({DIFFERENT:.0%} to {COPY:.0%})" if agreed >= DIFFERENT else f"different (under {DIFFERENT:.0%})"


def _plain(shares: Mapping[str, Share]) -> dict[str, object]:
    return {
        name: {"hits": each.hits, "of": each.of, "share": None if not each.of else round(each.value, 4)}
        for name, each in shares.items()
    }
