"""Text with characters put together that were taken apart: '女表子' -> '婊子'."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.text.channels.channel import Channel, Codes, Mask, Numbers
from riskguard.text.tables.component import OTHERWISE, STROKES, WRITTEN_AS, beside, stacked

_BITS = 16
_LAST = 0xFFFF
"""No part, and what lies beyond would not fit: four parts are packed into a key of 64 bits."""

_LIKELY_BITS = 16
_UNLIKELY = np.uint64(64 - _LIKELY_BITS)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)

Keys = NDArray[np.uint64]

_SAME = {char: group[0] for group in WRITTEN_AS for char in group}


class _Made(NamedTuple):
    """Characters of `size` parts, by their keys; `parts` is what each code point counts as, 0 for what is no part.

    `likely` says of a few bits of a key whether one of `keys` has them; few others do, and only those are sought.
    """

    size: int
    parts: Codes
    keys: Keys
    chars: Codes
    likely: Mask

    def found(self, codes: Codes) -> tuple[Numbers, Numbers]:
        """Where characters may begin in their parts, with the rows of their keys."""
        keys = _keys(self.parts[np.minimum(codes, _LAST)], self.size)
        likely = np.flatnonzero(self.likely[_bits(keys)])
        keys = keys[likely]
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[rows] == keys
        return likely[known], rows[known]


def split(channel: Channel) -> Channel:
    """`channel` put together, and again: 言身寸 -> 言射 -> 谢. A text in which nothing was apart is empty."""
    begun = np.zeros(len(channel.codes), np.bool_)
    begun[_begun().found(channel.codes)[0]] = True
    together = channel.only(begun)
    changed = np.zeros(len(together.codes), np.bool_)
    for made in _steps():
        first, place = _apart(*made.found(together.codes), made.size)
        if not len(first):
            continue
        codes, kept = together.codes.copy(), np.ones(len(together.codes), np.bool_)
        codes[first] = made.chars[place]
        kept[(first[:, None] + np.arange(1, made.size)).ravel()] = False
        changed[first] = True
        together, changed = Channel(codes, together.starts, together.ends).heads(kept), changed[kept]
    return together.only(changed)


def _apart(found: Numbers, place: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """Where characters begin that were written as `size` parts, with their rows; none overlaps one before it."""
    chosen: list[int] = []
    reach = 0
    for at, start in enumerate(found.tolist()):
        if start >= reach:
            chosen.append(at)
            reach = start + size
    return found[chosen], place[chosen]


def _bits(keys: Keys) -> Keys:
    """A few bits of each key, as evenly spread as those of a hash."""
    return (keys * _SPREAD) >> _UNLIKELY


def _keys(parts: Codes, size: int) -> Keys:
    """For each place the parts there and after it as one number."""
    wide = parts.astype(np.uint64)
    count = max(0, len(wide) - size + 1)
    keys = wide[:count]
    for step in range(1, size):
        keys = (keys << np.uint64(_BITS)) | wide[step : step + count]
    return keys


@cache
def _steps() -> tuple[_Made, ...]:
    """What is put together first: many parts; then parts as they are listed, as others write them, and stacked ones."""
    wide = {size: _of(size, OTHERWISE) for size in (4, 3, 2)}
    in_line = {char: (a + b,) for char, (a, b) in beside().items()}
    piled = {char: (a + b,) for char, (a, b) in stacked().items() if not STROKES & {a, b}}
    plain = _made(2, in_line, {})
    loose = _made(2, {char: in_line.get(char, ()) + wide[2].get(char, ()) for char in {**in_line, **wide[2]}}, _SAME)
    return _made(4, wide[4], _SAME), _made(3, wide[3], _SAME), plain, loose, _made(2, piled, _SAME), loose


@cache
def _begun() -> _Made:
    """As if two parts that a character begins with were one, in whatever step: hardly any text has such two."""
    ways = dict(OTHERWISE)
    for char, (a, b) in (*beside().items(), *stacked().items()):
        ways[char] = (*ways.get(char, ()), a + b)
    begun = {char: tuple(writing[:2] for writing in writings) for char, writings in ways.items()}
    return _made(2, begun, _SAME)


def _of(size: int, writings: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {char: tuple(each for each in ways if len(each) == size) for char, ways in writings.items()}


def _made(size: int, writings: Mapping[str, tuple[str, ...]], same: Mapping[str, str]) -> _Made:
    """The table of these writings; where two characters are written alike, of the first."""
    known = {part for ways in writings.values() for writing in ways for part in writing if ord(part) < _LAST}
    parts = np.zeros(_LAST + 1, np.uint32)
    counted = {part: same.get(part, part) for part in known | same.keys()}
    parts[[ord(part) for part in counted]] = [ord(part) for part in counted.values()]
    found: dict[int, int] = {}
    for char, ways in writings.items():
        for writing in ways:
            codes = parts[[min(ord(part), _LAST) for part in writing]]
            if codes.all():
                found.setdefault(int(_keys(codes, size)[0]), ord(char))
    keys = np.array(sorted(found), np.uint64)
    likely = np.zeros(1 << _LIKELY_BITS, np.bool_)
    likely[_bits(keys)] = True
    return _Made(size, parts, keys, np.array([found[key] for key in sorted(found)], np.uint32), likely)
