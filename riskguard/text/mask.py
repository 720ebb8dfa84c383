"""Personal information taken out of a text: masked, replaced, hashed, sealed or removed, and where everything went."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

from riskguard.domain.errors import NotReady, SealBroken
from riskguard.domain.finding import Finding
from riskguard.domain.operator import Operator
from riskguard.text.hide import hidden
from riskguard.text.tables.number import SPELT
from riskguard.text.view import fold

PERSONAL = "pii."
LIKELY = 0.5
"""What is less likely than not (an order number with eleven digits) stays readable."""

WHEN_ASKED = frozenset({"pii.name", "pii.org_code", "pii.health", "pii.trajectory"})
"""A name by itself harms nobody: posts speak of singers and ministers all day; a code of an organisation is public; and
people may speak of an illness or a journey of their own.

They are hidden where a policy says so.
"""

_DIGEST_SIGNS = 16
_TO_DIGIT = str.maketrans(dict(SPELT))
_TOKEN = re.compile(r"<(?P<name>[^<>:#\s]{1,40}):(?P<sealed>[^<>\s]+)>")


class Keys(Protocol):
    """What seals and digests; `services.ports.Keyring` tells the promises."""

    def seal(self, plain: str, *, context: str) -> str: ...
    def open(self, sealed: str, *, context: str) -> str: ...
    def digest(self, text: str, *, context: str) -> str: ...


class Place(NamedTuple):
    """Characters [start, end) of a text, end exclusive, that carry the label."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """How each label is treated: by its own operator, else that of a label above it ('pii'), else it is masked.

    `names` is what stands in the text instead of a label. Without `keys` what should be sealed or hashed is replaced:
    less is left then, never more.
    """

    operators: Mapping[str, Operator] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    keys: Keys | None = None

    def of(self, label: str) -> Operator:
        """The operator of this label."""
        chosen = next((self.operators[each] for each in _lineage(label) if each in self.operators), Operator.MASK)
        return Operator.REPLACE if self.keys is None and chosen in (Operator.ENCRYPT, Operator.HASH) else chosen

    def name(self, label: str) -> str:
        """What it is called in the text."""
        return self.names.get(label, label)


@dataclass(frozen=True, slots=True)
class Part:
    """Characters [start, end) of the text that became [out_start, out_end) of the redacted one, which may be none."""

    start: int
    end: int
    out_start: int
    out_end: int
    operator: Operator


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text without what was taken out, and its `parts` that were treated, in order; the rest is as it was."""

    text: str
    parts: tuple[Part, ...] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where characters [start, end) of the text stand in the redacted one; of a part that was not masked, its
        whole. Nothing is left of them where both are the same."""
        return self._moved(start, last=False), self._moved(end, last=True)

    def origin(self, at: int) -> int:
        """Where the character at `at` of the redacted text stood; all of a part that was not masked stood at its
        start."""
        part = self._before(at, [each.out_start for each in self.parts])
        if part is None:
            return at
        if at < part.out_end:
            return part.start + (at - part.out_start if part.operator is Operator.MASK else 0)
        return part.end + at - part.out_end

    def _moved(self, at: int, *, last: bool) -> int:
        part = self._before(at - last, [each.start for each in self.parts])
        if part is None:
            return at
        if at - last >= part.end:
            return part.out_end + at - part.end
        if part.operator is Operator.MASK:
            return part.out_start + at - part.start
        return part.out_end if last else part.out_start

    def _before(self, at: int, starts: Sequence[int]) -> Part | None:
        """The last part that begins at or before `at`."""
        number = bisect_right(starts, at)
        return self.parts[number - 1] if number else None


def mask(text: str, findings: Iterable[Finding], *, asked: Collection[str] = ()) -> str:
    """`text` with what `places_of` tells masked; as long as before."""
    return redact(text, places_of(text, findings, asked=asked), Treatment()).text


def places_of(text: str, findings: Iterable[Finding], *, asked: Collection[str] = ()) -> list[Place]:
    """Where likely personal information stands, and that of the labels `asked` for however likely.

    A finding without spans speaks of the whole text; one whose evidence stands in the title says nothing of it.
    """
    return [
        Place(finding.label, start, min(end, len(text)))
        for finding in findings
        if finding.label.startswith(PERSONAL) and _counts(finding, asked) and not finding.in_title
        for start, end in ([(span.start, span.end) for span in finding.spans] or [(0, len(text))])
        if start < len(text)
    ]


def redact(text: str, places: Iterable[Place], treatment: Treatment) -> Redacted:
    """`text` with every place treated; unchanged outside of them.

    Where places overlap, those that are kept do not count, and the strictest operator among the others holds for all
    that they cover together. Of several that mask, a character is hidden if any of them hides it.
    """
    pieces: list[str] = []
    parts: list[Part] = []
    at = size = 0
    for group in _groups(place for place in places if treatment.of(place.label) is not Operator.KEEP):
        start, end = group[0].start, max(place.end for place in group)
        operator = max((treatment.of(place.label) for place in group), key=lambda each: each.strictness)
        instead = _instead(text, group, operator, treatment)
        pieces += (text[at:start], instead)
        size += start - at
        parts.append(Part(start, end, size, size + len(instead), operator))
        size += len(instead)
        at = end
    return Redacted("".join([*pieces, text[at:]]), tuple(parts))


@dataclass(frozen=True, slots=True)
class Revealed:
    """A text whose tokens were opened, and how many were, and were not: another's, broken, or sealed by a lost key."""

    text: str
    opened: int
    closed: int


