"""What a run of Latin letters may stand for: characters by their syllables, words by their initials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from riskguard.text.restoring.counts import Codes
from riskguard.text.restoring.edits import NONE, Edits, Kind, Likeness, Places, Sparse, edits, pair_keys

_LONGEST_RUN = 24
_LONGEST_SYLLABLE = 6
_INITIALS = (2, 3, 4)
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Latin:
    """`numbers` of syllables; `sounds` are the characters of one, `words` those of two; `initials` by their letters."""

    numbers: Mapping[str, int]
    sounds: Likeness
    words: Sparse
    initials: Mapping[str, Sequence[str]]
    _known: dict[str, Edits] = field(default_factory=dict)

    def edits(self, run: str) -> Edits:
        """All readings of parts of a run of letters."""
        found = self._known.get(run)
        if found is None:
            found = edits(list(self._read(run))) if len(run) <= _LONGEST_RUN else NONE
            if len(self._known) < _REMEMBERED:
                self._known[run] = found
        return found

    def _read(self, run: str) -> Iterator[tuple[int, int, str, Kind]]:
        for start in range(len(run)):
            for middle, first in self._syllables(run, start):
                for word in _words(self.sounds.at(np.array([first]))):
                    yield start, middle, word, Kind.PINYIN
                for end, second in self._syllables(run, middle):
                    for word in _words(self.words.at(pair_keys(np.array([first]), np.array([second])))):
                        yield start, end, word, Kind.PINYIN
            for size in _INITIALS:
                for word in self.initials.get(run[start : start + size], ()) if start + size <= len(run) else ():
                    yield start, start + size, word, Kind.INITIALS

    def _syllables(self, run: str, start: int) -> Iterator[tuple[int, int]]:
        """Where syllables that begin at `start` end, and their numbers."""
        for end in range(start + 1, min(len(run), start + _LONGEST_SYLLABLE) + 1):
            number = self.numbers.get(run[start:end])
            if number is not None:
                yield end, number


def _words(found: tuple[Places, Codes]) -> Iterator[str]:
    return ("".join(map(chr, codes)) for codes in found[1].tolist())
