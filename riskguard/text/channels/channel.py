"""A batch of texts as one channel reads them, and where in the raw texts each of its characters comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from riskguard.text.view import TextView

END = "\0"
"""Stands after each text of a batch, and nowhere else: folded text has no control characters but tab and line feed."""

_UTF32 = "utf-32-le"

Codes = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Places = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Channel:
    """All texts of a batch in one row, each followed by END.

    `codes` are code points; character i was made of the raw characters [starts[i], ends[i]) of its text.
    """

    codes: Codes
    starts: Places
    ends: Places

    @cached_property
    def joined(self) -> str:
        """The texts as one string, each followed by END: what is searched."""
        return self.codes.tobytes().decode(_UTF32, "surrogatepass")

    @cached_property
    def bounds(self) -> list[int]:
        """Where each text begins in `joined`, and the length of `joined`."""
        return [0, *(np.flatnonzero(self.codes == 0) + 1).tolist()]

    @property
    def texts(self) -> list[str]:
        """Each text of the batch."""
        return self.joined.split(END)[:-1]

    def place(self, position: int) -> tuple[int, int]:
        """The number of the text that stands at `position` of `joined`, and the place in it."""
        number = bisect_right(self.bounds, position) - 1
        return number, position - self.bounds[number]

    @cached_property
    def edges(self) -> Numbers:
        """`bounds` as an array."""
        return np.array(self.bounds)

    def raw_span(self, number: int, start: int, end: int) -> tuple[int, int]:
        """The raw characters that [start, end) of text `number` was made of: code points, end exclusive."""
        base = self.bounds[number]
        return int(self.starts[base + start : base + end].min()), int(self.ends[base + start : base + end].max())

    def raw_spans(self, first: Numbers, end: Numbers) -> tuple[Numbers, Places, Places]:
        """Of many places [first, end) of `joined` the numbers of their texts and, as `raw_span`, what they are made of.

        Origins never fall within a text, so only the first and last character are asked.
        """
        return self.texts_at(first)[0], self.starts[first], self.ends[end - 1]

    def texts_at(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """The numbers of the texts that stand at these places of `joined`, and where each begins."""
        numbers = np.searchsorted(self.edges, places, side="right") - 1
        return numbers, self.edges[numbers]

    def at(self, places: Numbers) -> Channel:
        """Only the characters at these places, which are in order."""
        return Channel(self.codes[places], self.starts[places], self.ends[places])

    def kept(self, mask: Mask) -> Channel:
        """Without the characters where `mask` is false."""
        return Channel(self.codes[mask], self.starts[mask], self.ends[mask])

    def heads(self, first: Mask) -> Channel:
        """One character for each run that begins where `first` is true, made of the whole run."""
        at = np.flatnonzero(first)
        last = np.append(at[1:], len(first)) - 1
        return Channel(self.codes[at], self.starts[at], self.ends[last])

    def only(self, changed: Mask) -> Channel:
        """Empty texts instead of those in which nothing is `changed`."""
        ends = self.codes == 0
        number = np.cumsum(ends) - ends
        counted = np.bincount(number, weights=changed) > 0
        return self if counted.all() else self.kept(ends | counted[number])


def opened(views: Sequence[TextView]) -> Channel:
    """The folded texts as they are."""
    joined = END.join([view.folded for view in views]) + END if views else ""
    codes = np.frombuffer(joined.encode(_UTF32, "surrogatepass"), np.uint32)
    lengths = [len(view.folded) + 1 for view in views]
    firsts = [*accumulate(lengths, initial=0)]
    starts = np.arange(len(codes), dtype=np.int32) - np.repeat(np.array(firsts[:-1], np.int32), lengths)
    for view, first, last in zip(views, firsts, firsts[1:], strict=False):
        if not view.even:
            starts[first : last - 1] = view.origin
    starts[codes == 0] = 0
    return Channel(codes, starts, starts + 1)


def table(size: int, changes: Mapping[str, str]) -> Codes:
    """What each code point below `size` becomes: itself, unless `changes` says otherwise."""
    made = np.arange(size, dtype=np.uint32)
    known = {ord(char): ord(after) for char, after in changes.items() if ord(char) < size}
    made[list(known)] = list(known.values())
    return made


def mapped(codes: Codes, by: Codes) -> Codes:
    """Each code by a `table`; those beyond it stay."""
    if not len(codes) or codes.max() < len(by):
        return by[codes]
    return np.where(codes < len(by), by[np.minimum(codes, len(by) - 1)], codes)
