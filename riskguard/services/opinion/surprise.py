"""How unlikely a count is: the upper tail of a negative binomial (of a Poisson where it is no wider), and a CUSUM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isinf, lgamma, log

_ENOUGH = 1e-12
_MOST_TERMS = 20_000
LEAST_EXPECTED = 0.02
"""Nothing is expected less often than this, so that one account can never be a sensation."""


def surprise(count: int, expected: float, size: float = inf) -> float:
    """-log10 of the chance of `count` or more where `expected` are usual; 0 where no more came than that.

    `size` is the r of the negative binomial (variance = m + m²/r); infinite means Poisson. Never falls when the count
    grows, never rises when more is expected.
    """
    mean = max(expected, LEAST_EXPECTED)
    if count <= mean:
        return 0.0
    first = _log_chance(count, mean, size)
    total = term = 1.0
    for k in range(count, count + _MOST_TERMS):
        term *= _ratio(k, mean, size)
        total += term
        if term < _ENOUGH * total:
            break
    return max(0.0, -(first + log(total)) / log(10))


def _log_chance(k: int, mean: float, size: float) -> float:
    """Natural logarithm of the chance of exactly k."""
    if isinf(size):
        return k * log(mean) - mean - lgamma(k + 1)
    return (
        lgamma(k + size)
        - lgamma(size)
        - lgamma(k + 1)
        + size * log(size / (size + mean))
        + k * log(mean / (size + mean))
    )


def _ratio(k: int, mean: float, size: float) -> float:
    """Chance of k + 1 over chance of k."""
    return mean / (k + 1) if isinf(size) else (k + size) / (k + 1) * mean / (size + mean)


@dataclass(frozen=True, slots=True)
class Rise:
    """The end of a CUSUM: its height in nats, and the bin after which it left zero the last time."""

    evidence: float
    since: int


def rise(counts: Sequence[int], expected: Sequence[float], *, lift: float, size: float = inf) -> Rise:
    """How much the counts speak for `lift` times the expected since whenever they began to (Page's CUSUM of Poisson
    log likelihoods, divided by the width of the negative binomial). Higher counts never give less evidence."""
    height, since = 0.0, 0
    for at, (count, usual) in enumerate(zip(counts, expected, strict=True)):
        mean = max(usual, LEAST_EXPECTED)
        width = 1.0 if isinf(size) else 1.0 + mean / size
        height += (count * log(lift) - mean * (lift - 1)) / width
        if height <= 0.0:
            height, since = 0.0, at + 1
    return Rise(height, since)


def size_of(pairs: Sequence[tuple[float, float]], *, least: float = 0.5, most: float = 200.0) -> float:
    """The r of the negative binomial from (count, expected) pairs, by moments; infinite where it is about a Poisson.

    Counts far above are cut, so that one old surge does not make the next one look usual.
    """
    squares = wide = 0.0
    for count, mean in pairs:
        cut = min(count, mean + 4 * (mean + 1) ** 0.5)
        squares += (cut - mean) ** 2 - mean
        wide += mean**2
    if len(pairs) < 24 or squares <= 0.02 * wide:
        return inf
    return min(most, max(least, wide / squares))