def reveal(text: str, keys: Keys) -> Revealed:
    """The text with every token of Operator.ENCRYPT turned back into what it stands for."""
    counted = {True: 0, False: 0}

    def opened(match: re.Match[str]) -> str:
        try:
            plain = keys.open(match["sealed"], context=_context(match["name"]))
        except (SealBroken, NotReady):
            counted[False] += 1
            return match[0]
        counted[True] += 1
        return plain

    return Revealed(_TOKEN.sub(opened, text), counted[True], counted[False])


def _counts(finding: Finding, asked: Collection[str]) -> bool:
    return (finding.score >= LIKELY and finding.label not in WHEN_ASKED) or finding.label in asked


def _groups(places: Iterable[Place]) -> Iterator[list[Place]]:
    """Places that overlap, directly or over others, together; in the order of the text."""
    group: list[Place] = []
    end = 0
    for place in sorted(places, key=lambda each: (each.start, -each.end)):
        if group and place.start >= end:
            yield group
            group = []
        end = max(end, place.end) if group else place.end
        group.append(place)
    if group:
        yield group


def _instead(text: str, group: Sequence[Place], operator: Operator, treatment: Treatment) -> str:
    start, end = group[0].start, max(place.end for place in group)
    if operator is Operator.MASK:
        return _masked(text, group, start, end)
    if operator is Operator.REDACT:
        return ""
    named = [place for place in group if treatment.of(place.label) is operator]
    name = treatment.name(max(named, key=lambda place: place.end - place.start).label)
    words, keys = text[start:end], treatment.keys
    if operator is Operator.REPLACE or keys is None:
        return f"<{name}>"
    if operator is Operator.HASH:
        return f"<{name}#{keys.digest(_canonical(words), context=_context(name))[:_DIGEST_SIGNS]}>"
    return f"<{name}:{keys.seal(words, context=_context(name))}>"


def _masked(text: str, group: Sequence[Place], start: int, end: int) -> str:
    out = set(chain.from_iterable(hidden(text, place.start, place.end, place.label) for place in group))
    return "".join(["*" if at in out else text[at] for at in range(start, end)])


def _canonical(words: str) -> str:
    """The same for every way to write a number: only letters and digits, folded, and digits as digits."""
    return "".join(filter(str.isalnum, fold(words).folded)).translate(_TO_DIGIT)


def _context(name: str) -> str:
    return f"redacted:{name}"


def _lineage(label: str) -> Iterator[str]:
    """'pii.mobile' -> 'pii.mobile', 'pii'."""
    while label:
        yield label
        label = label.rpartition(".")[0]
