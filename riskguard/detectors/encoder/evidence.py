"""Which characters carried a score: what it loses when parts of the text are left out.

First the part that the linear model holds for the strongest is left out; where that does not explain the score, each
part of the text in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import Speller
from riskguard.detectors.linear.detector import strongest_stretch
from riskguard.detectors.linear.model import LinearModel
from riskguard.domain.finding import NOTABLE

Logits = NDArray[np.float64]
Place = tuple[int, int]

PARTS, CLOSER_PARTS = 6, 4
FINEST = 12
"""A place that is longer than this is looked at once more, in smaller parts."""

LEAST_LOSS = 0.5
"""A place has carried a score if, left out, it takes so much more from the log-odds than others of its size."""

_UNNOTABLE = log(NOTABLE / (1 - NOTABLE))
_LONGEST_PLACE = 40
_LARGEST_SHARE = 0.8


@dataclass(slots=True)
class Budget:
    """How many characters may be read for evidence in one batch: it must never cost much more than reading did."""

    chars: int
    whole: Budget | None = None

    def allows(self, chars: int) -> bool:
        """Takes the characters, if they are left."""
        if chars > self.chars:
            return False
        self.chars -= chars
        if self.whole is not None:
            self.whole.chars -= chars
        return True

    def half(self) -> Budget:
        """Half of what is left, for a first try that must leave room for a second; what it spares stays here."""
        return Budget(self.chars // 2, self)


@dataclass(frozen=True, slots=True)
class Means:
    """What evidence is found with: the logits of texts, where a text may be cut, and a guess for a text and column."""

    logits: Callable[[Sequence[str]], Logits]
    words: Callable[[str], Sequence[int]]
    guess: Callable[[Sequence[tuple[str, int]]], Sequence[Place | None]]


@dataclass(slots=True)
class _Question:
    """What made the columns of a text stand where they stand? `found` holds the answers so far, and `wide` those of
    them that came from leaving out large parts."""

    text: str
    stood: dict[int, float]
    found: dict[int, Place] = field(default_factory=dict)
    wide: dict[int, Place] = field(default_factory=dict)

    @property
    def open(self) -> list[int]:
        """The columns without an answer."""
        return [column for column in self.stood if column not in self.found]

    def without(self, places: Sequence[Place]) -> list[str]:
        """The text without each of the places."""
        return [self.text[:start] + self.text[end:] for start, end in places]


def carriers(asked: Sequence[tuple[str, Mapping[int, float]]], means: Means, budget: Budget) -> list[dict[int, Place]]:
    """Per text, where the logit of each of its columns comes from; a column without an answer means the whole text.

    The same text is looked at once. Texts that the budget has no room for get no answer.
    """
    questions: dict[str, _Question] = {}
    for text, stood in asked:
        questions.setdefault(text, _Question(text, {})).stood.update(stood)
    _check_guesses(list(questions.values()), means, budget.half())
    unanswered = [question for question in questions.values() if question.open]
    _try_parts(unanswered, means, budget)
    _look_closer(unanswered, means, budget)
    found = [(questions[text].found, stood) for text, stood in asked]
    return [
        {column: place for column in stood if (place := places.get(column)) and place[1] - place[0] <= _LONGEST_PLACE}
        for places, stood in found
    ]


def parts_of(borders: Sequence[int], start: int, end: int, most: int) -> list[Place]:
    """[start, end) in at most `most` parts of about one size, cut only at borders."""
    inner = [at for at in borders if start < at < end]
    if len(inner) >= most:
        ideal = np.linspace(start, end, most + 1)[1:-1]
        inner = sorted({min(inner, key=lambda at: abs(at - target)) for target in ideal.tolist()})
    return list(pairwise([start, *inner, end]))


def guessed(model: LinearModel, heads: Sequence[str], pairs: Sequence[tuple[str, int]]) -> list[Place | None]:
    """Per text and column the stretch that speaks most for it in the linear model, if that is a part of the text."""
    known = [at for at, (text, column) in enumerate(pairs) if text and heads[column] in model.heads]
    places: list[Place | None] = [None] * len(pairs)
    if known:
        columns = [model.heads.index(heads[pairs[at][1]]) for at in known]
        shares = model.contributions([pairs[at][0] for at in known], columns)
        for at, each in zip(known, shares, strict=True):
            place = strongest_stretch(each - max(0.0, float(each.mean())))
            places[at] = place if _is_part(place, pairs[at][0]) else None
    return places


def word_borders(speller: Speller, text: str) -> list[int]:
    """Where the words of a text end that the encoder knows, the longest first; a character may be a word of its own."""
    sizes = [1 + int(np.flatnonzero(row).max(initial=-1) + 1) for row in speller.spell([text]).words[0, 1:]]
    found, at = [], 0
    while at < len(sizes):
        at += sizes[at]
        found.append(at)
    return found


def _check_guesses(questions: Sequence[_Question], means: Means, budget: Budget) -> None:
    """A guess is right if half of what makes the score notable is gone without it."""
    pairs = [(question, column) for question in questions for column in question.stood]
    places = means.guess([(question.text, column) for question, column in pairs])
    by_text: dict[str, dict[int, Place]] = {}
    for (question, column), place in zip(pairs, places, strict=True):
        if place is not None:
            by_text.setdefault(question.text, {})[column] = place
    rounds = [(each, list(dict.fromkeys(by_text.get(each.text, {}).values()))) for each in questions]
    for question, tried, logits in _read(rounds, means, budget):
        for column, place in by_text[question.text].items():
            stood = question.stood[column]
            if stood - logits[tried.index(place), column] >= max(LEAST_LOSS, (stood - _UNNOTABLE) / 2):
                question.found[column] = place


def _try_parts(questions: Sequence[_Question], means: Means, budget: Budget) -> None:
    rounds = [(each, parts_of(means.words(each.text), 0, len(each.text), PARTS)) for each in questions]
    for question, parts, logits in _read(rounds, means, budget):
        for column in question.open:
            place = _outstanding(parts, question.stood[column] - logits[:, column])
            if place is not None and place[1] - place[0] <= _LARGEST_SHARE * len(question.text):
                question.found[column] = question.wide[column] = place


def _look_closer(questions: Sequence[_Question], means: Means, budget: Budget) -> None:
    """Narrow the places that are still long, each by parts of its own: places of several columns may overlap."""
    cuts: dict[str, dict[Place, list[Place]]] = {}
    rounds = []
    for question in questions:
        long = {place for place in question.wide.values() if place[1] - place[0] > FINEST}
        borders = means.words(question.text) if long else ()
        cut = cuts[question.text] = {place: parts_of(borders, *place, CLOSER_PARTS) for place in sorted(long)}
        rounds.append((question, list(dict.fromkeys(part for parts in cut.values() for part in parts))))
    for question, tried, logits in _read(rounds, means, budget):
        for column, wide in question.wide.items():
            if parts := cuts[question.text].get(wide):
                losses = question.stood[column] - logits[[tried.index(part) for part in parts], column]
                question.found[column] = _outstanding(parts, losses) or wide


def _read(
    rounds: Sequence[tuple[_Question, list[Place]]], means: Means, budget: Budget
) -> Iterator[tuple[_Question, list[Place], Logits]]:
    """The logits of each text without each of its places, all read as one batch, as far as the budget goes."""
    afforded: list[tuple[_Question, list[Place]]] = []
    texts: list[str] = []
    for question, places in rounds:
        variants = question.without(places)
        if places and budget.allows(sum(map(len, variants))):
            afforded.append((question, places))
            texts += variants
    logits = means.logits(texts) if texts else np.empty((0, 0))
    at = 0
    for question, places in afforded:
        yield question, places, logits[at : at + len(places)]
        at += len(places)


def _outstanding(parts: Sequence[Place], losses: Logits) -> Place | None:
    """The run of parts that lost more than others of its size, if it is much more."""
    if len(parts) < 2:
        return None
    sizes = np.array([end - start for start, end in parts])
    beyond = losses - sizes / sizes.sum() * max(0.0, float(losses.sum()))
    first, last = strongest_stretch(beyond)
    return (parts[first][0], parts[last - 1][1]) if beyond[first:last].sum() >= LEAST_LOSS else None


def _is_part(place: Place, text: str) -> bool:
    """Whether it is so short that naming it says more than 'the whole text'."""
    return place[1] - place[0] <= min(_LONGEST_PLACE, _LARGEST_SHARE * len(text))
