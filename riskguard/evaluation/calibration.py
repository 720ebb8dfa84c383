"""Margins to probabilities: Platt's two numbers, fitted on a stated mix of posts."""

from __future__ import annotations

import numpy as np

from riskguard.evaluation.metrics import Floats, Truth

_STEPS = 60
_RIDGE = 1e-3


def platt(margins: Floats, truth: Truth, weights: Floats) -> tuple[float, float]:
    """(slope, shift) of the weighted logistic fit, by Newton's method; the slope is kept positive, so order is kept."""
    design = np.stack([margins, np.ones_like(margins)], axis=1)
    prior = float(np.clip(np.average(truth, weights=weights), 1e-4, 1 - 1e-4))
    found = np.array([1.0, np.log(prior / (1 - prior))])
    for _ in range(_STEPS):
        scores = sigmoid(design @ found)
        gradient = design.T @ (weights * (scores - truth)) + _RIDGE * found
        curvature = (design * (weights * scores * (1 - scores))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        found -= np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-8:
            break
    return max(1e-6, float(found[0])), float(found[1])


def sigmoid(margins: Floats) -> Floats:
    """1 / (1 + exp(-margin)), safe for any margin."""
    scores: Floats = 0.5 * (1.0 + np.tanh(0.5 * margins))
    return scores


def crossed(margins: Floats, truth: Truth, weights: Floats, *, seed: int = 7, folds: int = 5) -> Floats:
    """The score of each row by a calibration that has not seen it: what honest figures are counted on."""
    place = np.random.default_rng(seed).permutation(len(margins)) % folds
    scores = np.empty(len(margins))
    for fold in range(folds):
        held = place == fold
        slope, shift = platt(margins[~held], truth[~held], weights[~held])
        scores[held] = sigmoid(slope * margins[held] + shift)
    return scores
