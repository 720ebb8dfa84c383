"""Word borders by jieba's stock dictionary, as jieba cuts where it may not guess. Slow: ask only where it matters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from math import log
from string import ascii_letters, digits
from typing import NamedTuple

import numpy as np

from riskguard.detectors.lexicon.dictionary import Dictionary, Listed, Numbers, codes_of, dictionary

_WINDOW = 12
"""Characters on each side that are segmented with a hit: enough context, and a bound on the cost."""

_BLOCK = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")
"""What words are made of; every other character stands by itself."""

_SPELLED = frozenset(ascii_letters + digits)
_LETTERS = np.array([chr(code) in _SPELLED for code in range(0x80)])
"""Of the first code points; the last of them stands for all others."""

_BETWEEN = "\0"

Place = tuple[int, int]


class Cut:
    """Texts that are cut into words where somebody asks; the listed words in all of them are sought together, then."""

    def __init__(self, texts: Sequence[str], known: Dictionary | None = None) -> None:
        self._joined = _BETWEEN.join(texts)
        self._known = known

    def crossed(self, first: int, last: int, borders: Sequence[int]) -> list[Place]:
        """Where the words of [first, last) of the texts, joined, stand that begin before one of the borders and end
        behind it."""
        crossed = [border for border in borders if first < border < last and self.over[border]]
        if not crossed:
            return []
        # No word goes over a border in which nothing goes: what stands beside it is cut by itself.
        first, behind = max(first, self.over.rfind(0, first, crossed[0])), self.over.find(0, crossed[-1], last)
        found: list[Place] = []
        for block in _BLOCK.finditer(self._joined, first, last if behind < 0 else behind):
            start, end = block.span()
            words = pairwise([start, *_ends(self._joined, start, self.likeliest(start, end))])
            found += [(a, b) for a, b in words if any(a < border < b for border in borders)]
        return found

    def likeliest(self, first: int, last: int) -> list[tuple[int, int]]:
        """For each place in [first, last) the end and the count of the word there, of all ways to cut the rest the
        likeliest; the longer of two. The count is 0 where no word is listed."""
        every = log(self._dictionary.total)
        row, end = self._rows[first], self._rows[last]
        starts, ends, counts = (each[row:end].tolist() for each in self._listed)
        at = len(starts) - 1
        rest, chosen = [0.0] * (last - first + 1), [(0, 0)] * (last - first)
        for start in range(last - 1, first - 1, -1):
            best: tuple[float, int, int] | None = None
            while at >= 0 and starts[at] == start:
                if ends[at] <= last:
                    likely = log(counts[at]) - every + rest[ends[at] - first]
                    if best is None or likely > best[0]:
                        best = likely, ends[at], counts[at]
                at -= 1
            here = start - first
            if best is None:
                best = rest[here + 1] - every, start + 1, 0
            rest[here], chosen[here] = best[0], best[1:]
        return chosen

    @cached_property
    def _dictionary(self) -> Dictionary:
        return self._known or dictionary()

    @cached_property
    def _listed(self) -> Listed:
        return self._dictionary.listed(codes_of(self._joined))

    @cached_property
    def _rows(self) -> Numbers:
        """For each place the number of listed words that start before it."""
        return np.searchsorted(self._listed.starts, np.arange(len(self._joined) + 1))

    @cached_property
    def over(self) -> bytes:
        """For each border, the ends too, whether a listed word or a row of letters goes over it: 1 or 0.

        Most borders have none.
        """
        starts, ends, _ = self._listed
        long = ends - starts > 1
        size = len(self._joined) + 1
        goes = np.bincount(starts[long] + 1, minlength=size) - np.bincount(ends[long], minlength=size)
        over = np.cumsum(goes) > 0
        letters = _LETTERS[np.minimum(codes_of(self._joined), len(_LETTERS) - 1)]
        over[1:-1] |= letters[1:] & letters[:-1]
        return over.tobytes()


class Words(NamedTuple):
    """The words of one text of several."""

    cut: Cut
    first: int
    length: int

    def crossed(self, start: int, end: int) -> list[Place]:
        """The words that begin outside [start, end) and end inside, or reach out of it: 交通 for 口交 in '路口交通'."""
        cut, base = self.cut, self.first
        if not (cut.over[base + start] or cut.over[base + end]):
            return []
        first, last = max(0, start - _WINDOW), min(self.length, end + _WINDOW)
        found = cut.crossed(base + first, base + last, (base + start, base + end))
        return [(a - base, b - base) for a, b in found]


def words_of(texts: Sequence[str]) -> list[Words]:
    """The words of each text; many at once cost a few microseconds each, and nothing until somebody asks."""
    cut = Cut(texts)
    firsts = accumulate((len(text) + 1 for text in texts), initial=0)
    return [Words(cut, first, len(text)) for first, text in zip(firsts, texts, strict=False)]


def surprises(texts: Sequence[str]) -> list[float]:
    """How little anybody would expect each text: of the likeliest way to cut it, the negative log likelihood of its
    words, in nats a character. A text alone costs as much as a hundred."""
    cut = Cut(texts)
    firsts = accumulate((len(text) + 1 for text in texts), initial=0)
    return [
        _surprise(cut.likeliest(first, first + len(text)), first) for first, text in zip(firsts, texts, strict=False)
    ]


def _surprise(likeliest: Sequence[tuple[int, int]], first: int) -> float:
    every, last = log(dictionary().total), first + len(likeliest)
    counts, at = [], first
    while at < last:
        at, count = likeliest[at - first]
        counts.append(count)
    return sum(every - log(count or 1) for count in counts) / len(likeliest)


def warm() -> None:
    """Read the dictionary now, rather than at the first hit."""
    dictionary()


def _ends(joined: str, first: int, likeliest: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Where the words of a block end. Letters and digits that are in no listed word belong together."""
    at, spelling = first, False
    while at < first + len(likeliest):
        end = likeliest[at - first][0]
        alone = end == at + 1 and joined[at] in _SPELLED
        if spelling and not alone:
            yield at
        if not alone:
            yield end
        at, spelling = end, alone
    if spelling:
        yield at
