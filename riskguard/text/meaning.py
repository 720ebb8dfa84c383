"""A text as its author means it: words in place of what stands for them, each with its origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from riskguard.text.view import TextView


class Meant(NamedTuple):
    """The word that is meant by [start, end) of a folded text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """`view` reads the words where `meant` says that others stand; all its origins lie in the raw text."""

    view: TextView
    meant: tuple[Meant, ...]

    @classmethod
    def of(cls, view: TextView, meant: Iterable[Meant]) -> Self:
        """The text with these words, each in its place. Of places that overlap the first in the row counts."""
        chosen: list[Meant] = []
        for each in meant:
            if all(each.end <= other.start or other.end <= each.start for other in chosen):
                chosen.append(each)
        ordered = sorted(chosen, key=lambda each: each.start)
        pieces: list[str] = []
        origin: list[int] = []
        at = 0
        for word, start, end in ordered:
            pieces += (view.folded[at:start], word)
            origin += (*view.origin[at:start], *[view.origin[start]] * (len(word) - 1), view.origin[end - 1])
            at = end
        return cls(
            TextView(view.raw, "".join([*pieces, view.folded[at:]]), (*origin, *view.origin[at:])), tuple(ordered)
        )
