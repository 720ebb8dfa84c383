"""Figures of a head that has learnt from dev: told by heads that have not seen the text.

Where a head was refitted on dev, the model holds it HELD times more, each fitted without the texts of one fold. Which
fold a text is in hangs on its characters alone, so that every later measurement finds the head that never saw it.

What texts intend the whole encoder has learnt: what encoders said that had not seen a text stands beside it in a file.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import INTENTS
from riskguard.evaluation.metrics import Floats

UNSEEN = "unseen.safetensors.gz"
HELD = 5
_STEP = 1 / 16
_BESIDE = "/"
_WITHOUT, _TAUGHT = "without", "taught"


def held_names(head: str) -> tuple[str, ...]:
    """The columns after those of the heads: this head, fitted without the texts of fold 0, 1, and so on."""
    return tuple(f"{head}{_BESIDE}{_WITHOUT}{fold}" for fold in range(HELD))


def taught_name(head: str) -> str:
    """The column after those of the heads that holds what a head was before it was refitted."""
    return f"{head}{_BESIDE}{_TAUGHT}"


def folds_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """The fold of each text."""
    return (_keys(texts) % HELD).astype(np.int64)


def unseen(margins: Floats, columns: Sequence[str], texts: Sequence[str]) -> Floats:
    """(texts, columns) -> (texts, heads): where a head has columns of its own for the folds, that of the text's fold.

    `texts` are those that decide the fold: for a disguised twin, its original.
    """
    heads = [column for column in columns if _BESIDE not in column]
    found = np.array(margins[:, : len(heads)])
    fold = folds_of(texts)
    for place, head in enumerate(heads):
        names = held_names(head)
        if names[0] in columns:
            own = np.array([columns.index(name) for name in names])
            found[:, place] = margins[np.arange(len(margins)), own[fold]]
    return found


@dataclass(frozen=True, slots=True)
class Crosswise:
    """What encoders that had not seen a text said of its intents: a hash of each text, rising, and margins
    (texts, INTENTS) in steps of a sixteenth."""

    keys: NDArray[np.uint32]
    steps: NDArray[np.int8]

    @classmethod
    def of(cls, texts: Sequence[str], margins: Floats) -> Self:
        """Of folded texts and their margins (texts, INTENTS). Of texts with one hash the first counts."""
        keys, first = np.unique(_keys(texts), return_index=True)
        return cls(keys, np.clip(np.round(margins[first] / _STEP), -127, 127).astype(np.int8))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What lies beside the encoder in `folder`; nothing where that has learnt no intents. ModelInvalid if it is
        damaged."""
        file = folder / UNSEEN
        if not file.is_file():
            return cls(np.empty(0, np.uint32), np.empty((0, len(INTENTS)), np.int8))
        try:
            kept = load(gzip.decompress(file.read_bytes()))
            return cls(np.cumsum(kept["apart"], dtype=np.uint32), kept["steps"])
        except (OSError, EOFError, KeyError, SafetensorError, zlib.error) as error:
            raise ModelInvalid(f"{file} cannot be read: {error!r}") from error

    def save(self, folder: Path) -> None:
        """Write it into the folder of its encoder."""
        arrays = {"apart": np.diff(self.keys, prepend=np.uint32(0)), "steps": self.steps}
        (folder / UNSEEN).write_bytes(gzip.compress(save(arrays), mtime=0))

    def unseen(self, margins: Floats, columns: Sequence[str], texts: Sequence[str]) -> Floats:
        """See `unseen`; intents of texts that the encoder has learnt from are those of one that has not."""
        found = unseen(margins, columns, texts)
        keys = _keys(texts)
        known = np.isin(keys, self.keys)
        told = self.steps[np.searchsorted(self.keys, keys[known])] * _STEP
        for at, intent in enumerate(INTENTS):
            if intent in columns:
                found[known, columns.index(intent)] = told[:, at]
        return found


def _keys(texts: Sequence[str]) -> NDArray[np.uint32]:
    return np.array([zlib.crc32(text.encode()) for text in texts], np.uint32)
