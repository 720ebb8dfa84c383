"""A sentence of the suite: its text, and whose information stands where in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

OPEN, CLOSE, BAR = "⟦", "⟧", "¦"
DOXXING = "doxxing"
_PERSONAL = "pii."


class Half(StrEnum):
    """TUNED may be looked at while recognisers and terms are chosen; KEPT is read as a number only."""

    TUNED = "tuned"
    KEPT = "kept"


class Form(StrEnum):
    """Whether a value stands there as usual, or so that no machine should find it."""

    PLAIN = "plain"
    DISGUISED = "disguised"


class Mark(NamedTuple):
    """Characters [start, end) of the text, end exclusive, that carry the label."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One invented sentence. Without marks it must stay silent; `group` is what it is about."""

    id: str
    half: Half
    form: Form
    group: str
    text: str
    marks: tuple[Mark, ...]


def full_label(short: str) -> str:
    """'mobile' -> 'pii.mobile'; doxxing is a family of its own."""
    return short if short == DOXXING else _PERSONAL + short


def read_marks(written: str) -> tuple[str, tuple[Mark, ...]]:
    """'打⟦16400001234¦mobile⟧' -> the text without signs, and its marks in the order of the text.

    Marks may stand inside one another. ValueError where a sign is left over, or a mark names no label.
    """
    text: list[str] = []
    opened: list[int] = []
    marks: list[Mark] = []
    size, at = 0, 0
    while at < len(written):
        char = written[at]
        if char == OPEN:
            opened.append(size)
        elif char == BAR:
            end = written.find(CLOSE, at)
            label = written[at + 1 : end]
            if not opened or end < 0 or not label.isascii() or not label:
                raise ValueError("a mark does not close, or names no label")
            marks.append(Mark(full_label(label), opened.pop(), size))
            at = end
        elif char == CLOSE:
            raise ValueError("a mark names no label")
        else:
            text.append(char)
            size += 1
        at += 1
    if opened:
        raise ValueError("a mark does not close")
    return "".join(text), tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end)))
