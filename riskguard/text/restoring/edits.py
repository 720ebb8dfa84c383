"""What somebody may have meant by a few characters: other characters of the same sound or shape, words for letters,
for parts, for pictures; or nothing, where signs only keep characters apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from riskguard.text.restoring.counts import LAST, NOTHING, Codes, Floats

LONGEST = 4
"""So many characters are written at most by one edit."""

_CLAUSE_SIGNS = ",.!?;:、。…~“”‘’\"'()[]《》#—"
_SIGN_LETTERS = "xov1"
_LONGEST_SIGNS = 4
_HAN = (0x3400, 0x9FFF)
_ODD = -16.0
"""A character and the one behind it are as unlikely as this where one is not what was meant; few others are."""

_LATIN = re.compile("[a-z]+")

Places = NDArray[np.int64]


class Kind(IntEnum):
    """How the characters that an edit undoes came about."""

    SOUND = 0
    TWO_SOUNDS = 1
    SHAPE = 2
    SWAP = 3
    PARTS = 4
    SIGNS = 5
    CLAUSE_SIGNS = 6
    LETTER = 7
    PINYIN = 8
    INITIALS = 9
    PICTURE = 10


class Edits(NamedTuple):
    """Characters [start, end) of a batch are read as the first `size` of `chars` (edits, LONGEST)."""

    start: Places
    end: Places
    chars: Codes
    size: Places
    kind: Places


def edits(rows: Sequence[tuple[int, int, str, Kind]]) -> Edits:
    """From (start, end, characters, kind)."""
    chars = np.zeros((len(rows), LONGEST), np.uint16)
    for row, (_, _, word, _) in enumerate(rows):
        chars[row, : len(word)] = [min(ord(char), LAST) for char in word]
    start = np.array([row[0] for row in rows], np.int64)
    end = np.array([row[1] for row in rows], np.int64)
    size = np.array([len(row[2]) for row in rows], np.int64)
    return Edits(start, end, chars, size, np.array([int(row[3]) for row in rows], np.int64))


NONE = edits([])


class Runs(Protocol):
    """Knows what runs of Latin letters may stand for."""

    def edits(self, run: str) -> Edits:
        """All readings of parts of it."""


class Likeness(NamedTuple):
    """`others[first[key]:first[key + 1]]`, (others, characters), is what a key may stand for."""

    first: NDArray[np.uint32]
    others: Codes

    def at(self, keys: NDArray[np.integer]) -> tuple[Places, Codes]:
        """Which of the keys each of the others is for, and the others."""
        first = self.first[keys].astype(np.int64)
        sizes = self.first[keys + 1].astype(np.int64) - first
        of = np.repeat(np.arange(len(keys)), sizes)
        return of, self.others[np.arange(len(of)) + np.repeat(first - np.cumsum(sizes) + sizes, sizes)]


class Sparse(NamedTuple):
    """A Likeness whose keys are the places of 32-bit ones among `keys`, which are sorted."""

    keys: NDArray[np.uint32]
    likeness: Likeness

    def at(self, keys: NDArray[np.uint32]) -> tuple[Places, Codes]:
        """As Likeness.at; a key that is not there stands for nothing."""
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = np.flatnonzero(self.keys[place] == keys)
        of, others = self.likeness.at(place[known])
        return known[of], others


@dataclass(frozen=True)
class Meanings:
    """What stands for what.

    Each character has a usual `syllable` and a `sound`, which may be several syllables: `sounds` are the characters of
    each. `shapes` by character; `words` of two characters by their `pair_keys`; `parts` by two parts; `listed` strings,
    such as pictures, with their words.
    """

    syllable: NDArray[np.uint16]
    sound: NDArray[np.uint16]
    sounds: Likeness
    shapes: Sparse
    words: Sparse
    parts: Sparse
    listed: Mapping[str, Sequence[str]]
    latin: Runs

    def edits(self, joined: str, codes: Codes, log: Floats) -> Edits:
        """What may be meant in a batch, `joined` with NOTHING twice between the texts and at both ends.

        `log` (places,) is the logarithm of each character's chance: others are thought of only where it is odd.
        """
        odd = np.flatnonzero((log[:-1] + log[1:] < _ODD) & (codes[:-1] != NOTHING))
        han = (codes >= _HAN[0]) & (codes <= _HAN[1])
        found = (
            _instead(odd, codes, *self.sounds.at(self.sound[codes[odd]].astype(np.int64)), Kind.SOUND),
            _instead(odd, codes, *self.shapes.at(codes[odd].astype(np.uint32)), Kind.SHAPE),
            self._two_sounds(odd, codes),
            self._of_parts(np.flatnonzero(han), codes),
            _swapped(odd[han[odd] & han[odd + 1]], codes),
            self._signs(codes),
            _letters(codes, han),
            self._spelt(joined),
            self._shown(joined, codes),
        )
        return Edits(*map(np.concatenate, zip(*found, strict=True)))

    def _two_sounds(self, at: Places, codes: Codes) -> Edits:
        """Two neighbours that are both written otherwise."""
        of, words = self.words.at(pair_keys(self.syllable[codes[at]], self.syllable[codes[at + 1]]))
        start = at[of]
        both = (words[:, 0] != codes[start]) & (words[:, 1] != codes[start + 1])
        return _edits(start[both], 2, words[both], Kind.TWO_SOUNDS)

    def _of_parts(self, at: Places, codes: Codes) -> Edits:
        of, chars = self.parts.at(pair_keys(codes[at], codes[at + 1]))
        return _edits(at[of], 2, chars, Kind.PARTS)

    def _signs(self, codes: Codes) -> Edits:
        """Runs of a few signs between letters, digits or characters are left out, but not in dates and door numbers;
        pictures have a meaning."""
        sign = self._is_sign[codes]
        edges = np.flatnonzero(sign[1:] != sign[:-1]) + 1
        start, end = edges[::2], edges[1::2]
        before, behind = codes[start - 1], codes[end]
        inner = (end - start <= _LONGEST_SIGNS) & (before != NOTHING) & (behind != NOTHING)
        inner &= ~(_is_digit(before) & _is_digit(behind))
        start, end = start[inner], end[inner]
        clauses = np.concatenate(([0], np.cumsum(_IS_CLAUSE_SIGN[codes])))
        kind = np.where(clauses[end] > clauses[start], Kind.CLAUSE_SIGNS, Kind.SIGNS)
        return Edits(start, end, np.zeros((len(start), LONGEST), np.uint16), np.zeros(len(start), np.int64), kind)

    def _spelt(self, joined: str) -> Edits:
        """Latin letters that spell or shorten words."""
        return _moved([(run.start(), self.latin.edits(run.group())) for run in _LATIN.finditer(joined)])

    def _shown(self, joined: str, codes: Codes) -> Edits:
        """Pictures, and characters that are taken apart in more than two parts."""
        if not self._begins_listed[codes].any():
            return NONE
        return _moved([(match.start(), self._of_listed[match.group()]) for match in self._pattern.finditer(joined)])

    @cached_property
    def _of_listed(self) -> Mapping[str, Edits]:
        return {
            shown: edits([(0, len(shown), word, Kind.PICTURE) for word in words])
            for shown, words in self.listed.items()
        }

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.listed, key=len, reverse=True))))

    @cached_property
    def _begins_listed(self) -> NDArray[np.bool_]:
        begins = np.zeros(LAST + 1, np.bool_)
        begins[[min(ord(each[0]), LAST) for each in self.listed]] = True
        return begins

    @cached_property
    def _is_sign(self) -> NDArray[np.bool_]:
        sign = ~np.fromiter(map(str.isalnum, map(chr, range(LAST + 1))), np.bool_, LAST + 1)
        sign[NOTHING] = sign[LAST] = False
        sign[[ord(each[0]) for each in self.listed if ord(each[0]) < LAST]] = False
        return sign


def pair_keys(first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.uint32]:
    """One number for two, of syllables or of characters."""
    return first.astype(np.uint32) << np.uint32(16) | second.astype(np.uint32)


def _instead(at: Places, codes: Codes, of: Places, others: Codes, kind: Kind) -> Edits:
    """One character instead of another."""
    start = at[of]
    new = others[:, 0] != codes[start]
    return _edits(start[new], 1, others[new], kind)


def _swapped(at: Places, codes: Codes) -> Edits:
    chars = np.stack([codes[at + 1], codes[at]], axis=1)
    return _edits(at, 2, chars, Kind.SWAP)


def _is_digit(codes: Codes) -> NDArray[np.bool_]:
    digits: NDArray[np.bool_] = (codes >= ord("0")) & (codes <= ord("9"))
    return digits


def _letters(codes: Codes, han: NDArray[np.bool_]) -> Edits:
    """Single letters between Chinese characters that may be signs."""
    at = np.flatnonzero(np.isin(codes, [ord(letter) for letter in _SIGN_LETTERS]))
    at = at[han[at - 1] & han[at + 1]]
    return _edits(at, 1, np.zeros((len(at), 0), np.uint16), Kind.LETTER)


def _edits(start: Places, length: int, chars: Codes, kind: Kind) -> Edits:
    padded = np.zeros((len(start), LONGEST), np.uint16)
    padded[:, : chars.shape[1]] = chars
    return Edits(start, start + length, padded, np.full(len(start), chars.shape[1]), np.full(len(start), int(kind)))


def _moved(found: Sequence[tuple[int, Edits]]) -> Edits:
    """Edits of parts of a batch, each moved to where its part begins."""
    if not found:
        return NONE
    by = np.repeat([start for start, _ in found], [len(each.start) for _, each in found])
    start, end, *rest = map(np.concatenate, zip(*(each for _, each in found), strict=True))
    return Edits(start + by, end + by, *rest)


_IS_CLAUSE_SIGN = np.zeros(LAST + 1, np.bool_)
_IS_CLAUSE_SIGN[[ord(sign) for sign in _CLAUSE_SIGNS]] = True
