"""One text of a batch, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from riskguard.detectors.lexicon.words import Words, words_of
from riskguard.text.view import TextView


class Line(NamedTuple):
    """A text with its words, and its number in the batch."""

    number: int
    view: TextView
    words: Words


def lines_of(views: Sequence[TextView], numbers: Sequence[int]) -> list[Line]:
    """The texts of these numbers."""
    chosen = [views[number] for number in numbers]
    return list(map(Line, numbers, chosen, words_of([view.folded for view in chosen])))
