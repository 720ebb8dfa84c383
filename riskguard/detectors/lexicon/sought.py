"""Many short strings sought in a batch of texts: numpy looks at every place, Python only where one seems to begin."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from riskguard.text.channels import Channel

_PAIR, _HEAD = 2, 3
"""A string of two characters is known by both, a longer one by its first three."""

_PAIRED, _BEGUN = 1, 2
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)
_MARKED_BITS = 19
_UNMARKED = np.uint64(64 - _MARKED_BITS)


class Sought(NamedTuple):
    """`strings` of two characters and more.

    `marks` says for the first bits of a hash whether it may be that of a pair, or of three characters by which longer
    ones begin; `sizes` tells for such three how long those are.
    """

    strings: Collection[str]
    sizes: dict[str, list[int]]
    marks: NDArray[np.uint8]

    @classmethod
    def of(cls, strings: Collection[str]) -> Self:
        """Those strings, made ready; `in` should be quick for them."""
        sizes: dict[str, list[int]] = {}
        for each in strings:
            if len(each) > _PAIR and len(each) not in (known := sizes.setdefault(each[:_HEAD], [])):
                known.append(len(each))
        marks = np.zeros(1 << _MARKED_BITS, np.uint8)
        for heads, size, mark in (([s for s in strings if len(s) == _PAIR], _PAIR, _PAIRED), (sizes, _HEAD, _BEGUN)):
            codes = np.frombuffer("".join(heads).encode("utf-32-le", "surrogatepass"), np.uint32)
            marks[_hashes(codes, size)[::size] >> _UNMARKED] |= mark
        return cls(strings, sizes, marks)

    def places(self, channel: Channel) -> list[tuple[int, int]]:
        """Where they stand in `channel.joined`, [start, end): by their ends, with one end the longest first."""
        joined, strings, sizes = channel.joined, self.strings, self.sizes
        pairs = [
            (start + _PAIR, start)
            for start in self._marked(channel, _PAIR, _PAIRED)
            if joined[start : start + _PAIR] in strings
        ]
        longer = [
            (start + size, start)
            for start in self._marked(channel, _HEAD, _BEGUN)
            for size in sizes.get(joined[start : start + _HEAD], ())
            if joined[start : start + size] in strings
        ]
        return [(start, end) for end, start in sorted(pairs + longer)]

    def _marked(self, channel: Channel, size: int, mark: int) -> list[int]:
        found: list[int] = np.flatnonzero(self.marks[_hashes(channel.codes, size) >> _UNMARKED] & mark).tolist()
        return found


def _hashes(codes: NDArray[np.uint32], size: int) -> NDArray[np.uint64]:
    """Of the characters at each place and after it."""
    count = max(0, len(codes) - size + 1)
    hashes = np.zeros(count, np.uint64)
    for at, factor in enumerate(_FACTORS[:size]):
        hashes += codes[at : at + count] * factor
    return hashes
