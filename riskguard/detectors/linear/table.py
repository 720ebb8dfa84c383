"""Heads that share one table of bytes, and how its columns become their margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.linear.ngrams import LOUDNESS_OF_ONE, Counted, buckets, ngrams
from riskguard.detectors.linear.rows import Rows

Scores = NDArray[np.float64]


class Kind(StrEnum):
    """What the columns of a table mean."""

    PLAIN = "plain"
    """One column a head."""

    RIVALS = "rivals"
    """One column a head, of which one is true: each is measured against the others (the logit of a softmax)."""

    VOICES = "voices"
    """Two columns a head, for two sorts of text, and one that tells how much a text is of the second sort."""

    def columns(self, heads: int) -> int:
        """How many weights an n-gram has for so many heads."""
        return 2 * heads + 1 if self is Kind.VOICES else heads


class Voiced(NamedTuple):
    """Margins (texts, heads), and how much a text is of the second sort (texts, heads): 0 for a head of one voice."""

    margins: Scores
    second: Scores


@dataclass(frozen=True, slots=True)
class Table:
    """Some heads over hashed n-grams.

    `weights` are bytes, one row per bucket: the columns of the heads and a last one that measures how much an n-gram
    tells (its squared rarity), which a text is normalised by. `scale` turns the bytes of each column back into weights.
    """

    heads: tuple[str, ...]
    kind: Kind
    longest: int
    weights: Rows
    scale: NDArray[np.float64]
    bias: NDArray[np.float64]

    @property
    def bits(self) -> int:
        """The table has 2**bits rows."""
        return int(self.weights.shape[0]).bit_length() - 1

    @property
    def fits(self) -> bool:
        """Whether the arrays are of the shapes that the heads ask for."""
        columns = self.kind.columns(len(self.heads))
        shapes = self.weights.shape == (2**self.bits, columns + 1) and self.bias.shape == (columns,)
        return shapes and self.scale.shape == (columns + 1,) and self.longest >= 2

    def voiced(self, grams: Counted, ballast: float) -> Voiced:
        """What the table says of each text."""
        sums = _summed(self.weights, grams.up_to(self.longest)) * (self.scale / LOUDNESS_OF_ONE)
        told = sums[:, :-1] / np.sqrt(sums[:, -1:] + ballast) + self.bias
        if self.kind is Kind.VOICES:
            return in_two_voices(told)
        margins = rivalled(told) if self.kind is Kind.RIVALS else told
        return Voiced(margins, np.zeros_like(margins))

    def contributions(self, texts: Sequence[str], heads: Sequence[int]) -> list[Scores]:
        """What the n-grams of each text say for the one head that is asked about it, spread over its characters.

        Of two voices, the mean.
        """
        grams = ngrams(texts, longest=self.longest)
        owned = np.concatenate([np.arange(start, end) for start, end in zip(grams.starts, grams.ends, strict=True)])
        asked = np.repeat(np.asarray(heads), grams.ends - grams.starts)
        columns = [asked, asked + len(self.heads)] if self.kind is Kind.VOICES else [asked]
        shares = np.zeros(len(grams.hashes[0]) + self.longest)
        for size, hashes in enumerate(grams.hashes, start=1):
            told = np.zeros(len(hashes))
            rows = buckets(hashes[owned], self.bits)
            weights = self.weights.take(rows)
            for column in columns:
                told[owned] += weights[np.arange(len(rows)), column] * (self.scale[column] / (size * len(columns)))
            for place in range(size):
                shares[place : place + len(told)] += told
        return [shares[start + 1 : end] for start, end in zip(grams.starts, grams.ends, strict=True)]


def rivalled(told: Scores) -> Scores:
    """Each column against the others: log of its odds where one of them is true."""
    raised = np.exp(told - told.max(axis=1, keepdims=True))
    others = np.maximum(raised.sum(axis=1, keepdims=True) - raised, np.finfo(np.float64).tiny)
    found: Scores = np.log(np.maximum(raised, np.finfo(np.float64).tiny)) - np.log(others)
    return found


def in_two_voices(told: Scores) -> Voiced:
    """The voices of the first and second sort of text, as far as the last column says that a text is of that sort."""
    heads = told.shape[1] // 2
    second = np.repeat(0.5 * (1.0 + np.tanh(0.5 * told[:, -1:])), heads, axis=1)
    return Voiced((1.0 - second) * told[:, :heads] + second * told[:, heads:-1], second)


def _summed(weights: Rows, grams: Counted) -> NDArray[np.int32]:
    """The sum of the rows of each text's n-grams, each as often as it is loud."""
    rows = weights.take(buckets(grams.hashes, weights.shape[0].bit_length() - 1)).astype(np.int16)
    rows *= grams.loudness[:, None]
    sums: NDArray[np.int32] = np.add.reduceat(rows, grams.starts, axis=0, dtype=np.int32)
    return sums
