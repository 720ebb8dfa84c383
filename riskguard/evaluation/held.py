"""Figures of a head that has learnt from dev: told by heads that have not seen the text.

Where a head was refitted on dev, the model holds it HELD times more, each fitted without the texts of one fold. Which
fold a text is in hangs on its characters alone, so that every later measurement finds the head that never saw it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskguard.evaluation.metrics import Floats

HELD = 5
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
    return np.array([zlib.crc32(text.encode()) % HELD for text in texts], np.int64)


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
