"""Our own evasion and benign suites: how a sentence is written, and what is read from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.evaluation.plain import read_cases

Mark = tuple[int, int]
"""Code points of a text, end exclusive."""

_SIGNS = "⟦⟧⟪⟫¦"
_PIECE = re.compile(r"⟦(?P<term>[^⟦⟧⟪⟫¦]+)(?:¦(?P<meant>[^⟦⟧⟪⟫¦]+))?⟧|⟪(?P<aside>[^⟦⟧⟪⟫¦]+)¦(?P<otherwise>[^⟦⟧⟪⟫¦]+)⟫")


class Kind(StrEnum):
    """How a term is disguised; the order in which figures are shown."""

    WIDTH = "width"
    TRADITIONAL = "traditional"
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"
    SPLIT = "split"
    LOOKALIKE = "lookalike"
    EMOJI = "emoji"
    SHUFFLE = "shuffle"


class Half(StrEnum):
    """Odd ids may be looked at while terms are tuned; even ids are kept apart and read as a number only."""

    TUNE = "tune"
    HELD = "held"

    @classmethod
    def of(cls, number: int) -> Half:
        """The half that an id belongs to."""
        return cls.TUNE if number % 2 else cls.HELD


@dataclass(frozen=True, slots=True)
class Marked:
    """A written sentence without its signs: as it stands there, as it is meant, and where the marked terms stand.

    `bare` counts the marks that mean what stands there.
    """

    shown: str
    meant: str
    marks: tuple[Mark, ...]
    bare: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A post that breaks a rule, plain and disguised; `marks` are the disguised terms in the disguised text."""

    id: int
    kind: Kind
    label: str
    plain: str
    disguised: str
    marks: tuple[Mark, ...]

    @property
    def family(self) -> str:
        """The first part of the label: 'fraud' of 'fraud.loan'."""
        return self.label.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Trap:
    """A post that breaks no rule; `marks` are what could mislead."""

    id: int
    group: str
    text: str
    marks: tuple[Mark, ...]

    @property
    def terms(self) -> list[str]:
        """What could mislead, in its words."""
        return [self.text[start:end] for start, end in self.marks]


class _Evasion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Kind
    pairs: dict[str, dict[int, str]]


class _Benign(BaseModel):
    model_config = ConfigDict(extra="forbid")

    groups: dict[str, dict[int, str]]


def read_marks(written: str) -> Marked:
    """'玩⟦菠菜¦博彩⟧⟪嗎¦吗⟫' -> shown '玩菠菜嗎', meant '玩博彩吗', mark 1..3. '路⟦口交⟧通' is meant as it is shown.

    ValueError where a sign is left over.
    """
    shown, meant, end = "", "", 0
    marks, bare = [], 0
    for piece in _PIECE.finditer(written):
        between = written[end : piece.start()]
        term, aside = piece["term"], piece["aside"]
        if term:
            start = len(shown) + len(between)
            marks.append((start, start + len(term)))
            bare += piece["meant"] is None
        shown += between + (term or aside)
        meant += between + (piece["meant"] or piece["otherwise"] or term)
        end = piece.end()
    shown, meant = shown + written[end:], meant + written[end:]
    if any(sign in shown or sign in meant for sign in _SIGNS):
        raise ValueError("its signs ⟦¦⟧ or ⟪¦⟫ do not close")
    return Marked(shown, meant, tuple(marks), bare)


def pairs(folder: Path) -> list[Pair]:
    """The pairs of `FOLDER/evasion/*.yaml`, in the order of kinds and as written.

    NotFound where there is no such file; InvalidInput names the sentence that has no disguised term, or the id that is
    used twice.
    """
    files = sorted((folder / "evasion").glob("*.yaml"))
    if not files:
        raise NotFound(f"there is no suite in {folder / 'evasion'}", hint="run this in a checkout, or say --cases")
    read = [pair for file in files for pair in _pairs(file)]
    _unique(pair.id for pair in read)
    order = list(Kind)
    return sorted(read, key=lambda pair: order.index(pair.kind))


def traps(folder: Path) -> list[Trap]:
    """The sentences of `FOLDER/benign.yaml`; fails as `pairs` does."""
    read = list(_traps(folder / "benign.yaml"))
    _unique(trap.id for trap in read)
    return read


def _pairs(file: Path) -> Iterator[Pair]:
    suite = read_cases(file, _Evasion)
    for label, sentences in suite.pairs.items():
        for number, marked in _marked(file.name, sentences):
            if not marked.marks or marked.bare:
                raise InvalidInput(
                    f"{file.name}, {number}: a pair needs a disguised term, and what each stands for",
                    hint="mark it like ⟦菠菜¦博彩⟧",
                )
            yield Pair(number, suite.kind, label, marked.meant, marked.shown, marked.marks)


def _traps(file: Path) -> Iterator[Trap]:
    for group, sentences in read_cases(file, _Benign).groups.items():
        for number, marked in _marked(file.name, sentences):
            if not marked.marks or marked.shown != marked.meant:
                raise InvalidInput(
                    f"{file.name}, {number}: a benign sentence needs what could mislead, and nothing disguised",
                    hint="mark it like 路⟦口交⟧通",
                )
            yield Trap(number, group, marked.shown, marked.marks)


def _marked(file: str, sentences: dict[int, str]) -> Iterator[tuple[int, Marked]]:
    for number, written in sentences.items():
        try:
            yield number, read_marks(written)
        except ValueError as error:
            raise InvalidInput(f"{file}, {number}: {error}") from None


def _unique(numbers: Iterable[int]) -> None:
    met: set[int] = set()
    for number in numbers:
        if number in met:
            raise InvalidInput(f"two sentences have the id {number}")
        met.add(number)
