"""The tables of all heads, and the scores that come out of them."""

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

from riskguard.detectors.linear.ngrams import counted, ngrams
from riskguard.detectors.linear.rows import Rows
from riskguard.detectors.linear.table import Kind, Scores, Table, Voiced
from riskguard.domain.errors import ModelInvalid

WEIGHTS = "weights.safetensors"
CONFIG = "config.json"
FORMAT = 4
_RETRAIN = "train it again with `riskguard train linear --data DIR`, or restore the folder from the release"
_CHUNK_CHARS = 65_536
_OF_A_TABLE = ("scale", "bias")


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Heads over hashed n-grams, in tables of their own size.

    `ballast` is told by every text besides its own n-grams, so that a handful of them cannot swing a score.
    A head's margin becomes a probability by `slope` (never negative) and `shift`: sigmoid(slope * margin + shift).
    """

    tables: tuple[Table, ...]
    ballast: float
    slope: NDArray[np.float64]
    shift: NDArray[np.float64]

    @property
    def heads(self) -> tuple[str, ...]:
        """In the order of the columns of all scores."""
        return tuple(head for table in self.tables for head in table.heads)

    @property
    def longest(self) -> int:
        """Characters of the longest n-gram that any table asks for."""
        return max((table.longest for table in self.tables), default=2)

    def scores(self, texts: Sequence[str]) -> Scores:
        """Probabilities, one row per folded text, one column per head."""
        return calibrated(self.margins(texts), self.slope, self.shift)

    def margins(self, texts: Sequence[str]) -> Scores:
        """Distances from each head's boundary before calibration."""
        return self.voiced(texts).margins

    def voiced(self, texts: Sequence[str]) -> Voiced:
        """The margins, and of which sort each text is."""
        nothing = np.empty((0, len(self.heads)))
        parts = [Voiced(nothing, nothing), *map(self._voiced, _chunks(texts))]
        return Voiced(*map(np.concatenate, zip(*parts, strict=True)))

    def contributions(self, texts: Sequence[str], columns: Sequence[int]) -> list[Scores]:
        """How much the n-grams around each character of a folded text speak for its head, before normalisation.

        `columns` says which head is asked about each text.
        """
        found: dict[int, Scores] = {}
        before = 0
        for table in self.tables:
            asked = [at for at, column in enumerate(columns) if 0 <= column - before < len(table.heads)]
            if asked:
                own = [columns[at] - before for at in asked]
                found.update(zip(asked, table.contributions([texts[at] for at in asked], own), strict=True))
            before += len(table.heads)
        return [found[at] for at in range(len(texts))]

    def _voiced(self, texts: Sequence[str]) -> Voiced:
        grams = counted(ngrams(texts, longest=self.longest))
        tables = [table.voiced(grams, self.ballast) for table in self.tables]
        return Voiced(*(np.concatenate(part, axis=1) for part in zip(*tables, strict=True)))


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
        tables = [
            Table(
                heads=tuple(told["heads"]),
                kind=Kind(told["kind"]),
                longest=int(told["longest"]),
                weights=Rows.packed(tensors[f"{number}.known"], tensors[f"{number}.weights"]),
                **{name: tensors[f"{number}.{name}"] for name in _OF_A_TABLE},
            )
            for number, told in enumerate(config["tables"])
        ]
        model = LinearModel(tuple(tables), float(config["ballast"]), tensors["slope"], tensors["shift"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelInvalid(f"{folder} holds no linear model: {error!r}", hint=_RETRAIN) from error
    _check_shapes(model, folder)
    return model, config


def save_model(model: LinearModel, folder: Path, **about: object) -> str:
    """Write weights and config; the SHA-256 of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, NDArray[Any]] = {"slope": model.slope, "shift": model.shift}
    for at, table in enumerate(model.tables):
        rows = table.weights
        parts = {"known": rows.bits, "weights": rows.known, **{name: getattr(table, name) for name in _OF_A_TABLE}}
        tensors |= {f"{at}.{name}": part for name, part in parts.items()}
    raw = save(tensors)
    digest = hashlib.sha256(raw).hexdigest()
    (folder / WEIGHTS).write_bytes(raw)
    tables = [
        {"heads": table.heads, "kind": table.kind, "longest": table.longest, "bits": table.bits}
        for table in model.tables
    ]
    config = {"format": FORMAT, "tables": tables, "ballast": model.ballast, "sha256": digest, **about}
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
    heads = len(model.heads)
    fits = model.tables and all(table.fits for table in model.tables)
    sound = model.ballast > 0 and model.slope.shape == model.shift.shape == (heads,) and not (model.slope < 0).any()
    if not fits or not sound:
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
