"""Hashed character n-grams of a batch of texts. Training and serving both count with this, so they cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EDGE = "\0"
HASH_BITS = 32
LOUDNESS_OF_ONE = 16
_LOUDEST = 255.0
"""So that 127 times the loudness of an n-gram still is an int16."""

_ORDERS = 2
"""Bits of a key that tell the length of an n-gram; more than 4 characters are not counted."""

_ROLL = np.uint32(0x85EBCA6B)
_FIRST = np.uint32(0x9E3779B1)
_LAST = np.uint32(0x9E3779B1)
_HALF = np.uint32(15)
_ZERO, _NINE = ord("0"), ord("9")


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Hashes of every n-gram of a batch, laid end to end.

    `hashes[k][i]` is that of the (k+1)-gram that starts at place i. Text t owns the places from `starts[t]` up to
    `ends[t]`: its leading edge and each of its characters. An n-gram never reaches into the next text.
    """

    hashes: tuple[NDArray[np.uint32], ...]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """The different n-grams of each text: their hashes and how loud each is there, text after text.

    Those of text t begin at `starts[t]`. What occurs n times is 1 + ln(n) times as loud as LOUDNESS_OF_ONE.
    """

    hashes: NDArray[np.uint32]
    orders: NDArray[np.uint8]
    loudness: NDArray[np.int16]
    starts: NDArray[np.int64]

    def up_to(self, longest: int) -> Counted:
        """Without those of more than `longest` characters."""
        kept = self.orders <= longest
        if kept.all():
            return self
        before = np.concatenate([[0], np.cumsum(kept)])
        return Counted(self.hashes[kept], self.orders[kept], self.loudness[kept], before[self.starts])


def ngrams(texts: Sequence[str], *, longest: int) -> Ngrams:
    """The 1- to `longest`-grams (2 at least) of at least one text, hashed. All digits count as one digit."""
    gap = EDGE * (longest - 1)
    codes = _codes(gap + gap.join(texts) + gap)
    places = len(codes) - longest + 1
    hashed = codes * _FIRST
    rolling = hashed[:places]
    hashes = [_mixed(rolling)]
    for step in range(1, longest):
        rolling = rolling * _ROLL + hashed[step : step + places]
        hashes.append(_mixed(rolling))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths + (longest - 1))
    return Ngrams(tuple(hashes), starts=ends - lengths - 1, ends=ends)


def counted(grams: Ngrams) -> Counted:
    """Each n-gram of a text once, shorter ones first, by their hashes."""
    sizes = grams.ends - grams.starts
    before = np.cumsum(sizes) - sizes
    places = np.arange(int(sizes.sum())) + np.repeat(grams.starts - before, sizes)
    texts = np.repeat(np.arange(len(sizes), dtype=np.uint64) << np.uint64(HASH_BITS + _ORDERS), sizes)
    keys = [
        texts | np.uint64(order << HASH_BITS) | hashes[places].astype(np.uint64)
        for order, hashes in enumerate(grams.hashes)
    ]
    found = np.sort(np.concatenate(keys))
    first = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]]))
    times = np.diff(first, append=len(found))
    once = found[first]
    edges = np.arange(len(sizes), dtype=np.uint64) << np.uint64(HASH_BITS + _ORDERS)
    return Counted(
        hashes=once.astype(np.uint32),
        orders=((once >> np.uint64(HASH_BITS)) & np.uint64(2**_ORDERS - 1)).astype(np.uint8) + np.uint8(1),
        loudness=np.minimum(np.rint(LOUDNESS_OF_ONE * (1.0 + np.log(times))), _LOUDEST).astype(np.int16),
        starts=np.searchsorted(once, edges),
    )


def buckets(hashes: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    """Of 2**bits buckets, those that the hashes fall into."""
    return hashes >> np.uint32(HASH_BITS - bits)


def _codes(joined: str) -> NDArray[np.uint32]:
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where((codes >= _ZERO) & (codes <= _NINE), np.uint32(_ZERO), codes)


def _mixed(rolling: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (rolling ^ (rolling >> _HALF)) * _LAST
