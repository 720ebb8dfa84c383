"""Words that mean something together: a pair's key stands in the text; is one of its companions near?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from riskguard.detectors.lexicon.files import Pair, Term, Tier
from riskguard.detectors.lexicon.sighting import Sighting
from riskguard.text.noise import squeezed
from riskguard.text.view import TextView

SCORE: Mapping[Tier, float] = {Tier.STRONG: 0.9, Tier.MEDIUM: 0.6, Tier.WEAK: 0.3}
"""What a term says by itself when it stands there plainly. Set by hand until they are calibrated."""

_HEAVIEST = SCORE[Tier.STRONG]

_MOST_PAIRS = 64
"""So many pairs of one label are weighed in one post; more would say nothing new."""

_ANY_PAIR = ""
"""All pairs of a label speak as one: of several, the weightiest is heard. Only terms add up."""

_SENTENCE_END = re.compile(r"[!?。\n]")


class Found(NamedTuple):
    """A term or pair seen in a text, and its `weight`: what it says as it stands there, 0..1."""

    term: Term
    seen: Sighting
    weight: float

    @classmethod
    def of(cls, term: Term, seen: Sighting) -> Found:
        """The term as it stands there."""
        weight = SCORE[term.tier] * seen.clarity
        return cls(term, seen, weight if weight < _HEAVIEST else _HEAVIEST)


class Beside(NamedTuple):
    """A companion near a key, and the stretch of folded text that holds both (only the key's, if noise is in it)."""

    companion: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Companions:
    """A pair made ready to be looked for."""

    pair: Pair
    near: re.Pattern[str]

    @classmethod
    def of(cls, pair: Pair) -> Companions:
        """The longest companions are tried first. Equal patterns are compiled once, by `re` itself."""
        return cls(pair, re.compile("|".join(map(re.escape, sorted(pair.near, key=len, reverse=True)))))

    def beside(self, view: TextView, start: int, end: int) -> Beside | None:
        """The companion near a key at [start, end), and the stretch that holds both."""
        before, after = _around(view.folded, start, end, self.pair.within)
        for window, first in ((before, start - len(before)), (after, end)):
            match = self.near.search(window)
            if match is not None:
                return Beside(match.group(), min(start, first + match.start()), max(end, first + match.end()))
        for window in (before, after):
            match = None if window.isalnum() else self.near.search(squeezed(window))
            if match is not None:
                return Beside(match.group(), start, end)
        return None

    def found(self, seen: Sighting, beside: Beside) -> Found:
        """The pair, as clear as its key."""
        pair = self.pair
        written = f"{beside.companion} … {pair.written}"
        term = Term(written, _ANY_PAIR, pair.label, pair.tier)
        return Found.of(term, seen._replace(start=beside.start, end=beside.end))


def speaking(terms: Collection[Found], pairs: Collection[Found]) -> list[Found]:
    """Those of one label that count: of terms the longest, of pairs the weightiest where they overlap.

    A pair and a term inside it say the same thing: the weightier one speaks.
    """
    kept = _longest(terms)
    if not pairs:
        return kept
    chosen: list[Found] = []
    for pair in sorted(pairs, key=lambda each: (-each.weight, each.seen.start))[:_MOST_PAIRS]:
        if any(_overlap(pair, other) for other in chosen):
            continue
        inside = [term for term in kept if pair.seen.start <= term.seen.start and term.seen.end <= pair.seen.end]
        if all(term.weight < pair.weight for term in inside):
            if inside:
                within = {id(term) for term in inside}
                kept = [term for term in kept if id(term) not in within]
            chosen.append(pair)
    return sorted([*kept, *chosen], key=lambda each: each.seen.start)


def adds(found: Found, known: Iterable[Found]) -> bool:
    """Whether none of those known stands at the same place and says as much."""
    _, seen, weight = found
    for other in known:
        if other.weight >= weight and other.seen.start < seen.end and seen.start < other.seen.end:
            return False
    return True


def _around(folded: str, start: int, end: int, within: int) -> tuple[str, str]:
    """What stands before and after in the same sentence."""
    before, after = folded[max(0, start - within) : start], folded[end : end + within]
    ends = _SENTENCE_END.search(before), _SENTENCE_END.search(after)
    return (
        before if ends[0] is None else _SENTENCE_END.split(before)[-1],
        after if ends[1] is None else after[: ends[1].start()],
    )


def _overlap(one: Found, other: Found) -> bool:
    return one.seen.start < other.seen.end and other.seen.start < one.seen.end


def _longest(found: Collection[Found]) -> list[Found]:
    """Without those that stand inside a longer one."""
    if len(found) < 2:
        return list(found)
    ordered = sorted(found, key=lambda each: (each.seen.start, -each.seen.end))
    kept: list[Found] = []
    reach = -1
    for each in ordered:
        if each.seen.end > reach:
            kept.append(each)
            reach = each.seen.end
    return kept
