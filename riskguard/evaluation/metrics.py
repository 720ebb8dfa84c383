"""Figures of a score against the truth. Small and our own, so that serving machines can measure as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Posts whose scores lie close together: their mean score, the share that was truly so, and their weight."""

    mean_score: float
    share_true: float
    weight: float


def macro_f1(truth: NDArray[np.generic], guess: NDArray[np.generic]) -> float:
    """The mean over classes of F1; a class that nobody guessed counts 0."""
    return float(np.mean([_f1(truth == name, guess == name) for name in np.unique(truth)]))


def accuracy(truth: NDArray[np.generic], guess: NDArray[np.generic]) -> float:
    """The share of right answers."""
    return float(np.mean(truth == guess))


def recall_at(truth: Truth, scores: Floats, *, threshold: float) -> float:
    """The share of true ones at or above `threshold`; nan without true ones."""
    return float(np.mean(scores[truth] >= threshold)) if truth.any() else float("nan")


def false_alarms_at(scores: Floats, *, threshold: float) -> float:
    """The share of innocent posts at or above `threshold`."""
    return float(np.mean(scores >= threshold)) if len(scores) else float("nan")


def reliability(truth: Truth, scores: Floats, weights: Floats, *, bins: int = 10) -> list[Bin]:
    """Non-empty bins of equal width."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    found = []
    for index in range(bins):
        inside = place == index
        weight = float(weights[inside].sum())
        if weight > 0:
            mean = float(np.average(scores[inside], weights=weights[inside]))
            found.append(Bin(mean, float(np.average(truth[inside], weights=weights[inside])), weight))
    return found


def expected_calibration_error(bins: list[Bin]) -> float:
    """How far, on average, a score is from the share that was truly so."""
    total = sum(each.weight for each in bins)
    return sum(abs(each.mean_score - each.share_true) * each.weight for each in bins) / total


def best_threshold(truth: Truth, scores: Floats) -> float:
    """The threshold with the highest macro-F1."""
    tried = np.unique(np.quantile(scores, np.linspace(0.02, 0.98, 97)))
    return float(max(tried, key=lambda at: macro_f1(truth, scores >= at)))


def _f1(truth: Truth, guess: Truth) -> float:
    hit = float((truth & guess).sum())
    told = float(truth.sum() + guess.sum())
    return 2 * hit / told if told else 0.0
