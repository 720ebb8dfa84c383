"""Ordinary posts: what is told of them, and what of that a person has judged to be right."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.pii.sentence import Mark

JUDGED = "ordinary.txt"

_LINE = re.compile(r"(?P<key>[0-9a-f]{12}) (?P<label>[a-z._]+)(?:\s+#.*)?")
_AROUND = 10
_SIGN = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Ordinary:
    """Counts of `posts` ordinary posts by what number-like kinds they were told to hold.

    `told`: any; `alarmed`: one that nobody judged right; `by_label`: any, of each label.
    """

    posts: int
    told: int
    alarmed: int
    by_label: Mapping[str, int]

    @property
    def per_thousand(self) -> float:
        """False alarms per 1,000 posts."""
        return 1000 * self.alarmed / self.posts if self.posts else 0.0


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A post and a label that was told of it, which nobody has judged to be right."""

    text: str
    label: str
    marks: tuple[Mark, ...]

    @property
    def line(self) -> str:
        """As it goes into the file of those judged right; what was found is hidden in it, and every other digit."""
        return f"{key(self.text, self.label)} {self.label}  # " + " | ".join(map(self._shown, self.marks))

    def _shown(self, mark: Mark) -> str:
        before = self.text[max(0, mark.start - _AROUND) : mark.start]
        it, after = self.text[mark.start : mark.end], self.text[mark.end : mark.end + _AROUND]
        parts = (re.sub(r"\d", "0", before), _SIGN.sub("x", it), re.sub(r"\d", "0", after))
        return "«".join(parts[:2]).replace("\n", " ") + "»" + parts[2].replace("\n", " ")


def key(text: str, label: str) -> str:
    """12 hex digits that name a post and a label, and tell neither."""
    return hashlib.sha256(f"{label}\0{text}".encode()).hexdigest()[:12]


def judged_right(folder: Path) -> frozenset[str]:
    """The keys of `FOLDER/ordinary.txt`; none without it. InvalidInput names the line that is none."""
    file = folder / JUDGED
    if not file.is_file():
        return frozenset()
    keys = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            match = _LINE.fullmatch(line)
            if not match:
                raise InvalidInput(
                    f"{file.name}, line {number}: no key and label",
                    hint="'riskguard evaluate pii --alarms FILE' writes them",
                )
            keys.add(match["key"])
    return frozenset(keys)


def unjudged(
    texts: Sequence[str], told: Sequence[tuple[Mark, ...]], labels: Sequence[str], right: frozenset[str]
) -> list[Unjudged]:
    """What was told of these labels and not judged right."""
    return [
        Unjudged(text, label, tuple(mark for mark in marks if mark.label == label))
        for text, marks in zip(texts, told, strict=True)
        for label in sorted({mark.label for mark in marks}.intersection(labels))
        if key(text, label) not in right
    ]
