"""Hashed character n-grams of a batch of texts. Training and serving both count with this, so they cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EDGE = "\0"
_ROLL = np.uint32(0x85EBCA6B)
_FIRST = np.uint32(0x9E3779B1)
_LAST = np.uint32(0x9E3779B1)
_HALF = np.uint32(15)
_ZERO, _NINE = ord("0"), ord("9")


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Buckets of every n-gram of a batch, laid end to end.

    `buckets[k][i]` is the bucket of the (k+1)-gram that starts at place i. Text t owns the places from `starts[t]`
    up to `ends[t]`: its leading edge and each of its characters. An n-gram never reaches into the next text.
    """

    buckets: tuple[NDArray[np.uint32], ...]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def ngrams(texts: Sequence[str], *, longest: int, bits: int) -> Ngrams:
    """The 1- to `longest`-grams of at least one text, hashed into 2**bits buckets. All digits count as one digit."""
    gap = EDGE * (longest - 1)
    codes = _codes(gap + gap.join(texts) + gap)
    places = len(codes) - longest + 1
    hashed = codes * _FIRST
    rolling = hashed[:places]
    buckets = [_bucket(rolling, bits)]
    for step in range(1, longest):
        rolling = rolling * _ROLL + hashed[step : step + places]
        buckets.append(_bucket(rolling, bits))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths + (longest - 1))
    return Ngrams(tuple(buckets), starts=ends - lengths - 1, ends=ends)


def _codes(joined: str) -> NDArray[np.uint32]:
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where((codes >= _ZERO) & (codes <= _NINE), np.uint32(_ZERO), codes)


def _bucket(rolling: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    return ((rolling ^ (rolling >> _HALF)) * _LAST) >> np.uint32(32 - bits)
