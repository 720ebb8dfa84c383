"""What the combiner's own words are fitted on: n-grams of its texts, and what these intend.

The encoder hears what a text intends by its meaning; which words people take for it is another witness, that costs
next to nothing and is there without an encoder, too. A linear model over hashed n-grams, as in `models/linear`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from riskguard.detectors.combiner import marked
from riskguard.detectors.linear.model import LinearModel, quantised
from riskguard.detectors.linear.rows import Rows
from riskguard.detectors.linear.table import Kind, Table
from riskguard.domain.finding import INTENTS
from riskguard.evaluation.metrics import Floats
from riskguard.text.view import fold_all
from riskguard.training.matrix import counts, rarity, weighed
from riskguard.training.truths import NEIGHBOURS, Lesson, meant

FOLDS = 5
_LONGEST, _BITS = 2, 17
_STRENGTH = 16.0
_BALLAST = 50.0
_SEED = 7


@dataclass(frozen=True, slots=True)
class Wordbook:
    """N-grams of all texts (texts, buckets), what they intend (texts, INTENTS) and what each weighs."""

    counted: sparse.csr_matrix
    truth: NDArray[np.bool_]
    weight: Floats

    @classmethod
    def of(cls, taught: Sequence[Lesson]) -> Self:
        """Of the texts as the combiner reads them."""
        read = marked(fold_all([lesson.text for lesson in taught]))
        return cls(
            counts(read, longest=_LONGEST, bits=_BITS),
            np.array([[meant(lesson, intent) for intent in INTENTS] for lesson in taught]),
            np.array([lesson.weight(right=bool(lesson.broken)) for lesson in taught]),
        )

    def fitted(self, held: Collection[int] = ()) -> LinearModel:
        """Heads INTENTS, fitted on all texts but those of these numbers."""
        return self._fitted(self._all_but(held))

    def crossed(self, held: Collection[int] = ()) -> Floats:
        """(texts, INTENTS): what is told of each text by a fit that has seen neither it nor its neighbours; 0 for those
        that are held back."""
        every = self._all_but(held)
        told = np.zeros(self.truth.shape)
        for seen, asked in GroupKFold(FOLDS).split(every, groups=every // NEIGHBOURS):
            told[every[asked]] = self._told(self._fitted(every[seen]).tables[0], every[asked])
        return told

    def _all_but(self, held: Collection[int]) -> NDArray[np.int64]:
        return np.setdiff1d(np.arange(len(self.weight)), np.array(sorted(held), np.int64))

    def _fitted(self, rows: NDArray[np.int64]) -> LinearModel:
        counted, weight = self.counted[rows], self.weight[rows]
        rare = rarity(counted)
        bytes_told, scale_told = quantised(rare[:, None] ** 2)
        matrix = weighed(counted, rare, (bytes_told * scale_told)[:, 0], ballast=_BALLAST)
        fits = [
            LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=_SEED).fit(
                matrix, self.truth[rows, column], sample_weight=weight / weight.mean()
            )
            for column in range(len(INTENTS))
        ]
        weights, scale = quantised(np.stack([fit.coef_[0] * rare for fit in fits], axis=1))
        table = Table(
            heads=INTENTS,
            kind=Kind.PLAIN,
            longest=_LONGEST,
            weights=Rows.of(np.concatenate([weights, bytes_told], axis=1)),
            scale=np.concatenate([scale, scale_told]),
            bias=np.array([float(fit.intercept_[0]) for fit in fits]),
        )
        return LinearModel((table,), _BALLAST, slope=np.ones(len(INTENTS)), shift=np.zeros(len(INTENTS)))

    def _told(self, table: Table, rows: NDArray[np.int64]) -> Floats:
        """What the table tells of texts that are counted already."""
        sums = (self.counted[rows] @ table.weights.whole.astype(np.float64)) * table.scale
        told: Floats = sums[:, :-1] / np.sqrt(sums[:, -1:] + _BALLAST) + table.bias
        return told
