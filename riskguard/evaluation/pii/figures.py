"""What became of the suite: which marks were found, and which findings were right; per label, half and form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from riskguard.domain.finding import Finding
from riskguard.evaluation.goals import Goal
from riskguard.evaluation.metrics import Interval, wilson
from riskguard.evaluation.pii.ordinary import Ordinary, Unjudged, unjudged
from riskguard.evaluation.pii.sentence import DOXXING, Form, Half, Mark, Sentence
from riskguard.text.mask import LIKELY

NUMBER_LIKE = (
    "pii.id_card",
    "pii.bank_card",
    "pii.org_code",
    "pii.mobile",
    "pii.landline",
    "pii.email",
    "pii.licence_plate",
    "pii.wechat",
    "pii.qq",
    "pii.passport",
    "pii.travel_permit",
    "pii.ip",
    "pii.coordinates",
)
LABELS = (*NUMBER_LIKE, "pii.birth_date", "pii.name", "pii.address", "pii.health", "pii.trajectory", DOXXING)
"""In the order in which they are shown."""

FALSE_ALARMS = Goal(must=2.0, at_most=True)
"""Of number-like kinds, per 1,000 ordinary posts; what a person judged right is none."""

_WHOLE = ("pii.health", "pii.trajectory", DOXXING)
"""They cover words around; a name or place inside one of them is part of it, whether it is told or not."""

_PARTS = ("pii.name", "pii.address")
_BATCH = 64

Reader = Callable[[Sequence[str]], Sequence[Sequence[Finding]]]


class Match(StrEnum):
    """EXACT: the same letters and digits, whatever signs stand around them; OVERLAP: at least one in common."""

    EXACT = "exact"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a label: precision and recall of plain forms, recall of disguised ones, by which match."""

    plain: float | None = None
    disguised: float | None = None
    match: Match = Match.EXACT


_SURE = Asked(0.98, 0.90)
GOALS: Mapping[str, Asked] = {
    "pii.id_card": _SURE,
    "pii.bank_card": _SURE,
    "pii.org_code": Asked(0.98),
    "pii.mobile": _SURE,
    "pii.landline": _SURE,
    "pii.email": _SURE,
    "pii.licence_plate": _SURE,
    "pii.wechat": Asked(0.90, 0.90),
    "pii.qq": Asked(0.90, 0.90),
    "pii.birth_date": Asked(match=Match.OVERLAP),
    "pii.coordinates": Asked(match=Match.OVERLAP),
    "pii.name": Asked(match=Match.OVERLAP),
    "pii.address": Asked(match=Match.OVERLAP),
    "pii.health": Asked(0.75, match=Match.OVERLAP),
    "pii.trajectory": Asked(0.75, match=Match.OVERLAP),
    DOXXING: Asked(match=Match.OVERLAP),
}


def asked(label: str) -> Asked:
    """What is asked of the label; exact places and no goal where nothing is said."""
    return GOALS.get(label, Asked())


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of places: `found` of `marked` ones, and `right` of those `told`."""

    marked: int = 0
    found: int = 0
    told: int = 0
    right: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.marked + other.marked, self.found + other.found, self.told + other.told, self.right + other.right
        )

    @property
    def precision(self) -> float:
        """0..1; of nothing told, 1."""
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        """0..1; of nothing marked, 1."""
        return self.found / self.marked if self.marked else 1.0

    @property
    def f1(self) -> float:
        """0..1."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def intervals(self) -> tuple[Interval, Interval, Interval]:
        """Of precision, recall and F1. F1 = 2j / (1 + j), j being the share of right places in all marked or told."""
        places = self.marked + self.told - min(self.found, self.right)
        low, high = wilson(places * self.f1 / (2 - self.f1), places)
        return wilson(self.right, self.told), wilson(self.found, self.marked), (_f1(low), _f1(high))


