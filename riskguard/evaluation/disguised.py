"""Texts and their disguised twins: does a model say the same of both?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskguard.evaluation.candidate import Candidate
from riskguard.evaluation.examples import POSTS, Library
from riskguard.evaluation.goals import GOALS, TWINS
from riskguard.evaluation.labelled import Row
from riskguard.evaluation.metrics import Floats, Truth, interval_of, macro_f1, macro_f1_interval, mean_interval
from riskguard.evaluation.slices import MACRO_F1, Measured, misled
from riskguard.evaluation.tasks import COLD, Answers
from riskguard.text.view import fold_all

Disguise = Callable[[str, random.Random], str]
"""The text as somebody writes it to slip past a filter; the same text where this kind has nothing to change."""

SAME = "same answer"
OF_COLD, OF_POSTS = f"{TWINS}, {COLD}", f"{TWINS}, our own posts"
_EVERY, _SEED = "every kind", 11
_ALARM = 0.5


@dataclass(frozen=True, slots=True)
class _Asked:
    """Rows with their folded texts, the head asked about each, and the threshold that decides."""

    rows: list[Row]
    texts: list[str]
    columns: NDArray[np.int64]
    thresholds: Floats
    guess: Truth


@dataclass(frozen=True, slots=True)
class _Twins:
    """Of one kind: which texts could be disguised, and whether the twin was answered yes."""

    places: NDArray[np.int64]
    guess: Truth


def disguised_cold(model: Candidate, answers: Answers, disguises: Mapping[str, Disguise]) -> Iterator[Measured]:
    """Twins of COLD's people-labelled rows, each judged at the threshold of its row.

    Macro-F1 shows what the same answer is worth: a model that never says yes would say the same of every twin.
    """
    columns = np.full(len(answers.truth), model.heads.index(answers.head))
    asked = _Asked(answers.asked.rows, answers.asked.texts, columns, answers.thresholds, answers.guess)
    found = {kind: _read(model, asked, kind, disguise) for kind, disguise in disguises.items()}
    yield from _same(OF_COLD, asked, found)
    for kind, twins in found.items():
        if len(twins.places):
            truth = answers.truth[twins.places]
            interval = macro_f1_interval(truth, twins.guess)
            yield Measured(OF_COLD, kind, MACRO_F1, len(truth), macro_f1(truth, twins.guess), interval)


def disguised_posts(model: Candidate, dev: Library, disguises: Mapping[str, Disguise]) -> Iterator[Measured]:
    """Twins of our own posts of held-out frames, each asked about the head it speaks for, or could mislead, at 0.5."""
    whole = dev.get(POSTS)
    heads = [row.label if row.label in model.heads else misled(row, model.heads) for row in whole.rows]
    kept = [at for at, head in enumerate(heads) if head and not whole.rows[at].more["disguise"]]
    if not kept:
        return
    columns = np.array([model.heads.index(heads[at]) for at in kept])
    rows, texts = [whole.rows[at] for at in kept], [whole.texts[at] for at in kept]
    scores = model.scores(texts)[np.arange(len(kept)), columns]
    asked = _Asked(rows, texts, columns, np.full(len(kept), _ALARM), scores >= _ALARM)
    found = {kind: _read(model, asked, kind, disguise) for kind, disguise in disguises.items()}
    yield from _same(OF_POSTS, asked, found)


def _read(model: Candidate, asked: _Asked, kind: str, disguise: Disguise) -> _Twins:
    """A twin that folding alone undoes counts as any other: that is how it is served."""
    dice = random.Random(f"{_SEED} {kind}")  # noqa: S311 - measuring, no secret
    written = [disguise(row.text, dice) for row in asked.rows]
    places = np.array([at for at, row in enumerate(asked.rows) if written[at] != row.text], np.int64)
    if not len(places):
        return _Twins(places, np.empty(0, np.bool_))
    texts = [view.folded for view in fold_all([written[at] for at in places])]
    scores = model.scores(texts, [asked.texts[at] for at in places])[np.arange(len(places)), asked.columns[places]]
    return _Twins(places, scores >= asked.thresholds[places])


def _same(of: str, asked: _Asked, found: Mapping[str, _Twins]) -> Iterator[Measured]:
    """Per kind and over all; all twins of a text are drawn together, for they are no news to one another."""
    same, asked_of = np.zeros(len(asked.rows)), np.zeros(len(asked.rows))
    parts = []
    for kind, twins in found.items():
        alike = (twins.guess == asked.guess[twins.places]).astype(float)
        same[twins.places] += alike
        asked_of[twins.places] += 1
        if len(alike):
            parts.append(Measured(of, kind, SAME, len(alike), float(alike.mean()), mean_interval(alike)))
    if parts:
        yield _over_all(of, same[asked_of > 0], asked_of[asked_of > 0])
        yield from parts


def _over_all(of: str, same: Floats, asked_of: Floats) -> Measured:
    def share(rows: NDArray[np.int64]) -> float:
        return float(same[rows].sum() / asked_of[rows].sum())

    interval = interval_of(len(same), share)
    return Measured(of, _EVERY, SAME, int(asked_of.sum()), share(np.arange(len(same))), interval, GOALS[TWINS])
