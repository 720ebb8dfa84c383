"""Texts as rows of a sparse matrix, counted by the detector's own code."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from riskguard.detectors.linear.ngrams import LOUDNESS_OF_ONE, buckets, counted, ngrams
from riskguard.evaluation.metrics import Floats, Truth

_BATCH = 2048
_NOISE = re.compile(r"[^\w]+|_+")
_BREAKS = "，。！,!~ 、:;？-+"


def counts(texts: Sequence[str], *, longest: int, bits: int) -> sparse.csr_matrix:
    """How loud each bucket is in each text; 1 where its n-gram occurs once."""
    blocks = [_counts(texts[at : at + _BATCH], longest, bits) for at in range(0, len(texts), _BATCH)]
    return sparse.vstack(blocks, format="csr") if blocks else sparse.csr_matrix((0, 2**bits), dtype=np.float64)


def holders(documents: sparse.csr_matrix) -> NDArray[np.int64]:
    """How many texts hold each bucket."""
    return np.bincount(documents.indices, minlength=documents.shape[1])


def rarity(documents: sparse.csr_matrix, *, fewest: int = 1) -> Floats:
    """Inverse document frequency of every bucket, smoothed; at least 1. What fewer than `fewest` texts hold is as rare
    as what none does."""
    seen = holders(documents)
    found: Floats = np.log((1 + documents.shape[0]) / (1 + np.where(seen < fewest, 0, seen))) + 1.0
    return found


def weighed(documents: sparse.csr_matrix, idf: Floats, told: Floats, *, ballast: float) -> sparse.csr_matrix:
    """Loudness times rarity, each row divided by the square root of what its n-grams and the ballast tell."""
    lengths = np.sqrt(documents @ told + ballast)
    return sparse.diags(1.0 / lengths) @ documents @ sparse.diags(idf)


def leanings(rows: sparse.csr_matrix, truth: Truth, weights: Floats) -> Floats:
    """How unevenly the rows that say yes and those that say no share each bucket: |log of the ratio|, smoothed."""
    occurs = sparse.diags(weights) @ (rows > 0).astype(np.float64)
    yes, no = (occurs.T @ side.astype(np.float64) + 1.0 for side in (truth, ~truth))
    found: Floats = np.abs(np.log(yes / yes.sum()) - np.log(no / no.sum()))
    return found


def bare(text: str) -> str:
    """A text without punctuation, spaces and symbols."""
    return _NOISE.sub("", text)


def punctuated(texts: Sequence[str], *, seed: int) -> Iterator[str]:
    """Texts with a sign put in every few characters, as people type."""
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    for text in texts:
        parts, at = [], 0
        while at < len(text):
            step = dice.randint(4, 12)
            parts.append(text[at : at + step])
            at += step
        yield "".join(part + dice.choice(_BREAKS) for part in parts)


def _counts(texts: Sequence[str], longest: int, bits: int) -> sparse.csr_matrix:
    found = counted(ngrams(texts, longest=longest))
    columns = buckets(found.hashes, bits).astype(np.int64)
    rows = np.repeat(np.arange(len(texts)), np.diff(found.starts, append=len(columns)))
    shape = (len(texts), 2**bits)
    matrix = sparse.csr_matrix((found.loudness / LOUDNESS_OF_ONE, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return matrix
