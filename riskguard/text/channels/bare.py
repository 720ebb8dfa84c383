"""Text without what was put between its characters: signs and emoji, long repeats; then without any repeat at all."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from riskguard.text.channels.channel import Channel, Mask
from riskguard.text.tables.number import SPELT

_DIGITS = "0123456789"
_SHORTEST_NUMBER = 4
"""So many digits in a row are a number: '一三八', by contrast, may be part of a sentence."""

_SHORTEST_REPEAT = 3
_NOISE, _READ, _COUNTED, _END = range(4)


def letters(folded: Channel) -> NDArray[np.int64]:
    """Where letters, digits and characters stand in `folded`, and the ends of its texts."""
    return np.flatnonzero(_kinds()[folded.codes])


def quiet(plain: Channel) -> Channel:
    """Of letters, digits and characters: what stands three times or more in a row, digits aside, stands once."""
    return _once(plain, _SHORTEST_REPEAT)


def bare(quiet: Channel) -> Channel:
    """Of `quiet`: no repeats but of digits, and digits where a number is spelt in Chinese ones."""
    once = _once(quiet, 2)
    counted = _kinds()[once.codes] == _COUNTED
    spelt = counted & (once.codes > ord("9"))
    if not spelt.any():
        return once
    codes = once.codes.copy()
    spelt &= _in_long_runs(counted)
    codes[spelt] = [ord(SPELT[chr(code)]) for code in codes[spelt].tolist()]
    return Channel(codes, once.starts, once.ends)


def _once(channel: Channel, fewest: int) -> Channel:
    """Runs of `fewest` (two or three) or more of the same character become one, which is made of all of them."""
    codes = channel.codes
    again = np.zeros(len(codes), np.bool_)
    again[1:] = (codes[1:] == codes[:-1]) & (_kinds()[codes[1:]] == _READ)
    if fewest == _SHORTEST_REPEAT:
        third = np.zeros_like(again)
        third[2:] = again[2:] & again[1:-1]
        run = np.cumsum(~again)
        again &= (np.bincount(run, weights=third) > 0)[run] if third.any() else False
    return channel.heads(~again) if again.any() else channel


def _in_long_runs(counted: Mask) -> Mask:
    run = np.cumsum(np.diff(counted, prepend=False))
    long: Mask = np.bincount(run)[run] >= _SHORTEST_NUMBER
    return counted & long


@cache
def _kinds() -> NDArray[np.uint8]:
    """What each code point is to a reader."""
    kinds = np.full(0x110000, _NOISE, np.uint8)
    read = [code for part in (range(0x33480), range(0xE0000, 0xE1000)) for code in part if chr(code).isalnum()]
    kinds[read] = _READ
    kinds[[ord(char) for char in (*_DIGITS, *SPELT)]] = _COUNTED
    kinds[0] = _END
    return kinds
