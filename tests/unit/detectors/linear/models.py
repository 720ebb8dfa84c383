"""A small model made by hand: 'ad' likes 促, 'emotion.sad' likes 哭."""

from __future__ import annotations

import numpy as np

from riskguard.detectors.linear.model import LinearModel
from riskguard.detectors.linear.ngrams import buckets, ngrams
from riskguard.detectors.linear.rows import Rows
from riskguard.detectors.linear.table import Kind, Table

BITS = 10


def bucket_of(char: str, bits: int) -> int:
    """Where a single character is counted."""
    return int(buckets(ngrams([char], longest=2).hashes[0][1:2], bits)[0])


def made_by_hand() -> LinearModel:
    """Every n-gram tells 1; a loud character weighs 100 of 127."""
    table = np.zeros((2**BITS, 3), np.int8)
    table[:, 2] = 1
    for column, loud in enumerate("促哭"):
        table[bucket_of(loud, BITS), column] = 100
    ours = Table(
        heads=("ad", "emotion.sad"),
        kind=Kind.PLAIN,
        longest=2,
        weights=Rows.of(table),
        scale=np.array([0.1, 0.1, 1.0]),
        bias=np.array([-1.0, -1.0]),
    )
    return LinearModel(
        tables=(ours,),
        ballast=1e-9,
        slope=np.array([1.0, 0.5]),
        shift=np.array([0.0, 0.0]),
    )
