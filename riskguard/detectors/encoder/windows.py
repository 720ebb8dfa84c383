"""Posts of any length as texts that the encoder can read, in batches that waste little on padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import LONGEST

OVERLAP = 64
MOST_TEXTS = 32
MOST_PLACES = 2048
EVEN = 8
"""Full batches hold a multiple of so many texts: engines are prepared for few shapes better than for many."""


@dataclass(frozen=True, slots=True)
class Window:
    """Characters [start, start + len(chars)) of the text number `text`.

    `owned` is the part of the whole text whose words this window speaks of: between neighbours it ends in the middle
    of what both read, so that each place is owned once and is never read without what stands around it.
    """

    text: int
    start: int
    chars: str
    owned: tuple[int, int]


def windows_of(texts: Sequence[str]) -> list[Window]:
    """One window a text, or several that overlap where it is longer than the encoder reads; in the order of texts."""
    return [window for number, text in enumerate(texts) for window in _windows(number, text)]


def batches(windows: Sequence[Window]) -> Iterator[list[int]]:
    """The numbers of the windows, shortest first, in batches bounded by texts and by padded places."""
    order = sorted(range(len(windows)), key=lambda at: len(windows[at].chars))
    batch: list[int] = []
    for at in order:
        places = len(windows[at].chars) + 1
        if batch and (len(batch) == MOST_TEXTS or places * (len(batch) + 1) > MOST_PLACES):
            full = len(batch) - len(batch) % EVEN or len(batch)
            yield batch[:full]
            batch = batch[full:]
        batch.append(at)
    if batch:
        yield batch


def highest(margins: NDArray[np.float32], windows: Sequence[Window], texts: int) -> NDArray[np.float32]:
    """Per text and head the highest margin of its windows: what one part of a post says is said."""
    if len(windows) == texts:
        return margins
    firsts = np.flatnonzero(np.diff([-1, *(window.text for window in windows)]))
    found: NDArray[np.float32] = np.maximum.reduceat(margins, firsts, axis=0)
    return found


def _windows(number: int, text: str) -> Iterator[Window]:
    if len(text) <= LONGEST:
        yield Window(number, 0, text, (0, len(text)))
        return
    starts = [*range(0, len(text) - LONGEST, LONGEST - OVERLAP), len(text) - LONGEST]
    borders = [0, *((before + LONGEST + start) // 2 for before, start in pairwise(starts)), len(text)]
    for start, owned in zip(starts, pairwise(borders), strict=True):
        yield Window(number, start, text[start : start + LONGEST], owned)
