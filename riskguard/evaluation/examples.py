"""Labelled rows as the examples of one head: folded texts, the truth, and what each row weighs."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.labelled import Row, Split, read_rows
from riskguard.evaluation.lures import LURES, lures
from riskguard.evaluation.metrics import Floats, Truth
from riskguard.evaluation.posts import compose, written
from riskguard.evaluation.recipe import Part, Recipe
from riskguard.text.view import fold_all

POSTS, WRITTEN, _HELD = "posts", "written", "0"
"""Our own posts, composed of frames and written one by one; one fold of each is held out as dev."""

_SIGNS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A set read once: its rows and their folded texts, in the same order."""

    rows: list[Row]
    texts: list[str]


@dataclass(slots=True)
class Library:
    """The labelled sets of one split; each is read and folded when it is first asked for."""

    data: Path
    split: Split
    _sets: dict[tuple[str, int], Folded] = field(default_factory=dict)

    def get(self, source: str, cuts: int = 0) -> Folded:
        """The set of this name; empty where the split has none. With `cuts`, so many short pieces of each text."""
        if (source, cuts) not in self._sets:
            self._sets[source, cuts] = self._cut(source, cuts) if cuts else folded(self._rows(source))
        return self._sets[source, cuts]

    def put(self, source: str, rows: list[Row]) -> None:
        """Take these rows for the set of this name."""
        self._sets[source, 0] = folded(rows)

    def _rows(self, source: str) -> list[Row]:
        if source == LURES:
            return lures(self.split)
        if source in (POSTS, WRITTEN):
            ours = compose() if source == POSTS else written()
            return [row for row in ours if (row.more["fold"] == _HELD) == (self.split is Split.DEV)]
        return read_rows(self.data, self.split, source)

    def _cut(self, source: str, cuts: int) -> Folded:
        whole = self.get(source)
        texts = [piece for seed in range(cuts) for piece in pieces(whole.texts, seed=seed)]
        return Folded(whole.rows * cuts, texts)


def folded(rows: list[Row]) -> Folded:
    """The rows with their folded texts."""
    return Folded(rows, [view.folded for view in fold_all([row.text for row in rows])])


def pieces(texts: Sequence[str], *, seed: int, shortest: int = 1, longest: int = 12) -> Iterator[str]:
    """A piece of each text, `shortest` to `longest` characters where it has so many: half of them begin a clause."""
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    for text in texts:
        size = dice.randint(shortest, longest)
        clauses = [clause for clause in _SIGNS.split(text) if len(clause) >= shortest]
        if clauses and dice.random() < 0.5:
            yield dice.choice(clauses)[:size]
        else:
            start = dice.randint(0, max(0, len(text) - size))
            yield text[start : start + size]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of one set that answer for a head."""

    source: str
    cuts: int
    index: NDArray[np.int64]
    truth: Truth

    def texts(self, library: Library) -> list[str]:
        """Their folded texts."""
        found = library.get(self.source, self.cuts).texts
        return [found[at] for at in self.index]


def chosen(part: Part, library: Library) -> Chosen:
    """Which rows of the part's set answer, and what they say."""
    answers = [part.answer(row) for row in library.get(part.source, part.cuts).rows]
    index = [place for place, answer in enumerate(answers) if answer is not None]
    return Chosen(part.source, part.cuts, np.array(index, np.int64), np.array([answers[i] for i in index], np.bool_))


def mix(recipe: Recipe, library: Library) -> tuple[list[Chosen], Floats]:
    """The rows that calibrate a head and the weight of each: shares of the parts first, then the prevalence.

    InvalidInput when they do not say both yes and no: a score that nobody checked must not be shipped.
    """
    parts = [part for part in recipe.parts if part.share > 0]
    picked = [(part, chosen(part, library)) for part in parts]
    picked = [(part, rows) for part, rows in picked if len(rows.index)]
    if {answer for _, rows in picked for answer in rows.truth.tolist()} != {True, False}:
        raise InvalidInput(f"the {library.split} sets cannot calibrate '{recipe.head}': no yes or no no among them")
    weights = np.concatenate([part.share * _weights(part, rows, library) for part, rows in picked])
    truth = np.concatenate([rows.truth for _, rows in picked])
    if recipe.prevalence:
        yes = weights[truth].sum()
        weights[truth] *= recipe.prevalence / yes
        weights[~truth] *= (1 - recipe.prevalence) / weights[~truth].sum()
    return [rows for _, rows in picked], weights * len(weights) / weights.sum()


def _weights(part: Part, rows: Chosen, library: Library) -> Floats:
    """What each row counts in its part; 1 together."""
    known = library.get(part.source, part.cuts).rows
    labels = [known[at].label for at in rows.index]
    counts = Counter(labels)
    weights = np.array([counts[label] ** -part.evened for label in labels])
    shares: Floats = weights / weights.sum()
    return shares
