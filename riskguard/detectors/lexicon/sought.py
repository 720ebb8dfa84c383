"""Many short strings sought in a batch of texts: numpy looks at every place, by hashes as those of the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.dictionary import (
    Hashes,
    Numbers,
    Strings,
    codes_of,
    hashes_of,
    joined,
    powers,
    strings_from,
)
from riskguard.text.channels import Channel

_PAIR, _HEAD = 2, 3
"""A string of two characters is known by both, a longer one by its first three."""

_PAIRED, _REACH = 0x80, 0x7F
_MARKED_BITS = 19
_UNMARKED = np.uint64(64 - _MARKED_BITS)


class Found(NamedTuple):
    """Where strings stand in `Channel.joined`, [start, end), and their numbers: by their ends, with one end the longest
    first."""

    starts: Numbers
    ends: Numbers
    strings: Numbers


class Sought(NamedTuple):
    """Strings of two characters and more, by their sorted hashes: `numbers` says which each is, `sizes` how long.

    `marks` says for the first bits of a hash whether it may be that of a pair, and how long the longest string is that
    begins by three characters of such a hash.
    """

    hashes: Hashes
    numbers: Numbers
    sizes: Numbers
    marks: NDArray[np.uint8]

    @classmethod
    def of(cls, strings: Sequence[str]) -> Self:
        """Those strings, each of another look and shorter than 128 characters, made ready."""
        sizes = np.fromiter(map(len, strings), np.int64, len(strings))
        codes, starts = codes_of("".join(strings)), np.cumsum(sizes) - sizes
        hashes = hashes_of(codes, starts, sizes)
        marks = np.zeros(1 << _MARKED_BITS, np.uint8)
        marks[hashes[sizes == _PAIR] >> _UNMARKED] = _PAIRED
        longer = sizes >= _HEAD
        heads = hashes_of(codes, starts[longer], np.full(int(longer.sum()), _HEAD)) >> _UNMARKED
        reach = np.zeros_like(marks)
        np.maximum.at(reach, heads.astype(np.intp), sizes[longer].astype(np.uint8))
        order = np.argsort(hashes)
        return cls(hashes[order], order, sizes[order], marks | reach)

    def places(self, channel: Channel) -> Found:
        """Where they stand in a channel."""
        codes = channel.codes.astype(np.uint64)
        scales = powers(_HEAD)
        pairs = codes[:-1] * scales[0] + codes[1:] * scales[1]
        twos = np.flatnonzero(self.marks[pairs >> _UNMARKED] & _PAIRED)
        heads = pairs[:-1] + codes[2:] * scales[2]
        reach = self.marks[heads >> _UNMARKED] & _REACH
        threes = np.flatnonzero(reach)
        longer = strings_from(codes, threes, _HEAD, reach[threes])
        starts, ends, numbers = self._known(joined((Strings.of(twos, _PAIR, pairs[twos]), longer)))
        order = np.lexsort((starts, ends))
        return Found(starts[order], ends[order], numbers[order])

    def _known(self, strings: Strings) -> Found:
        """Of these strings those that are sought."""
        starts, sizes, hashes = strings
        rows = np.searchsorted(self.hashes, hashes)
        rows[rows == len(self.hashes)] = 0
        known = np.flatnonzero(self.hashes[rows] == hashes) if len(rows) else rows
        known = known[self.sizes[rows[known]] == sizes[known]]
        return Found(starts[known], starts[known] + sizes[known], self.numbers[rows[known]])
