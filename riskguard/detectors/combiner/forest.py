"""Boosted trees over the signs of a finding: they say what a sum of weights cannot, of several signs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from riskguard.domain.errors import ModelInvalid

FORESTS = "forests.safetensors"
DEPTH = 3
_INNER, _LEAVES = 2**DEPTH - 1, 2**DEPTH


@dataclass(frozen=True, slots=True)
class Forest:
    """Complete trees of DEPTH questions each. Node n of a tree asks whether sign `sign[tree, n]` is higher than
    `over[tree, n]`, and leads to node 2n + 2 where it is and 2n + 1 where not; leaf m adds `adds[tree, m]`.
    """

    start: float
    sign: NDArray[np.uint8]
    over: NDArray[np.float64]
    adds: NDArray[np.float64]

    def odds(self, signs: NDArray[np.float64]) -> float:
        """The logarithm of the odds for signs in their order."""
        trees, at = np.arange(len(self.sign)), np.zeros(len(self.sign), np.int64)
        for _ in range(DEPTH):
            at = 2 * at + 1 + (signs[self.sign[trees, at]] > self.over[trees, at])
        return self.start + float(self.adds[trees, at - _INNER].sum())

    def fits(self, signs: int) -> bool:
        """Whether it asks for no more than so many signs, and its tables are of one size."""
        trees = len(self.sign)
        sizes = self.sign.shape == self.over.shape == (trees, _INNER) and self.adds.shape == (trees, _LEAVES)
        return bool(sizes and (self.sign < signs).all())

    def tensors(self, name: str) -> dict[str, NDArray[Any]]:
        """As they are written, under the name of what they weigh."""
        parts = {"start": np.array([self.start]), "sign": self.sign, "over": self.over, "adds": self.adds}
        return {f"{name}.{part}": value for part, value in parts.items()}

    @classmethod
    def among(cls, tensors: Mapping[str, NDArray[Any]], name: str) -> Self:
        """What `tensors` wrote; KeyError where it is not there."""
        start, *tables = (tensors[f"{name}.{part}"] for part in ("start", "sign", "over", "adds"))
        return cls(float(start[0]), *tables)


def save_forests(forests: Mapping[str, Forest], folder: Path) -> None:
    """Write them by their names."""
    (folder / FORESTS).write_bytes(
        save({key: t for name, each in forests.items() for key, t in each.tensors(name).items()})
    )


def load_forests(folder: Path) -> tuple[dict[str, Forest], bytes]:
    """By name, and the bytes they were read from; ModelInvalid when these are not as `save_forests` writes them."""
    try:
        raw = (folder / FORESTS).read_bytes()
        tensors = load(raw)
        names = dict.fromkeys(key.rpartition(".")[0] for key in tensors)
        return {name: Forest.among(tensors, name) for name in names}, raw
    except (OSError, SafetensorError, KeyError, IndexError, TypeError, ValueError) as error:
        raise ModelInvalid(f"{folder / FORESTS} holds no trees: {error!r}") from error
