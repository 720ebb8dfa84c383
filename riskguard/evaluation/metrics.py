"""Figures of a score against the truth. Small and our own, so that serving machines can measure as well."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truth = NDArray[np.bool_]
Interval = tuple[float, float]
"""Where a figure lies in 95 of 100 samples of as many rows, drawn with replacement (bootstrap)."""

_DRAWS, _TAILS = 1000, (2.5, 97.5)
_NORMAL = 1.959964
"""Between this and its negative lie 95 % of a normal distribution."""


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


def best_threshold(truth: Truth, scores: Floats, spared: Truth | None = None, *, most: float = 1.0) -> float:
    """The threshold with the highest macro-F1 among those that flag at most the share `most` of the `spared` rows."""
    tried = np.unique(np.quantile(scores, np.linspace(0.02, 0.98, 97)))
    if spared is not None and spared.any():
        lowest = float(np.quantile(scores[spared], 1 - most))
        tried = tried[tried > lowest] if (tried > lowest).any() else tried[-1:]
    return float(max(tried, key=lambda at: macro_f1(truth, scores >= at)))


def crossed_thresholds(
    truth: Truth, scores: Floats, spared: Truth | None = None, *, most: float = 1.0, seed: int = 7
) -> Floats:
    """For each row the threshold that is best on the folds that it is not in; see `best_threshold`."""
    found = np.empty(len(truth))
    for held in _folds(len(truth), seed):
        known = ~held
        of_known = spared[known] if spared is not None else None
        found[held] = best_threshold(truth[known], scores[known], of_known, most=most)
    return found


def _folds(rows: int, seed: int, folds: int = 5) -> Iterator[NDArray[np.bool_]]:
    """Which rows each fold holds."""
    place = np.random.default_rng(seed).permutation(rows) % folds
    for fold in range(folds):
        yield place == fold


def recall_at_precision(truth: Truth, scores: Floats, weights: Floats, *, precision: float) -> float:
    """The share of true ones that is found at the lowest threshold whose findings are right so often; 0.0 if none is.

    Weights say how common each row is, so the precision is that of the mix; the recall is that of the rows at hand.
    """
    order = np.argsort(-scores, kind="stable")
    right, told = np.cumsum((weights * truth)[order]), np.cumsum(weights[order])
    ends = np.append(scores[order][1:] != scores[order][:-1], True)  # rows of one score are told together
    sure = np.flatnonzero(ends & (right >= precision * told))
    return float(truth[order][: sure[-1] + 1].sum() / truth.sum()) if sure.size and truth.any() else 0.0


def macro_f1_interval(truth: NDArray[np.generic], guess: NDArray[np.generic], *, seed: int = 7) -> Interval:
    """That of `macro_f1`; a sample without a class says nothing about it."""
    names, cells = np.unique([truth, guess], return_inverse=True)
    rows, columns = cells.reshape(2, -1)
    size = len(names)
    counts = np.bincount(rows * size + columns, minlength=size * size)
    drawn = _resampled(counts, seed).reshape(-1, size, size)
    hit, real = np.einsum("dii->di", drawn), drawn.sum(axis=2)
    f1 = 2 * hit / np.maximum(real + drawn.sum(axis=1), 1)
    asked = (real > 0) & np.isin(names, truth)
    return _middle((f1 * asked).sum(axis=1) / np.maximum(asked.sum(axis=1), 1))


def mean_interval(values: Floats, *, seed: int = 7) -> Interval:
    """That of the mean of a number per row, such as whether it was right."""
    found, counts = np.unique(values, return_counts=True)
    return _middle(_resampled(counts, seed) @ found / len(values))


def interval_of(rows: int, figure: Callable[[NDArray[np.int64]], float], *, seed: int = 7) -> Interval:
    """That of any figure that can be counted on the rows of these numbers."""
    dice = np.random.default_rng(seed)
    return _middle(np.array([figure(dice.integers(0, rows, rows)) for _ in range(_DRAWS)]))


def wilson(part: float, whole: int) -> Interval:
    """Where a share lies with 95 % confidence (Wilson's score), also where all or none were right.

    0..1 of nothing.
    """
    if not whole:
        return 0.0, 1.0
    share, room = part / whole, _NORMAL**2 / whole
    middle, reach = share + room / 2, _NORMAL * math.sqrt(share * (1 - share) / whole + room / (4 * whole))
    return max(0.0, (middle - reach) / (1 + room)), min(1.0, (middle + reach) / (1 + room))


def _resampled(counts: NDArray[np.int64], seed: int) -> Floats:
    """As if the rows behind these counts were drawn anew: (draws, counts)."""
    total = int(counts.sum())
    return np.random.default_rng(seed).multinomial(total, counts / total, size=_DRAWS).astype(float)


def _middle(drawn: Floats) -> Interval:
    low, high = np.percentile(drawn, _TAILS)
    return float(low), float(high)


def _f1(truth: Truth, guess: Truth) -> float:
    hit = float((truth & guess).sum())
    told = float(truth.sum() + guess.sum())
    return 2 * hit / told if told else 0.0
