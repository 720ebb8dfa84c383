"""Grows the trees of the combiner, and lays them out as its arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from riskguard.detectors.combiner.forest import DEPTH, Forest

_TREES, _RATE, _FEWEST, _HELD_BACK, _SIGNS_ASKED = 120, 0.08, 20, 3.0, 0.5
_SEED = 7


def grown(
    signs: NDArray[np.float64], truth: NDArray[np.bool_], weight: NDArray[np.float64], leaning: Sequence[int]
) -> Forest:
    """Trees fitted to (rows, signs); when a sign rises, the odds never fall where it is `leaning` by 1, and never rise
    where it is by -1."""
    model = HistGradientBoostingClassifier(
        max_iter=_TREES,
        learning_rate=_RATE,
        max_depth=DEPTH,
        min_samples_leaf=_FEWEST,
        l2_regularization=_HELD_BACK,
        max_features=_SIGNS_ASKED,
        monotonic_cst=list(leaning),
        early_stopping=False,
        random_state=_SEED,
    ).fit(signs, truth, sample_weight=weight)
    laid = [_laid_out(tree.nodes) for (tree,) in model._predictors]  # noqa: SLF001 - nothing public tells the trees
    return Forest(
        float(model._baseline_prediction.item()),  # noqa: SLF001 - nor where they start
        np.array([sign for sign, _, _ in laid], np.uint8),
        np.array([over for _, over, _ in laid]),
        np.array([adds for _, _, adds in laid]),
    )


def _laid_out(nodes: NDArray[np.void]) -> tuple[list[int], list[float], list[float]]:
    """One tree, complete: where it asked less, all that would have been asked leads to the same leaf."""
    level, signs, over = [0], [], []
    for _ in range(DEPTH):
        below = []
        for place in level:
            node = nodes[place]
            signs.append(0 if node["is_leaf"] else int(node["feature_idx"]))
            over.append(np.inf if node["is_leaf"] else float(node["num_threshold"]))
            below += [place, place] if node["is_leaf"] else [int(node["left"]), int(node["right"])]
        level = below
    return signs, over, [float(nodes[place]["value"]) for place in level]
