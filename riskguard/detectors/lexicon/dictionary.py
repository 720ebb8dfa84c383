"""jieba's stock dictionary as one table of hashes: jieba would take half a second and 45 MB for it in every process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from riskguard.domain.errors import NotReady

_STEP = 0x9E3779B97F4A7C15
_BACK = pow(_STEP, -1, 1 << 64)
_KEPT = 1 << 16
"""So many powers are kept, as many as batches of posts have characters; for more, as for more memory, they are made."""
_BUCKET_BITS, _REACH_BITS = 19, 21
_BUCKET, _REACH = np.uint64(64 - _BUCKET_BITS), np.uint64(64 - _REACH_BITS)
_SIZE_BITS, _ROW_BITS = 8, 24
_NEWLINE, _SPACE, _ZERO = (ord(char) for char in "\n 0")

Codes = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]


class Listed(NamedTuple):
    """Listed words in a text: where each starts and ends, and its count; by their starts, the shorter ones first."""

    starts: Numbers
    ends: Numbers
    counts: NDArray[np.int32]


class Strings(NamedTuple):
    """Strings in a text: where each starts, how long it is, and its hash."""

    starts: Numbers
    sizes: Numbers
    hashes: Hashes

    @classmethod
    def of(cls, starts: Numbers, size: int, hashes: Hashes) -> Self:
        """All of one size."""
        return cls(starts, np.full(len(starts), size), hashes)


class Dictionary(NamedTuple):
    """Words as sorted hashes, and how often each was counted in `total` words.

    `lasts` says for the first bits of a hash which row is the last with such bits or lower ones. `reach` says for those
    of two characters how long the longest word is that begins with them, or at least seems to; 0 for none. `singles`
    says of each code point which row it is as a word, less than 0 for none; its last stands for all others.
    """

    hashes: Hashes
    counts: NDArray[np.int32]
    lasts: NDArray[np.int32]
    reach: NDArray[np.uint8]
    singles: NDArray[np.int32]
    total: int

    @classmethod
    def read(cls, file: Path) -> Self:
        """From lines of 'word count class'; of a word that is listed twice the last count is taken, as jieba does.

        NotReady where it is no such file.
        """
        try:
            codes = codes_of(file.read_bytes().decode())
            starts, spaces = _lines(codes)
            if not len(starts):
                raise ValueError("it is empty")
        except (OSError, ValueError) as error:
            raise NotReady(f"jieba's dictionary cannot be read: {error}", hint="pip install --force jieba") from error
        sizes = spaces[:, 0] - starts
        hashes = hashes_of(codes, starts, sizes)
        counts = _numbers(codes, spaces[:, 0] + 1, spaces[:, 1])
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        filled = np.bincount(hashes >> _BUCKET, minlength=1 << _BUCKET_BITS)
        lasts = np.maximum(np.cumsum(filled) - 1, 0).astype(np.int32)
        reach, singles = _reach(codes, starts, sizes), _singles(codes[starts[order]], sizes[order])
        return cls(hashes, counts[order].astype(np.int32), lasts, reach, singles, int(counts.sum()))

    def listed(self, codes: Codes) -> Listed:
        """Every listed word that stands in the text."""
        scales = powers(2)
        rows = self.singles[np.minimum(codes, len(self.singles) - 1)]
        known = np.flatnonzero(rows >= 0)
        found = [_packed(known, 1, rows[known])]
        reach = self.reach[(codes[:-1] * scales[0] + codes[1:] * scales[1]) >> _REACH]
        starts = np.flatnonzero(reach)
        found.append(self._found(strings_from(codes, starts, 2, reach[starts])))
        packed = np.sort(np.concatenate(found))
        starts = packed >> (_SIZE_BITS + _ROW_BITS)
        sizes = (packed >> _ROW_BITS) & ((1 << _SIZE_BITS) - 1)
        return Listed(starts, starts + sizes, self.counts[packed & ((1 << _ROW_BITS) - 1)])

    def _found(self, strings: Strings) -> Numbers:
        """The words among them, packed; of several rows of one hash the last."""
        starts, sizes, hashes = strings
        rows = self.lasts[hashes >> _BUCKET]
        there = self.hashes[rows]
        beyond = np.flatnonzero(there > hashes)
        while len(beyond := beyond[rows[beyond] > 0]):
            rows[beyond] -= 1
            there[beyond] = self.hashes[rows[beyond]]
            beyond = beyond[there[beyond] > hashes[beyond]]
        known = np.flatnonzero(there == hashes)
        return _packed(starts[known], sizes[known], rows[known])


@cache
def dictionary() -> Dictionary:
    """Of jieba's own file, without importing jieba."""
    return Dictionary.read(_file())


