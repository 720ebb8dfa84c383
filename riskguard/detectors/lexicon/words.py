"""Word borders by jieba's stock dictionary, as jieba cuts where it may not guess. Slow: ask only where it matters.

The dictionary is read as one table of hashes: jieba would take half a second and 45 MB for it in every process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import accumulate, pairwise
from math import log
from pathlib import Path
from string import ascii_letters, digits
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from riskguard.domain.errors import NotReady

_WINDOW = 12
"""Characters on each side that are segmented with a hit: enough context, and a bound on the cost."""

_BLOCK = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")
"""What words are made of; every other character stands by itself."""

_SPELLED = frozenset(ascii_letters + digits)
_LETTERS = np.array([chr(code) in _SPELLED for code in range(0x80)])
"""Of the first code points; the last of them stands for all others."""

_BETWEEN = "\0"
_STEP = 0x9E3779B97F4A7C15
_BACK = pow(_STEP, -1, 2**64)
_LIKELY_BITS = 22
_UNLIKELY = np.uint64(64 - _LIKELY_BITS)
_NEWLINE, _SPACE, _ZERO = (ord(char) for char in "\n 0")

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Place = tuple[int, int]


def crossed_words(text: str, start: int, end: int, bridged: bytes = b"") -> list[Place]:
    """The words that begin outside [start, end) and end inside, or reach out of it: 交通 for '口交' in '路口交通'.

    Faster where the text is `bridged`.
    """
    if bridged and not bridged[start] and not bridged[end]:
        return []
    first = max(0, start - _WINDOW)
    crossed = _dictionary().crossed(text[first : end + _WINDOW], (start - first, end - first))
    return [(first + a, first + b) for a, b in crossed]


def bridges(texts: Sequence[str]) -> list[bytes]:
    """For each border of each text, the ends too, whether a listed word or a row of letters goes over it: 1 or 0.

    Most borders have none, and to ask of many texts at once costs little.
    """
    joined = _BETWEEN.join(texts)
    over = _dictionary().bridged(_codes(joined)).tobytes()
    starts = accumulate((len(text) + 1 for text in texts), initial=0)
    return [over[start : start + len(text) + 1] for start, text in zip(starts, texts, strict=False)]


def surprise(text: str) -> float:
    """How little anybody would expect the text: nats a character, as its likeliest words are counted."""
    return _dictionary().surprise(text)


@cache
def pairs_of_characters() -> tuple[NDArray[np.uint32], Numbers]:
    """All listed words of two characters, a row for each, and how often each was counted."""
    codes = _codes(_file().read_text(encoding="utf-8"))
    starts, spaces = _lines(codes)
    two = spaces[:, 0] - starts == 2
    words = codes[starts[two][:, None] + np.arange(2)]
    return words, _numbers(codes, spaces[two, 0] + 1, spaces[two, 1])


def warm() -> None:
    """Read the dictionary now, rather than at the first hit."""
    _dictionary()


class Dictionary(NamedTuple):
    """Words as sorted hashes, and how often each was counted in `total` words; none is longer than `longest`.

    `likely` says of the first bits of a hash whether a word has them. Few other texts do, and only those are searched.
    """

    hashes: Hashes
    counts: NDArray[np.int32]
    likely: NDArray[np.bool_]
    total: int
    longest: int

    @classmethod
    def read(cls, file: Path) -> Self:
        """From lines of 'word count class'; of a word that is listed twice the last count is taken, as jieba does.

        NotReady where it is no such file.
        """
        try:
            codes = _codes(file.read_bytes().decode())
            starts, spaces = _lines(codes)
            if not len(starts):
                raise ValueError("it is empty")
        except (OSError, ValueError) as error:
            raise NotReady(f"jieba's dictionary cannot be read: {error}", hint="pip install --force jieba") from error
        sizes = spaces[:, 0] - starts
        hashes = _hashes(codes, starts, sizes)
        counts = _numbers(codes, spaces[:, 0] + 1, spaces[:, 1])
        order = np.argsort(hashes, kind="stable")
        likely = np.zeros(1 << _LIKELY_BITS, np.bool_)
        likely[hashes >> _UNLIKELY] = True
        return cls(hashes[order], counts[order].astype(np.int32), likely, int(counts.sum()), int(sizes.max()))

    def crossed(self, text: str, borders: Sequence[int]) -> list[Place]:
        """Where the words of the text stand that begin before one of the borders and end behind it."""
        found: list[Place] = []
        for block in _BLOCK.finditer(text):
            first, end = block.span()
            inside = [border - first for border in borders if first < border < end]
            if inside:
                found += [(first + a, first + b) for a, b in self._crossed(block.group(), inside)]
        return found

    def bridged(self, codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """For each border of a text, the ends too, whether a listed word or a row of letters may go over it."""
        goes, ends = np.zeros(len(codes) + 1, np.int32), np.zeros(len(codes) + 1, np.int32)
        hashes = codes.astype(np.uint64)
        for size, scale in enumerate(_powers(_STEP, min(self.longest, len(codes)))[1:], start=2):
            hashes = hashes[:-1] + codes[size - 1 :] * scale
            likely = np.flatnonzero(self.likely[hashes >> _UNLIKELY])
            at = likely[self._rows(hashes[likely])[1]]
            goes[at + 1] += 1
            ends[at + size] += 1
        over: NDArray[np.bool_] = np.cumsum(goes - ends) > 0
        letters = _LETTERS[np.minimum(codes, len(_LETTERS) - 1)]
        over[1:-1] |= letters[1:] & letters[:-1]
        return over

    def surprise(self, text: str) -> float:
        """Of the likeliest way to cut the text, the negative log likelihood of its words a character."""
        counts: dict[tuple[int, int], int] = {}
        listed = self._listed(text)
        for start, ways in enumerate(listed.ways(len(text))):
            counts.update({(start, end): count for end, count in ways})
        ends = _jumps(self._likeliest(text, listed))
        words = pairwise([0, *ends])
        return sum(log(self.total) - log(counts.get(word, 1) or 1) for word in words) / len(text)

    def _crossed(self, block: str, borders: Sequence[int]) -> list[Place]:
        """Most blocks need not be cut: no listed word has a border inside."""
        listed = self._listed(block)
        if not any(listed.cross(border) or _SPELLED.issuperset(block[border - 1 : border + 1]) for border in borders):
            return []
        words = pairwise([0, *_ends(block, self._likeliest(block, listed))])
        return [(a, b) for a, b in words if any(a < border < b for border in borders)]

    def _listed(self, block: str) -> _Listed:
        """The listed words in a block."""
        pieces = _pieces(len(block), self.longest)
        sums = np.zeros(len(block) + 1, np.uint64)
        np.cumsum(_codes(block) * pieces.scale, out=sums[1:])
        hashes = (sums[pieces.ends] - sums[pieces.starts]) * pieces.back
        likely = np.flatnonzero(self.likely[hashes >> _UNLIKELY])
        rows, known = self._rows(hashes[likely])
        at = likely[known]
        return _Listed(pieces.starts[at], pieces.ends[at], self.counts[rows[known]])

    def _rows(self, hashes: Hashes) -> tuple[Numbers, NDArray[np.bool_]]:
        """Where each hash is listed, and whether it is."""
        rows = np.searchsorted(self.hashes, hashes, side="right") - 1
        return rows, self.hashes[rows] == hashes

    def _likeliest(self, block: str, listed: _Listed) -> list[int]:
        """For each place the end of the word there, of all ways to cut the rest the likeliest; the longer of two."""
        every = log(self.total)
        rest, ends = [0.0] * (len(block) + 1), [0] * len(block)
        for at, ways in reversed(list(enumerate(listed.ways(len(block))))):
            if ways:
                rest[at], ends[at] = max([(log(count) - every + rest[end], end) for end, count in ways])
            else:
                rest[at], ends[at] = rest[at + 1] - every, at + 1
        return ends


class _Listed(NamedTuple):
    """Listed words in a text: where each starts and ends, and its count."""

    starts: Numbers
    ends: Numbers
    counts: NDArray[np.int32]

    def cross(self, border: int) -> bool:
        """Whether one has the border inside."""
        return bool(((self.starts < border) & (self.ends > border)).any())

    def ways(self, length: int) -> list[list[tuple[int, int]]]:
        """For each place the ends of the words that start there, with their counts."""
        told: list[list[tuple[int, int]]] = [[] for _ in range(length)]
        for start, end, count in zip(*(each.tolist() for each in self), strict=True):
            told[start].append((end, count))
        return told


class _Pieces(NamedTuple):
    """All pieces of a text that may be words: where they start and end. A character's number is taken times `scale`
    by its place; the sum of a piece times its `back` is the same wherever it stands."""

    starts: Numbers
    ends: Numbers
    scale: Hashes
    back: Hashes


@lru_cache(maxsize=64)
def _pieces(length: int, longest: int) -> _Pieces:
    starts, ends = np.array(
        [(start, end) for start in range(length) for end in range(start + 1, min(start + longest, length) + 1)]
    ).T
    return _Pieces(starts, ends, _powers(_STEP, length), _powers(_BACK, length)[starts])


def _ends(block: str, likeliest: Sequence[int]) -> Iterator[int]:
    """Where the words of a block end. Letters and digits that are in no listed word belong together."""
    at, spelling = 0, False
    while at < len(block):
        end = likeliest[at]
        alone = end == at + 1 and block[at] in _SPELLED
        if spelling and not alone:
            yield at
        if not alone:
            yield end
        at, spelling = end, alone
    if spelling:
        yield at


def _jumps(likeliest: Sequence[int]) -> Iterator[int]:
    """Where each word ends, in turn."""
    at = 0
    while at < len(likeliest):
        at = likeliest[at]
        yield at


def _powers(number: int, count: int) -> Hashes:
    """1 and on, modulo 2**64."""
    return np.cumprod(np.array([1, *[number] * (count - 1)], np.uint64), dtype=np.uint64)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _lines(codes: NDArray[np.uint32]) -> tuple[Numbers, Numbers]:
    """Where each line starts, and where its two spaces stand; ValueError where it has not just two."""
    ends = np.flatnonzero(codes == _NEWLINE)
    return np.concatenate(([0], ends + 1))[: len(ends)], np.flatnonzero(codes == _SPACE).reshape(len(ends), 2)


def _hashes(codes: NDArray[np.uint32], starts: Numbers, sizes: Numbers) -> Hashes:
    """Of the words that have so many characters from these places on."""
    hashes = codes[starts].astype(np.uint64)
    longer = np.arange(len(starts))
    for place, scale in enumerate(_powers(_STEP, int(sizes.max()))[1:], start=1):
        longer = longer[sizes[longer] > place]
        hashes[longer] += codes[starts[longer] + place] * scale
    return hashes


def _numbers(codes: NDArray[np.uint32], starts: Numbers, ends: Numbers) -> Numbers:
    """What the digits from start to end spell."""
    sizes = ends - starts
    numbers = codes[starts].astype(np.int64) - _ZERO
    longer = np.arange(len(starts))
    for place in range(1, int(sizes.max())):
        longer = longer[sizes[longer] > place]
        numbers[longer] = numbers[longer] * 10 + codes[starts[longer] + place] - _ZERO
    return numbers


@cache
def _dictionary() -> Dictionary:
    """Of jieba's own file, without importing jieba."""
    return Dictionary.read(_file())


def _file() -> Path:
    package = find_spec("jieba")
    folders = (package.submodule_search_locations if package else None) or [""]
    return Path(folders[0]) / "dict.txt"
