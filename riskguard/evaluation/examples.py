"""Labelled rows as the examples of one head: folded texts, the truth, and what each row weighs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.labelled import Row, Split, read_rows
from riskguard.evaluation.metrics import Floats, Truth
from riskguard.evaluation.recipe import Part, Recipe
from riskguard.text.view import fold_all


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
    _sets: dict[str, Folded] = field(default_factory=dict)

    def get(self, source: str) -> Folded:
        """The set of this name; empty where the split has none."""
        if source not in self._sets:
            rows = read_rows(self.data, self.split, source)
            self._sets[source] = Folded(rows, [view.folded for view in fold_all([row.text for row in rows])])
        return self._sets[source]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of one set that answer for a head."""

    source: str
    index: NDArray[np.int64]
    truth: Truth


def chosen(part: Part, library: Library) -> Chosen:
    """Which rows of the part's set answer, and what they say."""
    answers = [part.answer(row) for row in library.get(part.source).rows]
    index = [place for place, answer in enumerate(answers) if answer is not None]
    return Chosen(part.source, np.array(index, np.int64), np.array([answers[i] for i in index], np.bool_))


def mix(recipe: Recipe, library: Library) -> tuple[list[Chosen], Floats]:
    """The rows that calibrate a head and the weight of each: shares of the parts first, then the prevalence.

    InvalidInput when they do not say both yes and no: a score that nobody checked must not be shipped.
    """
    parts = [part for part in recipe.parts if part.share > 0]
    picked = [(part, chosen(part, library)) for part in parts]
    picked = [(part, rows) for part, rows in picked if len(rows.index)]
    if {answer for _, rows in picked for answer in rows.truth.tolist()} != {True, False}:
        raise InvalidInput(f"the {library.split} sets cannot calibrate '{recipe.head}': no yes or no no among them")
    weights = np.concatenate([np.full(len(rows.index), part.share / len(rows.index)) for part, rows in picked])
    truth = np.concatenate([rows.truth for _, rows in picked])
    if recipe.prevalence:
        yes = weights[truth].sum()
        weights[truth] *= recipe.prevalence / yes
        weights[~truth] *= (1 - recipe.prevalence) / weights[~truth].sum()
    return [rows for _, rows in picked], weights * len(weights) / weights.sum()