def _f1(share: float) -> float:
    return 2 * share / (1 + share)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sentence, and what was told of it."""

    sentence: Sentence
    told: tuple[Mark, ...]

    def score(self, label: str, match: Match) -> Score:
        """The counts of one label."""
        text = self.sentence.text
        marked = {_core(text, mark) for mark in self.sentence.marks if mark.label == label}
        told = {_core(text, mark) for mark in self.told if mark.label == label}
        found = sum(any(_meet(mark, each, match) for each in told) for mark in marked)
        right = {each for each in told if any(_meet(mark, each, match) for mark in marked)}
        judged = [each for each in told if each in right or not self._part_of_more(each)]
        return Score(len(marked), found, len(judged), len(right))

    def _part_of_more(self, told: Mark) -> bool:
        around = (mark for mark in self.sentence.marks if mark.label in _WHOLE)
        return told.label in _PARTS and any(
            _meet(told._replace(label=mark.label), mark, Match.OVERLAP) for mark in around
        )

    @property
    def wrong(self) -> list[str]:
        """Labels with a mark that was missed, or a finding that is wrong, by the match that is asked for."""
        return [label for label in LABELS if self._wrong(label)]

    def _wrong(self, label: str) -> bool:
        score = self.score(label, asked(label).match)
        return score.found < score.marked or score.right < score.told


@dataclass(frozen=True, slots=True)
class PiiFigures:
    """Outcomes of the suite, and of ordinary posts where there were any."""

    outcomes: tuple[Outcome, ...]
    ordinary: Ordinary | None = None
    unjudged: tuple[Unjudged, ...] = ()

    def score(self, label: str, half: Half, form: Form, match: Match) -> Score:
        """The counts of a label; what must stay silent counts as plain."""
        chosen = (each for each in self.outcomes if each.sentence.half is half and each.sentence.form is form)
        return sum((each.score(label, match) for each in chosen), Score())

    def missed_goals(self) -> list[str]:
        """What falls short of its goal on the kept half, and on ordinary posts."""
        return [name for name, value, goal in self._judged() if goal.reached(value) == "no"]

    def _judged(self) -> Iterator[tuple[str, float, Goal]]:
        for label, wanted in GOALS.items():
            plain, disguised = (self.score(label, Half.KEPT, form, wanted.match) for form in Form)
            yield f"{label} precision", plain.precision, Goal(must=wanted.plain)
            yield f"{label} recall", plain.recall, Goal(must=wanted.plain)
            yield f"{label} disguised recall", disguised.recall, Goal(must=wanted.disguised)
        if self.ordinary is not None:
            yield "false alarms per 1,000 ordinary posts", self.ordinary.per_thousand, FALSE_ALARMS


def measure_pii(
    sentences: Sequence[Sentence],
    read: Reader,
    *,
    ordinary: Sequence[str] | None = None,
    right: frozenset[str] = frozenset(),
    told: Callable[[int], object] = lambda _: None,
) -> PiiFigures:
    """Every text read by itself; `right` are keys of what is no false alarm, `told` hears how many were read."""
    readings = _read([sentence.text for sentence in sentences], read, told)
    outcomes = tuple(Outcome(sentence, marks) for sentence, marks in zip(sentences, readings, strict=True))
    if ordinary is None:
        return PiiFigures(outcomes)
    marks = _read(ordinary, read, told)
    labels = [{mark.label for mark in each} for each in marks]
    left = unjudged(ordinary, marks, NUMBER_LIKE, right)
    counts = Ordinary(
        posts=len(ordinary),
        told=sum(not found.isdisjoint(NUMBER_LIKE) for found in labels),
        alarmed=len({each.text for each in left}),
        by_label={label: sum(label in found for found in labels) for label in LABELS},
    )
    return PiiFigures(outcomes, counts, tuple(left))


def likely(findings: Sequence[Finding]) -> list[Finding]:
    """Those that count as told: as likely as not, and not an institution's number for all to know, as they say."""
    return [each for each in findings if each.score >= LIKELY and each.facts.get("whose") != "public"]


def told_marks(text: str, findings: Sequence[Finding]) -> tuple[Mark, ...]:
    """Where likely findings stand."""
    places = {
        Mark(finding.label, start, end)
        for finding in likely(findings)
        for start, end in ([(span.start, span.end) for span in finding.spans] or [(0, len(text))])
    }
    return tuple(sorted(places))


def _read(texts: Sequence[str], read: Reader, told: Callable[[int], object]) -> list[tuple[Mark, ...]]:
    marks: list[tuple[Mark, ...]] = []
    for first in range(0, len(texts), _BATCH):
        batch = texts[first : first + _BATCH]
        marks += map(told_marks, batch, read(batch))
        told(len(batch))
    return marks


def _core(text: str, mark: Mark) -> Mark:
    """Without the signs at its ends: brackets, and what makes a digit a keycap."""
    signs = [at for at in range(mark.start, mark.end) if text[at].isalnum()]
    return mark._replace(start=signs[0], end=signs[-1] + 1) if signs else mark


def _meet(one: Mark, other: Mark, match: Match) -> bool:
    return one == other if match is Match.EXACT else one.start < other.end and other.start < one.end
