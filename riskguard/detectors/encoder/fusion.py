"""How the margins of the encoder and of the linear model beside it become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.linear.model import LinearModel

SECOND = "second"
"""Of a head, what counts in texts of the second sort, where it is weighed otherwise there."""

Logits = NDArray[np.float64]
"""Scores before the last sigmoid, (texts, heads)."""


class Weighings(NamedTuple):
    """What the encoder's margin and that of the linear model weigh, and a shift: each (heads,)."""

    encoder: NDArray[np.float64]
    linear: NDArray[np.float64]
    shift: NDArray[np.float64]

    @classmethod
    def of(cls, told: Sequence[Mapping[str, Any]]) -> Self:
        """Of each head by these names. KeyError, TypeError or ValueError if a number is missing."""
        return cls(*(np.array([float(each[part]) for each in told]) for part in cls._fields))


def joined(
    first: tuple[Any, Any, Any], second: tuple[Any, Any, Any], encoder: Logits, linear: Logits, share: Logits
) -> Logits:
    """Logits of the margins of both models, weighed by `first` (encoder, linear, shift), and for the `share` that a
    text is of the second sort by `second`."""
    of_first, of_second = (one * encoder + other * linear + shift for one, other, shift in (first, second))
    found: Logits = of_first + share * (of_second - of_first)
    return found


@dataclass(frozen=True, slots=True)
class Fusion:
    """The `first` weighings count, and as far as the linear model takes a text for one of the second sort, the `second`
    ones."""

    heads: tuple[str, ...]
    first: Weighings
    second: Weighings
    model: LinearModel

    @classmethod
    def of(cls, heads: tuple[str, ...], told: Mapping[str, Mapping[str, Any]], model: LinearModel) -> Self:
        """As serving.json tells it. KeyError, TypeError or ValueError if that does not fit the heads and the model."""
        if set(heads) != told.keys():
            raise ValueError("config and serving name other heads")
        first = Weighings.of([told[head] for head in heads])
        second = Weighings.of([told[head].get(SECOND, told[head]) for head in heads])
        heard = (first.linear != 0) | (second.linear != 0)
        unknown = [head for head, asked in zip(heads, heard, strict=True) if asked and head not in model.heads]
        if unknown:
            raise ValueError(f"the linear model has no {', '.join(unknown)}")
        return cls(heads, first, second, model)

    @property
    def hears_linear(self) -> bool:
        """Whether the linear model has a say in any head."""
        return bool(self.first.linear.any() or self.second.linear.any())

    def logits(self, margins: NDArray[np.float32], texts: Sequence[str]) -> Logits:
        """Of texts whose margins (texts, heads) the encoder gave."""
        linear, second = np.zeros(margins.shape), np.zeros(margins.shape)
        if self.hears_linear and texts:
            voiced, known = self.model.voiced(texts), self.model.heads
            own = [at for at, head in enumerate(self.heads) if head in known]
            columns = [known.index(self.heads[at]) for at in own]
            linear[:, own], second[:, own] = voiced.margins[:, columns], voiced.second[:, columns]
        return joined(self.first, self.second, margins.astype(np.float64), linear, second)
