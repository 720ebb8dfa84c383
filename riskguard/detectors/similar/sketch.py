"""Texts as sets of hashed character 2-grams, and MinHash sketches of them: 128 minima in 32 bands of 4 rows."""

from __future__ import annotations

import hashlib
import re
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

ROWS = 128
BANDS = 32
_BAND_ROWS = ROWS // BANDS
SHELF = 4
"""Bands that are kept together."""

SHORTEST = 12
"""Texts of fewer characters have too few 2-grams to compare: only exact copies count."""

FEWEST_GRAMS = 8
"""So do texts that say the same few characters over and over: laughter is no campaign."""

PROBED, PROBES = 20, 5
"""Texts of at most so many distinct grams are also looked for by probes, so many on each shelf: where there are few
grams, a few changes lose most bands. Each probe costs Redis a look-up."""

LONGEST = 1_000
"""Characters beyond this are not compared."""

GRAM_BYTES = 3
_BAND_BYTES = 4
_WORD = re.compile(r"[a-z]{2,}|[0-9]{5,}| ")
"""A Latin word or a long number says as much as one Chinese character: spelt out, its letters would outweigh them."""


@dataclass(frozen=True, slots=True, eq=False)
class Secret:
    """A key, and for each character a secret number that stands in its place: without them the hashed 2-grams of a
    text could be told by trying all pairs of characters. Numbers of 4.5 MB are made from the key in 20 ms."""

    key: bytes
    codes: NDArray[np.uint32] = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> Secret:
        """The secret of a key of 16 to 64 bytes."""
        return cls(key, np.frombuffer(hashlib.shake_256(key).digest(4 * (sys.maxunicode + 1)), dtype=np.uint32))


def digest(text: str, secret: Secret | None) -> bytes:
    """Eight bytes that stand for a text or a name."""
    key = secret.key if secret else b""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()


@dataclass(frozen=True, slots=True)
class Sketch:
    """`keys` are where look-alikes meet: 32 band hashes, or one hash of the whole for a short text.

    `probes` are five more keys a shelf that a short text is looked for by, and never kept under: each is the key of a
    band with the second least hash of one row in place of the least, which may belong to a changed character. Empty for
    others.
    `grams` are the distinct 2-grams, three bytes of hash each, end to end, in rising order; empty for a short text,
    where meeting is proof. `length` counts characters, a Latin word or a long number as one.
    """

    keys: tuple[bytes, ...]
    grams: bytes
    length: int
    probes: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """How many distinct 2-grams there are."""
        return len(self.grams) // GRAM_BYTES


def sketches(residues: Sequence[str], *, secret: Secret | None = None) -> list[Sketch | None]:
    """One sketch per residue, in order; None for an empty one. Those made with a secret tell nothing to who lacks it,
    and are alike only to sketches made with the same."""
    found: list[Sketch | None] = [None] * len(residues)
    texts = [_tokens(text) for text in residues]
    long = [at for at, text in enumerate(texts) if len(text) >= SHORTEST]
    rich: list[tuple[int, NDArray[np.uint32]]] = []
    for at, grams in zip(long, _grams([texts[at][:LONGEST] for at in long], secret), strict=True):
        if len(grams) >= FEWEST_GRAMS:
            rich.append((at, grams))
    if rich:
        drawn = [grams for _, grams in rich]
        minima = _minima(drawn)
        probes = _probes(drawn, minima)
        for row, ((at, grams), keys) in enumerate(zip(rich, _bands(minima), strict=True)):
            found[at] = Sketch(_cut(keys.tobytes()), _packed(grams), len(texts[at]), probes.get(row, ()))
    for at, text in enumerate(texts):
        if text and found[at] is None:
            found[at] = _exact(residues[at], len(text), secret)
    return found


def _tokens(residue: str) -> str:
    """The residue with each Latin word and long number as one character of a private plane, and no spaces."""
    if residue.isalpha() and not _WORD.search(residue):
        return residue
    return _WORD.sub(
        lambda word: chr(0xF0000 + zlib.crc32(word[0].encode()) % 0xFFFE) if word[0] != " " else "", residue
    )


def _exact(text: str, length: int, secret: Secret | None) -> Sketch:
    return Sketch((digest(text, secret),), b"", length)


