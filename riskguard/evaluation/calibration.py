"""Margins to probabilities: Platt's two numbers, or three where two models speak, fitted on a stated mix of posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.fusion import SECOND, joined
from riskguard.detectors.linear.table import Voiced
from riskguard.evaluation.metrics import Floats, Truth

_STEPS = 60
_RIDGE = 1e-3
_FLATTEST = 1e-6


class Said(NamedTuple):
    """What two models said of rows about one head, each (rows,).

    `linear` is 0 where that model has no such head; `second` is how much it takes a row for the second sort of text.
    """

    encoder: Floats
    linear: Floats
    second: Floats

    @classmethod
    def by(cls, encoder: Floats, voiced: Voiced | None = None, column: int = 0) -> Self:
        """The encoder's margins, and what the linear model says in this column; None if it has no such head."""
        if voiced is None:
            return cls(encoder, np.zeros_like(encoder), np.zeros_like(encoder))
        return cls(encoder, voiced.margins[:, column], voiced.second[:, column])

    def rows(self, kept: Truth | NDArray[np.int64]) -> Said:
        """Of these rows alone."""
        return Said(*(part[kept] for part in self))


class Weighing(NamedTuple):
    """What each model's margin weighs, and a shift; neither of the slopes is negative."""

    encoder: float
    linear: float
    shift: float


class Fused(NamedTuple):
    """What counts in texts of the first sort, and what in those of the second; the score is the sigmoid of what is
    `joined` by them."""

    first: Weighing
    second: Weighing

    def told(self) -> dict[str, object]:
        """As a serving encoder reads it."""
        apart = {} if self.second == self.first else {SECOND: self.second._asdict()}
        return {**self.first._asdict(), **apart}

    def scores(self, said: Said) -> Floats:
        """Probabilities of the margins that the two models gave."""
        return sigmoid(joined(self.first, self.second, *said))


def platt(margins: Floats, truth: Truth, weights: Floats) -> tuple[float, float]:
    """(slope, shift) of the weighted logistic fit, by Newton's method; the slope is kept positive, so order is kept."""
    slope, shift = _fitted([margins], truth, weights)
    return max(_FLATTEST, slope), shift


def fused(said: Said, truth: Truth, weights: Floats) -> Fused:
    """One score of two models' margins: the weighted logistic fit with slopes that are not negative.

    Heard are the encoder alone, both, or both weighed otherwise in each sort of text: what costs least on rows that the
    fit has not seen.
    """
    fits: list[_Fit] = [_alone, *([_together] if said.linear.any() else ()), *([_by_sort] if said.second.any() else ())]
    costs = [log_loss(_crossed(fit, said, truth, weights), truth, weights) for fit in fits]
    cheapest = fits[int(np.argmin(costs))]
    return cheapest(said, truth, weights)


def fused_crossed(said: Said, truth: Truth, weights: Floats) -> Floats:
    """The score of each row by a fusion that has not seen it, nor when it was asked which fit is best."""
    return _crossed(fused, said, truth, weights)


def sigmoid(margins: Floats) -> Floats:
    """1 / (1 + exp(-margin)), safe for any margin."""
    scores: Floats = 0.5 * (1.0 + np.tanh(0.5 * margins))
    return scores


def log_loss(scores: Floats, truth: Truth, weights: Floats) -> float:
    """The weighted mean of what a score costs: -log of what it gave to the truth."""
    given = np.clip(np.where(truth, scores, 1.0 - scores), 1e-12, 1.0)
    return float(-np.average(np.log(given), weights=weights))


def crossed(margins: Floats, truth: Truth, weights: Floats, *, seed: int = 7, folds: int = 5) -> Floats:
    """The score of each row by a calibration that has not seen it: what honest figures are counted on."""
    scores = np.empty(len(margins))
    for held in _folds(len(margins), seed=seed, folds=folds):
        slope, shift = platt(margins[~held], truth[~held], weights[~held])
        scores[held] = sigmoid(slope * margins[held] + shift)
    return scores


_Fit = Callable[[Said, Truth, Floats], Fused]


def _crossed(fit: _Fit, said: Said, truth: Truth, weights: Floats) -> Floats:
    scores = np.empty(len(truth))
    for held in _folds(len(truth)):
        scores[held] = fit(said.rows(~held), truth[~held], weights[~held]).scores(said.rows(held))
    return scores


def _alone(said: Said, truth: Truth, weights: Floats) -> Fused:
    slope, shift = platt(said.encoder, truth, weights)
    return _one(Weighing(slope, 0.0, shift))


def _together(said: Said, truth: Truth, weights: Floats) -> Fused:
    """The best fit of both; where one slope would be negative, that of the other model alone."""
    of_encoder, of_linear, shift = _fitted([said.encoder, said.linear], truth, weights)
    if of_linear <= 0:
        return _alone(said, truth, weights)
    if of_encoder <= 0:
        of_linear, shift = platt(said.linear, truth, weights)
        of_encoder = _FLATTEST
    return _one(Weighing(of_encoder, of_linear, shift))


def _by_sort(said: Said, truth: Truth, weights: Floats) -> Fused:
    """Both sorts fitted at once; where a slope would be negative, one weighing for both."""
    sorts = (1.0 - said.second, said.second)
    parts = [share * margins for share in sorts for margins in (said.encoder, said.linear)]
    encoder, linear, of_second, linear_of_second, apart, shift = _fitted([*parts, said.second], truth, weights)
    if min(encoder, linear, of_second, linear_of_second) <= 0:
        return _together(said, truth, weights)
    return Fused(Weighing(encoder, linear, shift), Weighing(of_second, linear_of_second, shift + apart))


def _one(weighing: Weighing) -> Fused:
    return Fused(weighing, weighing)


def _folds(size: int, *, seed: int = 7, folds: int = 5) -> Iterator[Truth]:
    """Which rows are held out, fold by fold."""
    place = np.random.default_rng(seed).permutation(size) % folds
    yield from (place == fold for fold in range(folds))


def _fitted(margins: Sequence[Floats], truth: Truth, weights: Floats) -> list[float]:
    """A slope for each row of margins and a shift, with a ridge that only keeps the numbers finite."""
    design = np.stack([*margins, np.ones(len(truth))], axis=1)
    prior = float(np.clip(np.average(truth, weights=weights), 1e-4, 1 - 1e-4))
    found = np.array([1.0 / len(margins)] * len(margins) + [np.log(prior / (1 - prior))])
    for _ in range(_STEPS):
        scores = sigmoid(design @ found)
        gradient = design.T @ (weights * (scores - truth)) + _RIDGE * found
        curvature = (design * (weights * scores * (1 - scores))[:, None]).T @ design + _RIDGE * np.eye(len(found))
        step = np.linalg.solve(curvature, gradient)
        found -= np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-8:
            break
    return [float(number) for number in found]
