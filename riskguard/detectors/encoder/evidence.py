"""Which characters carried a score: what it loses when parts of the text are left out in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import Speller
from riskguard.detectors.linear.detector import strongest_stretch

Logits = NDArray[np.float64]

STRETCHES = 8
FINEST = 12
"""A place that is longer than this is looked at once more, in smaller parts."""

LEAST_LOSS = 0.5
"""A place has carried a score if, left out, it takes so much more from the log-odds than others of its size."""

_LONGEST_PLACE = 40
_LARGEST_SHARE = 0.8

Place = tuple[int, int]


@dataclass(slots=True)
class Budget:
    """How many characters may be read for evidence in one batch: it must never cost much more than reading did."""

    chars: int

    def allows(self, chars: int) -> bool:
        """Takes the characters, if they are left."""
        if chars > self.chars:
            return False
        self.chars -= chars
        return True


@dataclass(slots=True)
class _Question:
    """What carried these heads (columns) of a text? `found` holds the answers so far."""

    text: str
    columns: tuple[int, ...]
    found: dict[int, Place] = field(default_factory=dict)


def carriers(
    asked: Sequence[tuple[str, tuple[int, ...]]],
    *,
    logits: Callable[[Sequence[str]], Logits],
    words: Callable[[str], Sequence[int]],
    budget: Budget,
) -> list[dict[int, Place]]:
    """Per text, where the score of each of its columns comes from; a column without such a place means the whole text.

    `words` gives the places at which a text may be cut. The same text is looked at once. Texts that the budget has no
    room for get no answer.
    """
    wanted: dict[str, set[int]] = {}
    for text, columns in asked:
        wanted.setdefault(text, set()).update(columns)
    questions = [_Question(text, tuple(sorted(columns))) for text, columns in wanted.items()]
    _look(questions, logits, words, budget, closer=False)
    _look([each for each in questions if each.found], logits, words, budget, closer=True)
    answers = {each.text: each.found for each in questions}
    return [{column: answers[text][column] for column in columns if column in answers[text]} for text, columns in asked]


def stretches(borders: Sequence[int], start: int, end: int, most: int) -> list[Place]:
    """[start, end) in at most `most` parts of about one size, cut only at borders."""
    inner = [at for at in borders if start < at < end]
    if len(inner) >= most:
        ideal = np.linspace(start, end, most + 1)[1:-1]
        inner = sorted({min(inner, key=lambda at: abs(at - target)) for target in ideal.tolist()})
    return list(pairwise([start, *inner, end]))


def _look(
    questions: Sequence[_Question],
    logits: Callable[[Sequence[str]], Logits],
    words: Callable[[str], Sequence[int]],
    budget: Budget,
    *,
    closer: bool,
) -> None:
    """One round: all texts with each of their parts left out, read as one batch."""
    rounds: list[tuple[_Question, list[Place]]] = []
    texts: list[str] = []
    for question in questions:
        parts = (
            _closer(question, words) if closer else stretches(words(question.text), 0, len(question.text), STRETCHES)
        )
        variants = [question.text, *(question.text[:a] + question.text[b:] for a, b in parts)]
        if len(parts) > 1 and budget.allows(sum(map(len, variants))):
            rounds.append((question, parts))
            texts += variants
    if not rounds:
        return
    read, at = logits(texts), 0
    for question, parts in rounds:
        losses = read[at] - read[at + 1 : at + 1 + len(parts)]
        at += 1 + len(parts)
        for column in question.columns:
            _settle(question, column, parts, losses[:, column], closer=closer)


def _closer(question: _Question, words: Callable[[str], Sequence[int]]) -> list[Place]:
    """The parts of the places that are still long."""
    long = {place for place in question.found.values() if place[1] - place[0] > FINEST}
    borders = words(question.text) if long else ()
    return sorted({part for start, end in long for part in stretches(borders, start, end, STRETCHES)})


def _settle(question: _Question, column: int, parts: Sequence[Place], losses: Logits, *, closer: bool) -> None:
    """Note the place of the parts that lost most; nothing where no part stands out."""
    known = question.found.get(column)
    if closer and (known is None or known[1] - known[0] <= FINEST):
        return
    start, end = known or (0, len(question.text))
    inside = [number for number, part in enumerate(parts) if start <= part[0] and part[1] <= end]
    if len(inside) < 2:
        return
    sizes = np.array([parts[number][1] - parts[number][0] for number in inside])
    beyond = losses[inside] - sizes / sizes.sum() * max(0.0, float(losses[inside].sum()))
    first, last = strongest_stretch(beyond)
    place = parts[inside[first]][0], parts[inside[last - 1]][1]
    short = closer or place[1] - place[0] <= min(_LONGEST_PLACE, _LARGEST_SHARE * len(question.text))
    if short and beyond[first:last].sum() >= LEAST_LOSS:
        question.found[column] = place


def word_borders(speller: Speller, text: str) -> list[int]:
    """Where the words of a text end that the encoder knows, the longest first; a character may be a word of its own."""
    sizes = [1 + int(np.flatnonzero(row).max(initial=-1) + 1) for row in speller.spell([text]).words[0, 1:]]
    found, at = [], 0
    while at < len(sizes):
        at += sizes[at]
        found.append(at)
    return found
