"""What one step of teaching reads: texts with answers, disguised twins of some of them, and sentences with tags."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import Speller
from riskguard.text.view import fold_all
from riskguard.training.disguise import twins
from riskguard.training.encoder.lessons import Sentence, Subject

IGNORED = -100
_POOL = 24
_TWINS, _TWIN_WEIGHT = 0.6, 0.6

Place = tuple[int, int]
"""Number of a subject, and of one of its texts."""


class Lesson(NamedTuple):
    """Texts, then twins of some of them, then sentences, spelled as one batch: arrays, or tensors on a device.

    `answers` and `weights` (texts and twins, heads); `twin_of` (twins,) is the place of each twin's text; `tags`
    (sentences, places) are IGNORED at the mark of the beginning and at padding.
    """

    chars: Any
    sounds: Any
    words: Any
    answers: Any
    weights: Any
    twin_of: Any
    tags: Any


@dataclass(frozen=True, slots=True)
class Lessons:
    """Draws lessons of so many texts and sentences out of what is taught."""

    speller: Speller
    taught: Sequence[Subject]
    tagged: Sequence[Sentence]
    texts: int
    sentences: int
    seed: int
    emphasis: Mapping[str, float] = field(default_factory=dict)
    """How much more often than its pull says a set is drawn."""

    twins: float = _TWINS
    """Of the texts that have no twin of their own, this share gets one."""

    def drawn(self, rank: int) -> Iterator[Lesson]:
        """Lessons without end, others for each rank.

        All ranks take their short and long texts at the same time, since each step waits for the slowest.
        """
        dice = np.random.default_rng([self.seed, rank])
        seeds = random.Random(f"{self.seed} {rank}")  # noqa: S311 - training data, no secret
        for rows, sentences in zip(self._rows(dice), self._sentences(rank), strict=True):
            yield self._lesson(rows, sentences, dice, seeds)

    def _rows(self, dice: np.random.Generator) -> Iterator[list[Place]]:
        """Texts of like length together, each drawn from a set by its pull."""
        order = np.random.default_rng(self.seed)
        pulls = np.array([subject.pull * self.emphasis.get(subject.name, 1.0) for subject in self.taught])
        places = [_endless(len(subject.texts), dice) for subject in self.taught]
        while True:
            drawn = dice.choice(len(self.taught), self.texts * _POOL, p=pulls / pulls.sum())
            pool = [(int(subject), next(places[subject])) for subject in drawn]
            pool.sort(key=lambda one: len(self.taught[one[0]].texts[one[1]]) + dice.random())
            for start in order.permutation(np.arange(0, len(pool), self.texts)):
                yield pool[start : start + self.texts]

    def _sentences(self, rank: int) -> Iterator[list[Sentence]]:
        """Of like length together; short ones come with short texts, as the same seed orders both."""
        dice, order = np.random.default_rng([self.seed, rank, 1]), np.random.default_rng(self.seed)
        drawn = _endless(len(self.tagged), dice)
        while not self.sentences:
            yield []
        while True:
            pool = sorted((self.tagged[next(drawn)] for _ in range(self.sentences * _POOL)), key=lambda s: len(s.text))
            for start in order.permutation(np.arange(0, len(pool), self.sentences)):
                yield pool[start : start + self.sentences]

    def _lesson(
        self, rows: Sequence[Place], sentences: Sequence[Sentence], dice: np.random.Generator, seeds: random.Random
    ) -> Lesson:
        texts = [self.taught[subject].texts[place] for subject, place in rows]
        answers = np.stack([self.taught[subject].answers[place] for subject, place in rows])
        weights = np.stack([self.taught[subject].weights[place] for subject, place in rows])
        given = [self.taught[subject].twins[place] for subject, place in rows]
        twinned = [at for at, twin in enumerate(given) if twin is not None or dice.random() < self.twins]
        made = twins([texts[at] for at in twinned], seed=seeds.randrange(1 << 30))
        others = [given[at] or view.folded for at, view in zip(twinned, fold_all(made), strict=True)]
        spelled = self.speller.spell([*texts, *others, *(sentence.text for sentence in sentences)])
        return Lesson(
            spelled.chars,
            spelled.sounds,
            spelled.words,
            np.concatenate([answers, answers[twinned]]),
            np.concatenate([weights, weights[twinned] * _TWIN_WEIGHT]),
            np.array(twinned, np.int64),
            _tags(sentences, spelled.chars.shape[1]),
        )


def _tags(sentences: Sequence[Sentence], places: int) -> NDArray[np.int64]:
    tags = np.full((len(sentences), places), IGNORED, np.int64)
    for row, sentence in enumerate(sentences):
        tags[row, 1 : 1 + len(sentence.text)] = sentence.tags
    return tags


def _endless(size: int, dice: np.random.Generator) -> Iterator[int]:
    while True:
        yield from dice.permutation(size).tolist()
