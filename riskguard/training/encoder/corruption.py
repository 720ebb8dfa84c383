"""Texts made hard to read, for pre-training: characters hidden, replaced by their sound, split, or strewn with signs.

Works on whole batches of numbers. What is asked of the encoder is the author's character, and which places are not his.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import LETTERS, MASK, PAD, SPECIAL, UNKNOWN, Ids, Speller
from riskguard.training.encoder.corpus import GAP, Corpus

IGNORED = -100
_CHOSEN = 0.2
_SPANS = (0.6, 0.28, 0.12)
_HIDDEN, _HEARD, _HOMOPHONE, _OTHER, _INITIAL = np.cumsum([0.62, 0.12, 0.1, 0.05, 0.04])
_NOISY, _SPLIT_TEXTS, _NOISE, _SPLIT = 0.08, 0.08, 0.12, 0.2
_SIGNS = "*·.-_~/|、,!@#&^+=〇丶丨 "

Places = NDArray[np.int64]


class Riddle(NamedTuple):
    """A batch as the encoder sees it, spelled (see Spelled), and what is asked: arrays, or tensors.

    `asked` and `forged` fit its places: IGNORED where nothing is asked. `asked` is the author's character, `forged` 1
    where a character is not his and 0 where it is; `moods` is per text.
    """

    chars: Any
    sounds: Any
    words: Any
    asked: Any
    forged: Any
    moods: Any

    @property
    def size(self) -> int:
        """How many characters it holds."""
        return int((self.chars != PAD).sum())


@dataclass
class Corrupter:
    """Makes riddles out of texts of the corpus."""

    speller: Speller
    splits: Mapping[str, tuple[str, str]]
    dice: np.random.Generator

    def __post_init__(self) -> None:
        chars, syllables = self.speller.numbers("".join(self.speller.vocabulary.chars))
        self._syllable = np.zeros(self.speller.char_count, np.uint16)
        self._syllable[chars] = syllables
        self._alike, self._alike_start, self._alike_count = _grouped(self._syllable)
        self._halves = np.zeros((self.speller.char_count, 2), np.uint16)
        for char, halves in self.splits.items():
            numbers = self.speller.numbers(char + "".join(halves))[0]
            if len(numbers) == 3 and (numbers >= SPECIAL).all():
                self._halves[numbers[0]] = numbers[1:]
        signs = self.speller.numbers(_SIGNS)[0]
        self._signs = signs[signs >= SPECIAL]
        self._letters = self.speller.numbers(LETTERS)[0]

    def riddle(self, corpus: Corpus, texts: Places) -> Riddle:
        """The texts of these numbers, each made hard to read in its own way."""
        sizes = corpus.sizes[texts]
        owner = np.repeat(np.arange(len(texts)), sizes)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        place = np.repeat(corpus.starts[texts], sizes) + within
        true, heard = np.asarray(corpus.chars[place]), np.asarray(corpus.syllables[place])
        chars, syllables, asked, forged, owner = self._longer(true, heard, owner, len(texts))
        self._hide(chars, syllables, asked, forged, owner)
        return self._laid_out(chars, syllables, asked, forged, owner, corpus.moods[texts].astype(np.int64))

    def _longer(self, true: Ids, heard: Ids, owner: Places, texts: int) -> tuple[Ids, Ids, Places, Places, Places]:
        """With signs strewn in and characters taken apart, in some of the texts."""
        noisy, split = (self.dice.random(texts) < share for share in (_NOISY, _SPLIT_TEXTS))
        apart = split[owner] & (self.dice.random(len(true)) < _SPLIT) & (self._halves[true, 0] > 0)
        strewn = noisy[owner] & (self.dice.random(len(true)) < _NOISE) & ~apart
        origin = np.repeat(np.arange(len(true)), 1 + (apart | strewn))
        first = np.ones(len(origin), np.bool_)
        first[1:] = origin[1:] != origin[:-1]
        chars, syllables = true[origin], heard[origin]
        asked = np.full(len(origin), IGNORED, np.int64)
        forged = np.zeros(len(origin), np.int64)
        one, two = apart[origin] & first, apart[origin] & ~first
        sign = strewn[origin] & first
        asked[one] = chars[one]
        chars[two] = self._halves[chars[two], 1]
        chars[one] = self._halves[chars[one], 0]
        chars[sign] = self.dice.choice(self._signs, int(sign.sum()))
        changed = one | two | sign
        syllables[changed] = self._syllable[chars[changed]]
        forged[changed] = 1
        return chars, syllables, asked, forged, owner[origin]

    def _hide(self, chars: Ids, syllables: Ids, asked: Places, forged: Places, owner: Places) -> None:
        """Hide or replace some characters, in place."""
        open_ = (forged == 0) & (chars != UNKNOWN)
        chosen = self._spans(owner) & open_
        asked[chosen] = chars[chosen]
        lot = self.dice.random(len(chars))
        hidden = chosen & (lot < _HIDDEN)
        only_heard = chosen & (lot >= _HIDDEN) & (lot < _HEARD) & (syllables > 0)
        homophone = chosen & (lot >= _HEARD) & (lot < _HOMOPHONE) & (self._alike_count[syllables] > 1) & (syllables > 0)
        other = chosen & (lot >= _HOMOPHONE) & (lot < _OTHER)
        initial = chosen & (lot >= _OTHER) & (lot < _INITIAL) & (syllables > 0)
        before = chars.copy()
        sounding = syllables[homophone]
        drawn = (
            self._alike_start[sounding] + self.dice.integers(0, 1 << 30, len(sounding)) % self._alike_count[sounding]
        )
        chars[homophone] = self._alike[drawn]
        count = int(other.sum())
        chars[other] = SPECIAL + (self.dice.random(count) ** 2 * (self.speller.char_count - SPECIAL)).astype(np.uint16)
        syllables[other] = self._syllable[chars[other]]
        letters = [self.speller.syllables[sound - 1][0] for sound in syllables[initial]]
        chars[initial] = self._letters[[LETTERS.index(letter) for letter in letters]]
        syllables[initial] = 0
        forged[chars != before] = 1
        chars[hidden | only_heard] = MASK
        syllables[hidden] = 0
        forged[hidden | only_heard] = IGNORED

    def _spans(self, owner: Places) -> NDArray[np.bool_]:
        """About _CHOSEN of the places, in runs of one to three that stay within a text."""
        mean = sum(size * share for size, share in enumerate(_SPANS, start=1))
        begins = self.dice.random(len(owner)) < _CHOSEN / mean
        length = self.dice.choice(len(_SPANS), len(owner), p=_SPANS) + 1
        chosen = begins.copy()
        for back in range(1, len(_SPANS)):
            reaches = begins[:-back] & (length[:-back] > back) & (owner[back:] == owner[:-back])
            chosen[back:] |= reaches
        return chosen

    def _laid_out(
        self, chars: Ids, syllables: Ids, asked: Places, forged: Places, owner: Places, moods: Places
    ) -> Riddle:
        """Padded, with the mark of the beginning before each text."""
        sizes = np.bincount(owner, minlength=len(moods))
        apart = np.arange(len(owner)) + len(GAP) * (owner + 1)
        spread = np.zeros((2, len(owner) + len(GAP) * (len(moods) + 1)), np.uint16)
        spread[:, apart] = chars, syllables
        starts = np.cumsum(sizes) - sizes + len(GAP) * np.arange(1, len(moods) + 1)
        spelled = self.speller.padded(spread[0], spread[1], starts, sizes)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        questions = np.full((2, *spelled.chars.shape), IGNORED, np.int64)
        questions[:, owner, within + 1] = asked, forged
        return Riddle(
            spelled.chars,
            spelled.sounds,
            spelled.words,
            questions[0],
            questions[1],
            np.where(moods < 0, IGNORED, moods),
        )


def _grouped(group_of: Ids) -> tuple[Ids, Places, Places]:
    """Members in the order of their group, and for each group where it starts and how many it has."""
    order = np.argsort(group_of, kind="stable").astype(np.uint16)
    count = np.bincount(group_of)
    return order, np.cumsum(count) - count, count
