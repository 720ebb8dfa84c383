"""A small model made by hand: 'ad' likes 促, 'emotion.sad' likes 哭."""

from __future__ import annotations

import numpy as np

from riskguard.detectors.linear.model import LinearModel
from riskguard.detectors.linear.ngrams import ngrams

BITS = 10


def made_by_hand() -> LinearModel:
    """Every n-gram tells 1; a loud character weighs 100 of 127."""
    table = np.zeros((2**BITS, 3), np.int8)
    table[:, 2] = 1
    for column, loud in enumerate("促哭"):
        table[ngrams([loud], longest=2, bits=BITS).buckets[0][1], column] = 100
    return LinearModel(
        heads=("ad", "emotion.sad"),
        longest=2,
        ballast=1e-9,
        table=table,
        scale=np.array([0.1, 0.1, 1.0]),
        bias=np.array([-1.0, -1.0]),
        slope=np.array([1.0, 0.5]),
        shift=np.array([0.0, 0.0]),
    )
