"""How much of what a community says is the same: copies of one text, or many words about one thing. Two matters, told
apart; each against the community's own past."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median

from riskguard.domain.opinion import Gauge, Mark
from riskguard.services.opinion.surge import copies_in
from riskguard.services.opinion.topics import concentration, top_topics
from riskguard.text.view import fold_all

KIND = "sameness"
READ_POSTS = 2_000
"""The newest posts of a day whose words are read."""

_FIXED_CHARS = 8_000
"""Texts are packed in pieces of this length: longer ones always pack better, whatever they say."""

_LEAST_CHARS = 1_000
_ROBUST = 1.4826
"""Makes the median of absolute deviations a standard deviation, for what is normal."""

_LEAST_DAYS = 7
COPYING = ("clustered", "kinds", "packing")
MONOTONY = ("topics", "variety")


@dataclass(frozen=True, slots=True)
class Sameness:
    """The figures of one day.

    `clustered`: share of posts with look-alikes. `kinds`: effective number of different texts per post (exponential of
    the entropy of clusters, divided by the posts). `packing`: how far texts of a fixed length can be compressed,
    0..1. These three tell copying. `topics`: concentration of topics (Herfindahl-Hirschman), and `variety`: different
    pairs of characters per pair (distinct-2), both of one post a cluster, so that copies do not count: these two tell
    monotony.
    """

    posts: int
    clustered: float
    kinds: float
    packing: float
    topics: float
    variety: float

    @property
    def values(self) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in self.__dataclass_fields__}


def sameness_of(marks: Sequence[Mark], texts: Mapping[str, str]) -> Sameness:
    """The figures of these posts; `texts` holds the words of those that are read, by the ids of the posts."""
    groups = Counter(mark.cluster or mark.post_id for mark in marks)
    read = [mark for mark in marks if mark.post_id in texts]
    folded = dict(zip([mark.post_id for mark in read], fold_all([texts[mark.post_id] for mark in read]), strict=True))
    said = {name: view.folded for name, view in folded.items()}
    alone = _one_a_cluster(marks)
    spoken = Counter({topic.name: topic.accounts for topic in top_topics(alone, most=50)})
    return Sameness(
        posts=len(marks),
        clustered=copies_in(marks) / len(marks) if marks else 0.0,
        kinds=effective(groups) / len(marks) if marks else 0.0,
        packing=packing([said[mark.post_id] for mark in read]),
        topics=concentration(spoken),
        variety=variety([said[mark.post_id] for mark in alone if mark.post_id in said]),
    )


def effective(counts: Mapping[str, int]) -> float:
    """The number of equally common kinds that would be as uneven: the exponential of the entropy."""
    total = sum(counts.values())
    return exp(-sum(count / total * log(count / total) for count in counts.values())) if total else 0.0


def packing(texts: Sequence[str]) -> float:
    """Share of the bytes that compression saves, on average of pieces of a fixed length; 0 of too little."""
    joined = "\n".join(texts)
    pieces = [joined[first : first + _FIXED_CHARS] for first in range(0, len(joined), _FIXED_CHARS)]
    whole = [piece for piece in pieces if len(piece) == _FIXED_CHARS] or pieces[:1]
    saved = [_saved(piece.encode("utf-8", "replace")) for piece in whole if len(piece) >= _LEAST_CHARS]
    return max(0.0, sum(saved) / len(saved)) if saved else 0.0


def _saved(piece: bytes) -> float:
    return 1 - len(zlib.compress(piece, 6)) / len(piece)


def variety(texts: Sequence[str], *, most: int = 4_000) -> float:
    """Different neighbouring pairs of characters per pair (distinct-2), of the first pairs alone: a longer text always
    repeats itself more."""
    pairs = [text[at : at + 2] for text in texts for at in range(len(text) - 1)][:most]
    return len(set(pairs)) / len(pairs) if pairs else 0.0


def _one_a_cluster(marks: Sequence[Mark]) -> list[Mark]:
    first: defaultdict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        first[mark.cluster or mark.post_id].append(mark)
    return [some[0] for some in first.values()]


@dataclass(frozen=True, slots=True)
class Departure:
    """One figure that left its own baseline: how far, in robust deviations; `usual` is the median of earlier days."""

    name: str
    value: float
    usual: float
    deviations: float


def departures(
    values: Mapping[str, float],
    past: Sequence[Gauge],
    *,
    deviation: float,
    worse: Mapping[str, int],
    least_spread: float = 0.02,
) -> list[Departure]:
    """The figures that lie further from the median of earlier days than `deviation` robust deviations, on the worse
    side (+1: high is worse). None in the first week: there is no baseline yet."""
    found = []
    for name, side in worse.items():
        before = [each.values[name] for each in past if name in each.values]
        if len(before) < _LEAST_DAYS or name not in values:
            continue
        usual = median(before)
        spread = max(_ROBUST * median(abs(each - usual) for each in before), least_spread * max(1.0, usual))
        away = side * (values[name] - usual) / spread
        if away >= deviation:
            found.append(Departure(name, values[name], usual, away))
    return sorted(found, key=lambda each: -each.deviations)


WORSE = {"clustered": 1, "kinds": -1, "packing": 1, "topics": 1, "variety": -1}
"""On which side each figure is a bad sign."""
