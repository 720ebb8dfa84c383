"""Evidence shown in the author's own words: spans may overlap, and the words are never changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from riskguard.domain.finding import Finding

ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Mark:
    """One span of evidence, numbered from 1 in reading order: code points, end exclusive, inside the text."""

    number: int
    start: int
    end: int
    label: str
    score: float
    reason: str
    detector: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that lies under the same marks from end to end."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """How a label appears: its name, the CSS class of its colour, and whether it only stands by (no rule named it)."""

    name: str
    css: str
    faint: bool = False


def marks_in(text: str, findings: Iterable[Finding]) -> tuple[Mark, ...]:
    """Every span of the findings that touches the text, in reading order; a repeated one is shown once."""
    strongest: dict[tuple[int, int, str], tuple[float, str, str]] = {}
    for finding in sorted(findings, key=lambda f: -f.score):
        for span in finding.spans:
            if span.start < len(text):
                place = (span.start, min(span.end, len(text)), finding.label)
                strongest.setdefault(place, (finding.score, span.reason, finding.detector))
    ordered = sorted(strongest.items(), key=lambda item: (item[0][0], -item[0][1], item[0][2]))
    return tuple(
        Mark(number, start, end, label, score, reason, detector)
        for number, ((start, end, label), (score, reason, detector)) in enumerate(ordered, start=1)
    )


def segments(text: str, marks: Sequence[Mark]) -> list[Segment]:
    """The text cut wherever a mark begins or ends; joined again it is the text."""
    opening, closing = _edges(marks, len(text))
    cuts = sorted({0, len(text), *opening, *closing})
    live: dict[int, Mark] = {}
    found: list[Segment] = []
    for start, end in pairwise(cuts):
        for mark in closing.get(start, ()):
            live.pop(mark.number, None)
        live.update((mark.number, mark) for mark in opening.get(start, ()))
        found.append(Segment(text[start:end], tuple(live.values())))
    return found


def excerpt(
    text: str, marks: Sequence[Mark], *, around: Mark | None = None, chars: int = 56, lead: int = 16
) -> list[Segment]:
    """About one line around a mark (the strongest if none is named); breaks made spaces, '…' for what is left out."""
    center = around or max(marks, key=lambda m: m.score, default=None)
    start = max(0, min(center.start - lead, len(text) - chars)) if center else 0
    end = min(len(text), start + chars)
    inside = [
        Mark(m.number, max(m.start, start) - start, min(m.end, end) - start, m.label, m.score, m.reason, m.detector)
        for m in marks
        if m.start < end and m.end > start
    ]
    shown = segments("".join(" " if c.isspace() else c for c in text[start:end]), inside)
    before = [Segment("…")] if start else []
    after = [Segment("…")] if end < len(text) else []
    return [*before, *shown, *after]


def rendered(shown: Iterable[Segment], look_of: Callable[[str], Look]) -> Markup:
    """The segments as HTML. Without its tags it is the escaped text, nothing more and nothing less.

    Invisible characters, which an author may have typed to slip by, are wrapped so that a style sheet can show them.
    """
    row = [*shown, Segment("")]
    return Markup("").join(_segment(segment, after, look_of) for segment, after in pairwise(row))


def _edges(marks: Sequence[Mark], length: int) -> tuple[dict[int, list[Mark]], dict[int, list[Mark]]]:
    opening: dict[int, list[Mark]] = {}
    closing: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.start < min(mark.end, length):
            opening.setdefault(mark.start, []).append(mark)
            closing.setdefault(min(mark.end, length), []).append(mark)
    return opening, closing


def _segment(segment: Segment, after: Segment, look_of: Callable[[str], Look]) -> Markup:
    words = Markup("").join(_words(segment.text))
    if not segment.marks:
        return words
    looks = [(look_of(mark.label), mark) for mark in segment.marks]
    leading, _ = max(looks, key=lambda pair: (not pair[0].faint, pair[1].score))
    ending = [mark for mark in segment.marks if mark not in after.marks]
    title = "\n".join(f"{mark.number}. {look.name}：{mark.reason}" for look, mark in looks)
    return Markup(
        '<mark class="{css}{faint}{more}" title="{title}" data-evidence="{numbers}"{ends}>{words}</mark>'
    ).format(
        css=leading.css,
        faint=" faint" if leading.faint else "",
        more=" doubled" if len(looks) > 1 else "",
        title=title,
        numbers=_numbers(segment.marks),
        ends=Markup(' data-ends="{}"').format(_numbers(ending)) if ending else "",
        words=words,
    )


def _numbers(marks: Sequence[Mark]) -> str:
    return " ".join(str(mark.number) for mark in marks)


def _words(text: str) -> Iterator[Markup]:
    for code, run in groupby(range(len(text)), key=lambda index: _unseen(text, index)):
        words = "".join(text[index] for index in run)
        if code:
            yield Markup('<span class="unseen" data-code="{}">{}</span>').format(code, words)
        else:
            yield escape(words)


def _unseen(text: str, index: int) -> str:
    """'U+200B' for a character that nobody can see; empty for all others and for joiners inside an emoji."""
    char = text[index]
    if char.isascii() or unicodedata.category(char) != "Cf":
        return ""
    if char == ZERO_WIDTH_JOINER and index + 1 < len(text) and unicodedata.category(text[index + 1]) == "So":
        return ""
    return f"U+{ord(char):04X}"