def _coefficients() -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    dice = np.random.default_rng(20_261_122)
    odd = np.uint32(1)
    return (
        dice.integers(0, 2**32, ROWS, dtype=np.uint32) | odd,
        dice.integers(0, 2**32, ROWS, dtype=np.uint32),
        dice.integers(0, 2**32, _BAND_ROWS, dtype=np.uint32) | odd,
    )


_FACTORS, _OFFSETS, _BAND_FACTORS = _coefficients()


def _grams(texts: Sequence[str], secret: Secret | None) -> list[NDArray[np.uint32]]:
    """The distinct hashed pairs of neighbours of each text, in rising order."""
    if not texts:
        return []
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if secret is not None:
        codes = secret.codes[codes]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    rows = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    inside = rows[:-1] == rows[1:]
    keyed = np.unique(rows[:-1][inside] << np.uint64(32) | _mixed(codes)[inside])
    ends = np.searchsorted(keyed, np.arange(1, len(texts), dtype=np.uint64) << np.uint64(32))
    return np.split(keyed.astype(np.uint32), ends)


def _mixed(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A well-mixed hash of each pair of neighbours."""
    grams = codes[:-1] * np.uint32(0x9E3779B1) ^ codes[1:] * np.uint32(0x85EBCA6B)
    grams ^= grams >> np.uint32(16)
    grams *= np.uint32(0x7FEB352D)
    grams ^= grams >> np.uint32(15)
    return grams


def _minima(texts: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """One row of 128 minima per set of grams."""
    minima = np.empty((len(texts), ROWS), np.uint32)
    for row, grams in enumerate(texts):
        hashed = np.multiply.outer(grams, _FACTORS)
        hashed += _OFFSETS
        hashed.min(axis=0, out=minima[row])
    return minima


def _bands(minima: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return _folded(_mixed_rows(minima).sum(axis=2, dtype=np.uint32))


def _probes(texts: Sequence[NDArray[np.uint32]], minima: NDArray[np.uint32]) -> dict[int, tuple[bytes, ...]]:
    """The probes of the short texts by row, shelf by shelf: a band's key changes by what one of its rows does.

    Of all that could be asked, those whose hashes are least: each other gram of the text looked for, which is unknown,
    takes the place of a small minimum less often than that of a great one.
    """
    short = [row for row, grams in enumerate(texts) if len(grams) <= PROBED]
    if not short:
        return {}
    least = minima[short]
    second = np.stack([_second_minima(texts[row], minima[row]) for row in short])
    mixed = _mixed_rows(least)
    changed = _folded(mixed.sum(axis=2, dtype=np.uint32)[:, :, None] - mixed + _mixed_rows(second))
    heights = least.reshape(mixed.shape).astype(np.float32)
    doubt = heights.sum(axis=2)[:, :, None] - heights + second.reshape(mixed.shape)
    shelved = (len(short), BANDS // SHELF, -1)
    best = np.argpartition(doubt.reshape(shelved), PROBES, axis=2)[:, :, :PROBES]
    asked = np.take_along_axis(changed.reshape(shelved), best, axis=2)
    return {row: _cut(keys.tobytes()) for row, keys in zip(short, asked, strict=True)}


def _second_minima(grams: NDArray[np.uint32], least: NDArray[np.uint32]) -> NDArray[np.uint32]:
    hashed = np.multiply.outer(grams, _FACTORS)
    hashed += _OFFSETS
    hashed[hashed == least] = np.iinfo(np.uint32).max
    second: NDArray[np.uint32] = hashed.min(axis=0)
    return second


def _mixed_rows(minima: NDArray[np.uint32]) -> NDArray[np.uint32]:
    mixed: NDArray[np.uint32] = minima.reshape(len(minima), -1, _BAND_ROWS) * _BAND_FACTORS
    return mixed


def _folded(mixed: NDArray[np.uint32]) -> NDArray[np.uint32]:
    folded: NDArray[np.uint32] = mixed ^ (mixed >> np.uint32(15))
    return folded


def _cut(keys: bytes) -> tuple[bytes, ...]:
    return tuple(keys[start : start + _BAND_BYTES] for start in range(0, len(keys), _BAND_BYTES))


def _packed(grams: NDArray[np.uint32]) -> bytes:
    """The upper three bytes of each hash: of a thousand in one text, one in seventeen thousand is taken for another."""
    return grams.astype(">u4").view(np.uint8).reshape(-1, 4)[:, :GRAM_BYTES].tobytes()
