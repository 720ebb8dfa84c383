"""Texts as MinHash sketches: 128 minima over hashed character 2-grams, in 32 bands of 4 rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROWS = 128
BANDS = 32
SHORTEST = 12
"""Texts of fewer characters have too few 2-grams to compare: only exact copies count."""

LONGEST = 2_000
"""Characters beyond this are not compared."""

_BAND_BYTES = 4
_SHIFT = np.uint32(8)


@dataclass(frozen=True, slots=True)
class Sketch:
    """`keys` are where look-alikes meet: 32 band hashes, or one hash of the whole for a short text.

    `signature` holds a byte of each minimum, enough to estimate similarity; empty for a short text, where meeting
    is proof. `length` counts the characters of the residue.
    """

    keys: tuple[bytes, ...]
    signature: bytes
    length: int


def similarity(one: bytes, other: bytes) -> float:
    """The estimated Jaccard similarity of two texts' 2-grams, from their signatures; 1 for two short copies."""
    if not one or not other:
        return float(one == other)
    agreed = np.count_nonzero(np.frombuffer(one, np.uint8) == np.frombuffer(other, np.uint8))
    return from_agreement(int(agreed))


def from_agreement(agreed: int) -> float:
    """The similarity behind `agreed` of 128 equal bytes: one byte in 256 agrees by chance."""
    return max(0.0, (agreed / ROWS - 1 / 256) / (1 - 1 / 256))


def sketches(residues: Sequence[str]) -> list[Sketch | None]:
    """One sketch per residue, in order; None for an empty one."""
    long = [at for at, text in enumerate(residues) if len(text) >= SHORTEST]
    found: list[Sketch | None] = [_exact(text) if text and len(text) < SHORTEST else None for text in residues]
    if long:
        minima = _minima([residues[at][:LONGEST] for at in long])
        signatures = ((minima >> _SHIFT) & np.uint32(0xFF)).astype(np.uint8)
        bands = _bands(minima)
        for row, at in enumerate(long):
            keys = bands[row].tobytes()
            found[at] = Sketch(
                tuple(keys[start : start + _BAND_BYTES] for start in range(0, len(keys), _BAND_BYTES)),
                signatures[row].tobytes(),
                len(residues[at]),
            )
    return found


def _exact(text: str) -> Sketch:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return Sketch((digest,), b"", len(text))


def _coefficients() -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    dice = np.random.default_rng(20_261_122)
    odd = np.uint32(1)
    return (
        dice.integers(0, 2**32, ROWS, dtype=np.uint32) | odd,
        dice.integers(0, 2**32, ROWS, dtype=np.uint32),
        dice.integers(0, 2**32, ROWS // BANDS, dtype=np.uint32) | odd,
    )


_FACTORS, _OFFSETS, _BAND_FACTORS = _coefficients()


def _minima(texts: Sequence[str]) -> NDArray[np.uint32]:
    """One row of 128 minima per text of at least two characters."""
    joined = "".join(texts)
    grams = _grams(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))
    minima = np.empty((len(texts), ROWS), np.uint32)
    start = 0
    for row, text in enumerate(texts):
        hashed = np.multiply.outer(grams[start : start + len(text) - 1], _FACTORS)
        hashed += _OFFSETS
        hashed.min(axis=0, out=minima[row])
        start += len(text)
    return minima


def _grams(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A well-mixed hash of each pair of neighbours."""
    grams = codes[:-1] * np.uint32(0x9E3779B1) ^ codes[1:] * np.uint32(0x85EBCA6B)
    grams ^= grams >> np.uint32(16)
    grams *= np.uint32(0x7FEB352D)
    grams ^= grams >> np.uint32(15)
    return grams


def _bands(minima: NDArray[np.uint32]) -> NDArray[np.uint32]:
    mixed = (minima.reshape(len(minima), BANDS, -1) * _BAND_FACTORS).sum(axis=2, dtype=np.uint32)
    folded: NDArray[np.uint32] = mixed ^ (mixed >> np.uint32(15))
    return folded
