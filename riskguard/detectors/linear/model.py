"""The weights of all heads as one table of bytes, and the score that comes out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from riskguard.detectors.linear.ngrams import Ngrams, ngrams
from riskguard.domain.errors import ModelInvalid

WEIGHTS = "weights.safetensors"
CONFIG = "config.json"
FORMAT = 2
_RETRAIN = "train it again with `riskguard train linear --data DIR`, or restore the folder from the release"
_CHUNK_CHARS = 65_536

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Heads over shared n-gram buckets.

    `table` is int8, one row per bucket: a column per head and a last column that measures how much an n-gram tells
    (its squared rarity), which a text is normalised by. `scale` turns the bytes of each column back into weights.
    `ballast` is told by every text besides its own n-grams, so that a handful of them cannot swing a score.
    A head's margin becomes a probability by `slope` (never negative) and `shift`: sigmoid(slope * margin + shift).
    """

    heads: tuple[str, ...]
    longest: int
    ballast: float
    table: NDArray[np.int8]
    scale: NDArray[np.float64]
    bias: NDArray[np.float64]
    slope: NDArray[np.float64]
    shift: NDArray[np.float64]

    @property
    def bits(self) -> int:
        """The table has 2**bits rows."""
        return int(self.table.shape[0]).bit_length() - 1

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities, one row per folded text, one column per head."""
        return calibrated(self.margins(texts), self.slope, self.shift)

    def margins(self, texts: Sequence[str]) -> Scores:
        """Distances from each head's boundary before calibration."""
        parts = [self._margins(part) for part in _chunks(texts)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.heads)))

    def contributions(self, texts: Sequence[str], columns: Sequence[int]) -> list[Scores]:
        """How much the n-grams around each character of a folded text speak for its head, before normalisation.

        `columns` says which head is asked about each text.
        """
        grams = ngrams(texts, longest=self.longest, bits=self.bits)
        owned = np.concatenate([np.arange(start, end) for start, end in zip(grams.starts, grams.ends, strict=True)])
        asked = np.repeat(np.asarray(columns), grams.ends - grams.starts)
        shares = np.zeros(len(grams.buckets[0]) + self.longest)
        for size, buckets in enumerate(grams.buckets, start=1):
            told = np.zeros(len(buckets))
            told[owned] = self.table[buckets[owned], asked] * (self.scale[asked] / size)
            for place in range(size):
                shares[place : place + len(told)] += told
        return [shares[start + 1 : end] for start, end in zip(grams.starts, grams.ends, strict=True)]

    def _margins(self, texts: Sequence[str]) -> Scores:
        sums = summed(self.table, ngrams(texts, longest=self.longest, bits=self.bits)) * self.scale
        return sums[:, :-1] / np.sqrt(sums[:, -1:] + self.ballast) + self.bias


def summed(table: NDArray[np.int8], grams: Ngrams) -> NDArray[np.int32]:
    """The sum of the table's rows over all n-grams of each text."""
    rows = table.take(grams.buckets[0], axis=0).astype(np.int16)
    for buckets in grams.buckets[1:]:
        rows += table.take(buckets, axis=0)
    edges = np.stack([grams.starts, grams.ends], axis=1).ravel()
    closed = edges[:-1] if edges[-1] >= len(rows) else edges
    sums: NDArray[np.int32] = np.add.reduceat(rows, closed, axis=0, dtype=np.int32)[::2]
    return sums


def calibrated(margins: Scores, slope: Scores, shift: Scores) -> Scores:
    """sigmoid(slope * margin + shift), safe for any margin."""
    scores: Scores = 0.5 * (1.0 + np.tanh(0.5 * (slope * margins + shift)))
    return scores


def quantised(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Columns as bytes and the scale of each: an error of at most half a scale per weight."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127.0
    return np.rint(weights / scale).astype(np.int8), scale


def load_model(folder: Path) -> tuple[LinearModel, dict[str, Any]]:
    """The model and its config. ModelInvalid if a file is missing, damaged or not the one that the config names."""
    config = _config(folder)
    raw = _weights(folder, str(config["sha256"]))
    try:
        tensors = load(raw)
        model = LinearModel(
            heads=tuple(config["heads"]),
            longest=int(config["longest"]),
            ballast=float(config["ballast"]),
            table=tensors["table"],
            **{name: tensors[name] for name in ("scale", "bias", "slope", "shift")},
        )
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelInvalid(f"{folder} holds no linear model: {error!r}", hint=_RETRAIN) from error
    _check_shapes(model, folder)
    return model, config


def save_model(model: LinearModel, folder: Path, **about: object) -> str:
    """Write weights and config; the SHA-256 of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = save({name: getattr(model, name) for name in ("table", "scale", "bias", "slope", "shift")})
    digest = hashlib.sha256(raw).hexdigest()
    (folder / WEIGHTS).write_bytes(raw)
    config = {"format": FORMAT, "heads": model.heads, "longest": model.longest, "ballast": model.ballast}
    config |= {"sha256": digest, **about}
    (folder / CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return digest


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelInvalid(f"no linear model in {folder}: {error.strerror}", hint=_RETRAIN) from error
    except ValueError as error:
        raise ModelInvalid(f"{folder / CONFIG} is not JSON: {error}", hint=_RETRAIN) from error
    if not isinstance(config, dict) or config.get("format") != FORMAT or "sha256" not in config:
        raise ModelInvalid(f"{folder / CONFIG} is not of format {FORMAT}", hint=_RETRAIN)
    return config


def _weights(folder: Path, expected: str) -> bytes:
    try:
        raw = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelInvalid(f"no weights in {folder}: {error.strerror}", hint=_RETRAIN) from error
    if hashlib.sha256(raw).hexdigest() != expected:
        raise ModelInvalid(f"{folder / WEIGHTS} is not the file that its config names (SHA-256 differs)", hint=_RETRAIN)
    return raw


def _check_shapes(model: LinearModel, folder: Path) -> None:
    heads, (rows, columns) = len(model.heads), model.table.shape
    vectors = (model.bias, model.slope, model.shift)
    fits = columns == heads + 1 == len(model.scale) and all(v.shape == (heads,) for v in vectors)
    sound = model.longest >= 2 and model.ballast > 0 and not (model.slope < 0).any()
    if not fits or not sound or rows != 2**model.bits:
        raise ModelInvalid(f"the tables in {folder} do not fit its {heads} heads", hint=_RETRAIN)


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Consecutive parts of bounded length, so that memory does not grow with long posts."""
    start = chars = 0
    for index, text in enumerate(texts):
        chars += len(text)
        if chars > _CHUNK_CHARS and index > start:
            yield texts[start:index]
            start, chars = index, len(text)
    if start < len(texts):
        yield texts[start:]
