"""Margins to probabilities: Platt's two numbers, or three where two models speak, fitted on a stated mix of posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from riskguard.evaluation.metrics import Floats, Truth

_STEPS = 60
_RIDGE = 1e-3
_FLATTEST = 1e-6


class Fused(NamedTuple):
    """score = sigmoid(encoder * its margin + linear * its margin + shift); neither of the slopes is negative."""

    encoder: float
    linear: float
    shift: float

    def scores(self, encoder: Floats, linear: Floats | None) -> Floats:
        """Probabilities of the margins that the two models gave."""
        return sigmoid(self.encoder * encoder + (self.linear * linear if linear is not None else 0.0) + self.shift)


def platt(margins: Floats, truth: Truth, weights: Floats) -> tuple[float, float]:
    """(slope, shift) of the weighted logistic fit, by Newton's method; the slope is kept positive, so order is kept."""
    slope, shift = _fitted([margins], truth, weights)
    return max(_FLATTEST, slope), shift


def fused(encoder: Floats, linear: Floats | None, truth: Truth, weights: Floats) -> Fused:
    """One score of two models' margins: the weighted logistic fit with slopes that are not negative.

    The linear model is left out (slope 0) where it does not lower the log-loss of rows that the fit has not seen, or
    where it has no such head (None).
    """
    if linear is None:
        return _alone(encoder, truth, weights)
    both = log_loss(_fused_crossed(_together, encoder, linear, truth, weights), truth, weights)
    alone = log_loss(_fused_crossed(_encoder_only, encoder, linear, truth, weights), truth, weights)
    return _together(encoder, linear, truth, weights) if both < alone else _alone(encoder, truth, weights)


def fused_crossed(encoder: Floats, linear: Floats | None, truth: Truth, weights: Floats) -> Floats:
    """The score of each row by a fusion that has not seen it, nor when it was asked whether the linear model helps."""
    if linear is None:
        return crossed(encoder, truth, weights)
    return _fused_crossed(fused, encoder, linear, truth, weights)


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


_Fit = Callable[[Floats, Floats, Truth, Floats], Fused]


def _fused_crossed(fit: _Fit, encoder: Floats, linear: Floats, truth: Truth, weights: Floats) -> Floats:
    scores = np.empty(len(encoder))
    for held in _folds(len(encoder)):
        found = fit(encoder[~held], linear[~held], truth[~held], weights[~held])
        scores[held] = found.scores(encoder[held], linear[held])
    return scores


def _together(encoder: Floats, linear: Floats, truth: Truth, weights: Floats) -> Fused:
    """The best fit of both; where one slope would be negative, that of the other model alone."""
    of_encoder, of_linear, shift = _fitted([encoder, linear], truth, weights)
    if of_linear <= 0:
        return _alone(encoder, truth, weights)
    if of_encoder <= 0:
        of_linear, shift = platt(linear, truth, weights)
        return Fused(_FLATTEST, of_linear, shift)
    return Fused(of_encoder, of_linear, shift)


def _alone(encoder: Floats, truth: Truth, weights: Floats) -> Fused:
    slope, shift = platt(encoder, truth, weights)
    return Fused(slope, 0.0, shift)


def _encoder_only(encoder: Floats, _: Floats, truth: Truth, weights: Floats) -> Fused:
    return _alone(encoder, truth, weights)


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
