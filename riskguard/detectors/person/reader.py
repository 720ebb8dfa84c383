"""What a reader is: words of which one must stand in a text, and a function that finds places in such texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from riskguard.detectors.pii.recogniser import Example

STOPS = "。!?;\n"
"""Where a sentence of folded text ends."""

LONGEST = 160
"""So far a sentence is followed to either side."""


class Place(NamedTuple):
    """Characters [start, end) of folded text, how likely they are what the reader looks for, and why, in Chinese."""

    start: int
    end: int
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of information about a person that no pattern alone can tell.

    `gate` holds words: where none of them stands, `places` would find nothing; without words every text is read.
    Places may come in any order and may overlap. `examples` and `near_misses` are what the tests (and readers) go by.
    """

    label: str
    title: str
    gate: tuple[str, ...]
    places: Callable[[str], Iterable[Place]]
    examples: tuple[Example, ...]
    near_misses: tuple[str, ...]


def any_of(words: Iterable[str]) -> str:
    """A regex for any of these words, of two that fit the longer one. Words alone keep a search quick."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def sentence_start(text: str, at: int) -> int:
    """Where the sentence that holds character `at` begins; a sentence without end is cut, so that reading ends."""
    first = max(0, at - LONGEST)
    return max(max(text.rfind(stop, first, at) for stop in STOPS) + 1, first)


def sentence_end(text: str, at: int) -> int:
    """Where the sentence that holds character `at` ends, its full stop left out; cut as at its beginning."""
    last = min(len(text), at + LONGEST)
    return min((found for stop in STOPS if (found := text.find(stop, at, last)) >= 0), default=last)
