"""Rows of bytes, of which many know nothing in a large table: kept are those that do, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

TELLS_MOST = 127
"""The last column of a row that knows nothing: what an n-gram tells that no text of train holds. All others are 0."""

_OF_A_WORD = 64
_SHIFT, _INSIDE, _ONE = np.uint32(6), np.uint64(63), np.uint64(1)


@dataclass(frozen=True, slots=True)
class Rows:
    """`words` holds a bit for each row, 64 in one number, `before` how many rows of those before each such number know
    something; `told` (known + 1, columns) those rows in their order, and one for all that know nothing."""

    words: NDArray[np.uint64]
    before: NDArray[np.uint32]
    told: NDArray[np.int8]

    @classmethod
    def of(cls, table: NDArray[np.int8]) -> Self:
        """Of a whole table (rows, columns); their number can be divided by 64."""
        known = table[:, :-1].any(axis=1) | (table[:, -1] != TELLS_MOST)
        return cls.packed(np.packbits(known), table[known])

    @classmethod
    def packed(cls, bits: NDArray[np.uint8], known: NDArray[np.int8]) -> Self:
        """Of the rows that know something and which they are, a bit a row. ValueError if there are not as many."""
        words = np.packbits(np.unpackbits(bits), bitorder="little").view(np.dtype("<u8")).astype(np.uint64)
        counts = np.bitwise_count(words).astype(np.uint32)
        if int(counts.sum()) != len(known):
            raise ValueError(f"{int(counts.sum())} rows are named and {len(known)} are there")
        nothing = np.zeros((1, known.shape[1]), np.int8)
        nothing[0, -1] = TELLS_MOST
        return cls(words, np.cumsum(counts, dtype=np.uint32) - counts, np.concatenate([known, nothing]))

    @property
    def shape(self) -> tuple[int, int]:
        """Of the whole table."""
        return len(self.words) * _OF_A_WORD, self.told.shape[1]

    @property
    def bits(self) -> NDArray[np.uint8]:
        """Which rows know something, a bit a row."""
        return np.packbits(np.unpackbits(self.words.astype("<u8").view(np.uint8), bitorder="little"))

    @property
    def known(self) -> NDArray[np.int8]:
        """The rows that know something."""
        return self.told[:-1]

    @property
    def whole(self) -> NDArray[np.int8]:
        """The table (rows, columns)."""
        return self.take(np.arange(self.shape[0], dtype=np.uint32))

    def take(self, rows: NDArray[np.uint32]) -> NDArray[np.int8]:
        """Those at these places, (places, columns)."""
        if len(self.told) > self.shape[0]:
            return self.told.take(rows, axis=0)
        at = rows >> _SHIFT
        words, bit = self.words[at], _ONE << (rows & _INSIDE)
        earlier = self.before[at] + np.bitwise_count(words & (bit - _ONE))
        found: NDArray[np.int8] = self.told.take(np.where(words & bit, earlier, len(self.told) - 1), axis=0)
        return found
