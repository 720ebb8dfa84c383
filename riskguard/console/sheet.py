"""One case laid out for reading: its words with the evidence marked, what fired and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby

from markupsafe import Markup

from riskguard.console import wording
from riskguard.console.disclosure import Disclosure, disclosures
from riskguard.console.marking import Look, Mark, excerpt, marks_in, rendered, segments
from riskguard.console.veil import Veil
from riskguard.console.weighing import Weighing, weighings
from riskguard.domain.case import Case, CaseFile, Ruling
from riskguard.domain.finding import NOTABLE, Cause
from riskguard.domain.post import Post
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, FiredRule, Verdict

CRY_FOR_HELP = "self_harm"
URGED_ON_OTHERS = "self_harm.encouragement"
"""Under CRY_FOR_HELP stand the words of people who need help, but for this one: it urges others to harm themselves."""
SHOWN_MARKS = 60
_TELLING = 30


@dataclass(frozen=True, slots=True)
class Chip:
    """A label with its score, ready to show; `fired` says that a rule named it."""

    label: str
    look: Look
    score: float
    fired: bool
    source: str = ""

    @property
    def percent(self) -> int:
        """The score as 0..100."""
        return round(self.score * 100)


@dataclass(frozen=True)
class Sheet:
    """A case as the pages show it, with the words under its veil. `now` is the time that ages are told from."""

    file: CaseFile
    taxonomy: Taxonomy
    now: datetime
    veil: Veil
    verdict: Verdict = field(init=False)

    def __post_init__(self) -> None:
        known = self.file.verdict
        object.__setattr__(self, "verdict", known or Verdict(self.post.id, Action.ALLOW))

    @property
    def case(self) -> Case:
        return self.file.case

    @property
    def post(self) -> Post:
        return self.file.post

    @property
    def judged(self) -> bool:
        """Whether the machine has answered; a report may come first."""
        return self.file.verdict is not None

    @cached_property
    def fired(self) -> frozenset[str]:
        """Every label that was found and that a rule named."""
        named = {label for rule in self.verdict.rules for label in rule.labels}
        return frozenset(label for label in named if self.verdict.labels.get(label, 0.0) >= NOTABLE)

    @property
    def caring(self) -> bool:
        """The author may be in distress: the page speaks of help, and the buttons with it."""
        return any(_cry(label) for label in self.fired) and URGED_ON_OTHERS not in self.fired

    @property
    def failed(self) -> bool:
        """Whether a detector failed on this post; one whose model is absent failed on none."""
        return any(each.cause is Cause.FAILED for each in self.verdict.abstentions)

    @property
    def rulings(self) -> Mapping[Ruling, str]:
        """What each ruling is called here."""
        return wording.CARING_RULINGS if self.caring else wording.RULINGS

    @property
    def reasons(self) -> Mapping[Ruling, tuple[str, ...]]:
        """Reasons that one key or click gives."""
        return wording.CARING_REASONS if self.caring else wording.REASONS

    @property
    def rules(self) -> list[FiredRule]:
        """The rules that fired, strictest first; of equals, those that a person wrote before bare thresholds."""
        return sorted(self.verdict.rules, key=lambda rule: (-rule.action, bare(rule)))

    @property
    def chips(self) -> list[Chip]:
        """The labels worth naming in a list: those that fired, gravest first; else the three strongest."""
        chips = [self._chip(label, score) for label, score in self.verdict.labels.items() if score >= NOTABLE]
        chips.sort(key=lambda chip: (self._weight(chip.label), chip.score), reverse=True)
        return [chip for chip in chips if chip.fired] or chips[:3]

    @property
    def whole(self) -> list[Chip]:
        """Findings about the text as a whole, strongest first."""
        found = [
            self._chip(f.label, f.score, f.detector)
            for f in self.verdict.findings
            if not f.spans and f.score >= NOTABLE
        ]
        return sorted(found, key=lambda chip: (not chip.fired, -chip.score))

    @property
    def weighings(self) -> list[Weighing]:
        """What the scores of the labels that a rule named are made of; where none was named, the highest."""
        told = weighings(self.verdict.findings)
        return [each for each in told if each.label in self.fired] or [
            each for each in told[:3] if each.percent >= _TELLING
        ]

    @property
    def disclosures(self) -> list[Disclosure]:
        """What the post gives away about people, worst first."""
        return disclosures(self.verdict.findings)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The spans of evidence in the text; a label in a reason is called by its name."""
        found = marks_in(self.veil.text, self.verdict.findings)
        return tuple(replace(mark, reason=self._told(mark)) for mark in found)

    @property
    def listed_marks(self) -> tuple[Mark, ...]:
        """The marks that are spelled out beside the text; a flood of them is cut."""
        return self.marks[:SHOWN_MARKS]

    @property
    def hides(self) -> bool:
        """Whether the veil hides anything."""
        return self.veil.whole or (self.veil.text, self.veil.title) != (self.post.text, self.post.title)

    @property
    def masked_places(self) -> int:
        """How many stretches of the text are hidden."""
        pairs = zip(self.post.text, self.veil.text, strict=True)
        return sum(hidden for hidden, _ in groupby(pairs, key=lambda pair: pair[0] != pair[1]))

    def quote(self, mark: Mark) -> str:
        """The author's words under a mark, as far as they are shown."""
        return self.veil.text[mark.start : mark.end]

    @property
    def words(self) -> Markup:
        """The text, marked."""
        return rendered(segments(self.veil.text, self.marks), self.look)

    @property
    def line(self) -> Markup:
        """About one line of it around the gravest evidence that a rule named."""
        telling = [mark for mark in self.marks if mark.label in self.fired] or self.marks
        gravest = max(telling, key=lambda mark: (self._weight(mark.label), mark.score), default=None)
        return rendered(excerpt(self.veil.text, telling, around=gravest), self.look)

    def look(self, label: str) -> Look:
        """How a label appears here."""
        return replace(look_of(label, self.taxonomy), faint=label not in self.fired)

    def _told(self, mark: Mark) -> str:
        """The reason of a mark in the words of moderators."""
        return self.veil.over(mark.reason.replace(f" {mark.label}", self.look(mark.label).name))

    def _weight(self, label: str) -> tuple[int, int]:
        action = max((rule.action + 1 for rule in self.verdict.rules if label in rule.labels), default=0)
        severity = self.taxonomy.label(label).severity if label in self.taxonomy else 0
        return action, severity

    def _chip(self, label: str, score: float, source: str = "") -> Chip:
        return Chip(label, self.look(label), score, label in self.fired, source)


def bare(rule: FiredRule) -> bool:
    """Whether it is a threshold of the policy's table, not a rule with a reason of its own."""
    return rule.id.startswith("thresholds.")


def look_of(label: str, taxonomy: Taxonomy) -> Look:
    """How a label appears on any page."""
    name, tone = label, "custom"
    if label in taxonomy:
        entry = taxonomy.label(label)
        name, tone = entry.zh, entry.family.value
    return Look(name, "tone-care" if _cry(label) else f"tone-{tone}", faint=False)


def _cry(label: str) -> bool:
    return f"{label}.".startswith(f"{CRY_FOR_HELP}.") and label != URGED_ON_OTHERS
