"""Folded texts as numbers: characters, their toneless sounds, and the words that begin at each place.

Training and serving both spell with this, so they cannot differ. All is looked up in tables over a whole batch; only
runs of Latin letters are taken apart one by one, and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.domain.errors import ModelInvalid

CHARS, WORDS = "chars.tsv", "words.txt"
PAD, UNKNOWN, MASK, BEGIN = range(4)
SPECIAL = 4
LONGEST = 255
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST_WORD, _LONGEST_WORD = 2, 4
_GAP = "\0" * (_LONGEST_WORD - 1)
_LATIN = re.compile("[a-z]+")
_BITS = np.uint64(16)

Ids = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A padded batch: `chars` (texts, places), `sounds` (texts, places, 2), `words` (texts, places, 3), all int64.

    Place 0 is the mark of the beginning; character i of a text stands at place i + 1; 0 is padding. A sound is the
    syllable and its initial letter; the words are those of two, three and four characters that begin at the place.
    """

    chars: NDArray[np.int64]
    sounds: NDArray[np.int64]
    words: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the encoder knows: characters with their syllable ('' if they have none), and words of 2 to 4 of them."""

    chars: Mapping[str, str]
    words: Sequence[str]

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """From chars.tsv and words.txt. ModelInvalid if one is missing or holds no such list."""
        try:
            rows = [line.split("\t") for line in _lines(folder / CHARS)]
            return cls(dict(rows), _lines(folder / WORDS))
        except (OSError, ValueError) as error:
            raise ModelInvalid(f"no vocabulary of an encoder in {folder}: {error}") from error

    def save(self, folder: Path) -> None:
        """Write chars.tsv and words.txt."""
        rows = "".join(f"{char}\t{sound}\n" for char, sound in self.chars.items())
        (folder / CHARS).write_text(rows, encoding="utf-8", newline="\n")
        (folder / WORDS).write_text("".join(f"{word}\n" for word in self.words), encoding="utf-8", newline="\n")


@dataclass(slots=True)
class Speller:
    """A vocabulary as tables. `syllables` are the names of sounds; those after them are initial letters."""

    vocabulary: Vocabulary
    syllables: tuple[str, ...] = field(init=False)
    _char_of_code: Ids = field(init=False)
    _syllable_of_char: Ids = field(init=False)
    _initial_of_syllable: Ids = field(init=False)
    _initial_of_char: Ids = field(init=False)
    _word_keys: NDArray[np.uint64] = field(init=False)
    _word_rows: NDArray[np.int64] = field(init=False)
    _named: _Syllables = field(init=False)

    def __post_init__(self) -> None:
        chars = self.vocabulary.chars
        self.syllables = tuple(sorted({sound for sound in chars.values() if sound}))
        named = {sound: place for place, sound in enumerate(self.syllables, start=1)}
        self._named = _Syllables(named)
        self._char_of_code = np.full(0x110000, UNKNOWN, np.uint16)
        self._char_of_code[0] = PAD
        self._char_of_code[[ord(char) for char in chars]] = np.arange(SPECIAL, SPECIAL + len(chars))
        self._syllable_of_char = np.zeros(SPECIAL + len(chars), np.uint16)
        self._syllable_of_char[SPECIAL:] = [named.get(sound, 0) for sound in chars.values()]
        self._initial_of_syllable = np.zeros(len(named) + 1, np.uint16)
        self._initial_of_syllable[1:] = [self.initial(sound[0]) for sound in self.syllables]
        self._initial_of_char = np.zeros(self.char_count, np.uint16)
        own = self._char_of_code[[ord(letter) for letter in LETTERS]]
        self._initial_of_char[own] = [self.initial(letter) for letter in LETTERS]
        self._word_keys, self._word_rows = self._word_table()

    @classmethod
    def load(cls, folder: Path) -> Speller:
        """With the vocabulary of a model's folder."""
        return cls(Vocabulary.load(folder))

    @property
    def char_count(self) -> int:
        """Characters with the special ones."""
        return SPECIAL + len(self.vocabulary.chars)

    @property
    def sound_count(self) -> int:
        """Syllables, initial letters, and none."""
        return 1 + len(self.syllables) + len(LETTERS)

    def initial(self, letter: str) -> int:
        """The sound that stands for a syllable's first letter; 0 for what is no letter."""
        return 1 + len(self.syllables) + LETTERS.index(letter) if letter in LETTERS else 0

    def spell(self, texts: Sequence[str]) -> Spelled:
        """The texts as a padded batch, as long as its longest text; of one text at most LONGEST characters."""
        texts = [text[:LONGEST] for text in texts]
        chars, syllables = self.numbers(_GAP + _GAP.join(texts) + _GAP)
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        starts = len(_GAP) + np.concatenate(([0], np.cumsum(sizes + len(_GAP))[:-1]))
        return self.padded(chars, syllables, starts, sizes)

    def numbers(self, joined: str) -> tuple[Ids, Ids]:
        """(characters, syllables) of each place of a text; a letter has the syllable that its run of letters spells."""
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        chars = self._char_of_code[codes]
        syllables = self._syllable_of_char[chars]
        for run in _LATIN.finditer(joined):
            syllables[run.start() : run.end()] = self.heard(run.group())
        return chars, syllables

    def padded(self, chars: Ids, syllables: Ids, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Spelled:
        """The batch of texts that lie at `starts`, with `sizes`, among the places; at least three PAD between two."""
        words = self.words_at(chars)
        sounds = self.sounds(chars, syllables)
        steps = np.arange(int(sizes.max(initial=0)))
        inside = steps < sizes[:, None]
        index = np.where(inside, starts[:, None] + steps, 0)
        texts, places = inside.shape
        spelled = Spelled(
            np.zeros((texts, places + 1), np.int64),
            np.zeros((texts, places + 1, 2), np.int64),
            np.zeros((texts, places + 1, 3), np.int64),
        )
        spelled.chars[:, 0] = BEGIN
        spelled.chars[:, 1:] = np.where(inside, chars[index], PAD)
        spelled.sounds[:, 1:] = np.where(inside[..., None], sounds[index], 0)
        spelled.words[:, 1:] = np.where(inside[..., None], words[index], 0)
        return spelled

    def sounds(self, chars: Ids, syllables: Ids) -> NDArray[np.int64]:
        """(places, 2): the syllable, and its initial letter; a letter that spells nothing is its own initial."""
        initials = np.where(syllables > 0, self._initial_of_syllable[syllables], self._initial_of_char[chars])
        return np.stack([syllables.astype(np.int64), initials], axis=1)

    def words_at(self, chars: Ids) -> NDArray[np.int64]:
        """(places, 3): the rows of the words of 2, 3 and 4 characters that begin at each place; 0 for none."""
        found = np.zeros((len(chars), _LONGEST_WORD - _SHORTEST_WORD + 1), np.int64)
        if not len(self._word_keys):
            return found
        wide = np.concatenate([chars, np.zeros(_LONGEST_WORD, np.uint16)]).astype(np.uint64)
        key = wide[: len(chars)]
        for size in range(2, _LONGEST_WORD + 1):
            following = wide[size - 1 : size - 1 + len(chars)]
            key = (key << _BITS) | following
            at = np.minimum(np.searchsorted(self._word_keys, key), len(self._word_keys) - 1)
            found[:, size - _SHORTEST_WORD] = np.where(self._word_keys[at] == key, self._word_rows[at], 0)
        return found

    def heard(self, run: str) -> list[int]:
        """The syllable of each letter of a run of Latin letters, 0 for all where the run is not wholly syllables."""
        return _heard(run, self._named) if len(run) <= _LONGEST_RUN else [0] * len(run)

    def _word_table(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        words = self.vocabulary.words
        sizes = np.fromiter(map(len, words), np.int64, len(words))
        starts = np.cumsum(sizes) - sizes
        chars = self._char_of_code[np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)]
        keys = np.zeros(len(words), np.uint64)
        for place in range(int(sizes.max(initial=0))):
            longer = np.flatnonzero(sizes > place)
            keys[longer] = keys[longer] << _BITS | chars[starts[longer] + place]
        order = np.argsort(keys)
        return keys[order], order.astype(np.int64) + 1


_LONGEST_RUN = 24


class _Syllables(dict[str, int]):
    """Hashable by identity, so that what a run spells can be remembered."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


@lru_cache(maxsize=65536)
def _heard(run: str, named: _Syllables) -> list[int]:
    if not run:
        return []
    for size in range(min(6, len(run)), 0, -1):
        sound = named.get(run[:size])
        if sound is None:
            continue
        rest = _heard(run[size:], named)
        if size == len(run) or any(rest):
            return [sound] * size + rest
    return [0] * len(run)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
