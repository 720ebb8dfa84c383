"""How often characters follow one another in ordinary posts: hashed counts of single ones, pairs and threes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NOTHING = 0
"""What stands before and after a text."""

LAST = 0xFFFF
"""Characters beyond count as this one: rare Chinese characters and emoji."""

_STEP = 1.5
_LEVEL_BITS = 5
_LEVELS = np.uint16((1 << _LEVEL_BITS) - 1)
_PRINT_BITS = np.uint64(16 - _LEVEL_BITS)
_SPREAD = tuple(np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_COUNT_OF_LEVEL = np.concatenate([[0.0], _STEP ** np.arange(float(_LEVELS))])

_WEIGHT_OF_ONE, _WEIGHT_OF_TWO = 1500.0, 2.0
"""What shorter contexts weigh against counts (a Dirichlet prior, MacKay and Peto, 1995)."""

_BACK = 0.022
"""The chance of three that were not counted, as a share of what the last two say ('stupid backoff', Brants, 2007)."""

Codes = NDArray[np.uint16]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """`one` has a level for each character up to LAST; `two` and `three` are hashed.

    A slot holds a few bits of its key's hash, so that another key is seldom taken for it, and the level: the count is
    1.5 ** (level - 1), 0 for level 0.
    """

    one: NDArray[np.uint8]
    two: NDArray[np.uint16]
    three: NDArray[np.uint16]

    def log_chance(self, first: Codes, second: Codes, third: Codes) -> Floats:
        """The logarithm of the chance of `third` behind `first` and `second`; 0 for nothing behind nothing."""
        behind = counted(self.two, keyed(second, third))
        short = (behind + _WEIGHT_OF_ONE * self._share[third]) / (self._single[second] + _WEIGHT_OF_ONE)
        both = counted(self.three, keyed(first, second, third))
        before = np.maximum(counted(self.two, keyed(first, second)), both)
        known = (both + _WEIGHT_OF_TWO * short) / (before + _WEIGHT_OF_TWO)
        chance: Floats = np.log(np.where(both > 0, known, _BACK * short))
        chance[(third == NOTHING) & (second == NOTHING)] = 0.0
        return chance

    @cached_property
    def _single(self) -> Floats:
        return _COUNT_OF_LEVEL[self.one]

    @cached_property
    def _share(self) -> Floats:
        some = self._single + 0.5
        share: Floats = some / some.sum()
        return share


def keyed(*chars: Codes) -> Keys:
    """One number for the characters at each place, spread over all its bits."""
    key = np.zeros(len(chars[0]), np.uint64)
    for char, spread in zip(chars, _SPREAD, strict=False):
        key = (key ^ char) * spread
        key ^= key >> np.uint64(29)
    return key


def table(keys: Keys, counts: NDArray[np.int64], worth: Floats, size: int) -> NDArray[np.uint16]:
    """`size` slots for keys with their counts; where several meet, the one of most worth stays."""
    order = np.argsort(worth, kind="stable")
    made = np.zeros(size, np.uint16)
    made[_slots(keys[order], size)] = _prints(keys[order]) | levels(counts[order])
    return made


def levels(counts: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The level that stands for each count; 0 for none."""
    logs = np.log(np.maximum(counts, 1)) / np.log(_STEP)
    return np.where(counts > 0, np.minimum(np.rint(logs) + 1, float(_LEVELS)), 0).astype(np.uint16)


def counted(slots: NDArray[np.uint16], keys: Keys) -> Floats:
    """How often each key was counted, as far as the slots know."""
    found = slots[_slots(keys, len(slots))]
    return np.where((found & ~_LEVELS) == _prints(keys), _COUNT_OF_LEVEL[found & _LEVELS], 0.0)


def _slots(keys: Keys, size: int) -> NDArray[np.int64]:
    return ((keys >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)


def _prints(keys: Keys) -> NDArray[np.uint16]:
    return ((keys & ((np.uint64(1) << _PRINT_BITS) - np.uint64(1))) << np.uint64(_LEVEL_BITS)).astype(np.uint16)