@cache
def pairs_of_characters() -> tuple[Codes, Numbers]:
    """All listed words of two characters, a row for each, and how often each was counted."""
    codes = codes_of(_file().read_text(encoding="utf-8"))
    starts, spaces = _lines(codes)
    two = spaces[:, 0] - starts == 2
    words = codes[starts[two][:, None] + np.arange(2)]
    return words, _numbers(codes, spaces[two, 0] + 1, spaces[two, 1])


def codes_of(text: str) -> Codes:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def powers(count: int, step: int = _STEP) -> Hashes:
    """What the code points of a word are taken times, by their places: powers of an odd number, modulo 2**64."""
    return _kept(step)[:count] if count <= _KEPT else _powers(count, step)


@cache
def _kept(step: int) -> Hashes:
    return _powers(_KEPT, step)


def _powers(count: int, step: int) -> Hashes:
    powers: Hashes = np.cumprod(np.full(count, step, np.uint64), dtype=np.uint64)
    return powers


def strings_from(codes: Codes | Hashes, starts: Numbers, shortest: int, reach: NDArray[np.uint8]) -> Strings:
    """Every string that begins at one of these places, from the shortest size on to that which `reach` says there."""
    counts = np.maximum(np.minimum(reach, len(codes) - starts) - (shortest - 1), 0)
    first = np.repeat(starts, counts)
    sizes = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts) + shortest
    # Sums over the text up to each place: two of them tell of a string between, taken times a power of its own place.
    scales, back = powers(len(codes)), powers(len(codes), _BACK)
    sums = np.concatenate(([np.uint64(0)], np.cumsum(codes * scales, dtype=np.uint64)))
    return Strings(first, sizes, (sums[first + sizes] - sums[first]) * np.uint64(_STEP) * back[first])


def joined(strings: Sequence[Strings]) -> Strings:
    """All of them, one behind the other."""
    return Strings(*map(np.concatenate, zip(*strings, strict=True)))


def _lines(codes: Codes) -> tuple[Numbers, Numbers]:
    """Where each line starts, and where its two spaces stand; ValueError where it has not just two."""
    ends = np.flatnonzero(codes == _NEWLINE)
    return np.concatenate(([0], ends + 1))[: len(ends)], np.flatnonzero(codes == _SPACE).reshape(len(ends), 2)


def hashes_of(codes: Codes, starts: Numbers, sizes: Numbers) -> Hashes:
    """Of the words that have so many characters from these places on. A character of code 0 counts for nothing."""
    scales = powers(int(sizes.max(initial=1)))
    hashes: Hashes = codes[starts] * scales[0]
    longer = np.arange(len(starts))
    for place, scale in enumerate(scales[1:], start=1):
        longer = longer[sizes[longer] > place]
        hashes[longer] += codes[starts[longer] + place] * scale
    return hashes


def _reach(codes: Codes, starts: Numbers, sizes: Numbers) -> NDArray[np.uint8]:
    """By the first bits of the hash of two characters the size of the longest word that begins with such."""
    reach = np.zeros(1 << _REACH_BITS, np.uint8)
    longer = sizes > 1
    begun = hashes_of(codes, starts[longer], np.full(int(longer.sum()), 2)) if longer.any() else np.zeros(0, np.uint64)
    np.maximum.at(reach, (begun >> _REACH).astype(np.intp), np.minimum(sizes[longer], 255).astype(np.uint8))
    return reach


def _singles(firsts: Codes, sizes: Numbers) -> NDArray[np.int32]:
    """Which row is the word of just this character, of several the last; the first characters are by row."""
    alone = np.flatnonzero(sizes == 1)
    singles = np.full(int(firsts[alone].max(initial=0)) + 2, -1, np.int32)
    singles[firsts[alone]] = alone
    return singles


def _packed(starts: Numbers, size: Numbers | int, rows: NDArray[np.int32]) -> Numbers:
    """Start, size and row of each word in one number."""
    return (((starts << _SIZE_BITS) | size) << _ROW_BITS) | rows


def _numbers(codes: Codes, starts: Numbers, ends: Numbers) -> Numbers:
    """What the digits from start to end spell."""
    sizes = ends - starts
    numbers = codes[starts].astype(np.int64) - _ZERO
    longer = np.arange(len(starts))
    for place in range(1, int(sizes.max())):
        longer = longer[sizes[longer] > place]
        numbers[longer] = numbers[longer] * 10 + codes[starts[longer] + place] - _ZERO
    return numbers


def _file() -> Path:
    package = find_spec("jieba")
    folders = (package.submodule_search_locations if package else None) or [""]
    return Path(folders[0]) / "dict.txt"
