"""Text whose characters may stand in any order within a window: '逼傻', 'one can read ti'."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from riskguard.text.channels.channel import Channel, Codes

WIDTHS = range(2, 9)
"""Terms of so many characters can be sought in any order."""

Sums = NDArray[np.uint64]


@dataclass(frozen=True)
class Windows:
    """The windows of a channel as numbers that are the same for the same characters in whatever order."""

    channel: Channel

    def sums(self, width: int) -> Sums:
        """The number of the window of `width` characters at each place of `channel.joined`; short by width - 1.

        A window that reaches over the end of a text has a number that no term has.
        """
        return self._running[width:] - self._running[:-width]

    @cached_property
    def _running(self) -> Sums:
        running = np.zeros(len(self.channel.codes) + 1, np.uint64)
        np.cumsum(_drawn(self.channel.codes), out=running[1:])
        return running


def number_of(chars: str) -> int:
    """The number of a window that holds just these characters."""
    codes = np.fromiter(map(ord, chars), np.uint32, len(chars))
    return int(np.sum(_drawn(codes), dtype=np.uint64))


def _drawn(codes: Codes) -> Sums:
    """A number for each code point, as good as drawn by chance: the finaliser of SplitMix64 (Steele et al., 2014)."""
    drawn = (codes.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    drawn = (drawn ^ (drawn >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    drawn = (drawn ^ (drawn >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Sums = drawn ^ (drawn >> np.uint64(31))
    return mixed
