"""What became of the evasion and benign suites: recall, whether the term is pointed at, false alarms, and the goals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, Verdict
from riskguard.evaluation.goals import Goal
from riskguard.evaluation.plain import SPOKEN, Judge
from riskguard.evaluation.sensitive_suites import Half, Kind, Pair, Trap
from riskguard.policy.engine import SILENCE

SLACK = 8
"""A span points at a term if it holds all of it and at most so many characters more."""

KINDS: Mapping[Kind, Goal] = {
    Kind.WIDTH: Goal(must=0.99),
    Kind.TRADITIONAL: Goal(must=0.99),
    Kind.HOMOPHONE: Goal(must=0.90),
    Kind.PINYIN: Goal(must=0.85),
    Kind.SPLIT: Goal(must=0.70),
    Kind.LOOKALIKE: Goal(must=0.65),
    Kind.EMOJI: Goal(must=0.70),
    Kind.SHUFFLE: Goal(must=0.65),
}
FALSE_ALARMS = Goal(must=0.03, at_most=True)
BLOCKED, REVIEWED = Goal(must=0.01, at_most=True), Goal(must=0.04, at_most=True)

_START = datetime(2020, 3, 1, 4, tzinfo=UTC)
_BATCH = 64


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """Whether each form was found, and whether a span points at a marked term of the disguised one."""

    pair: Pair
    plain: bool
    disguised: bool
    pointed: bool


@dataclass(frozen=True, slots=True)
class TrapOutcome:
    """Whether anything was done about a benign sentence."""

    trap: Trap
    alarm: bool


@dataclass(frozen=True, slots=True)
class Recall:
    """Counts of pairs. `kept`: found in both forms; `pointed`: the disguised form found, and a span at its term."""

    pairs: int
    plain: int
    disguised: int
    kept: int
    pointed: int

    @classmethod
    def of(cls, outcomes: Sequence[PairOutcome]) -> Self:
        """The counts of these pairs."""
        return cls(
            pairs=len(outcomes),
            plain=sum(each.plain for each in outcomes),
            disguised=sum(each.disguised for each in outcomes),
            kept=sum(each.plain and each.disguised for each in outcomes),
            pointed=sum(each.disguised and each.pointed for each in outcomes),
        )


@dataclass(frozen=True, slots=True)
class Ordinary:
    """Counts of ordinary posts, and of those that were blocked or sent to a moderator."""

    posts: int
    blocked: int
    reviewed: int


@dataclass(frozen=True, slots=True)
class SensitiveFigures:
    """Outcomes of both suites, and of ordinary posts where there were any."""

    pairs: tuple[PairOutcome, ...]
    traps: tuple[TrapOutcome, ...]
    ordinary: Ordinary | None = None

    def recall(self, half: Half, *, kind: Kind | None = None, family: str = "") -> Recall:
        """The counts of one half, of all kinds and families or of one."""
        return Recall.of(
            [
                each
                for each in self.pairs
                if Half.of(each.pair.id) is half and kind in (None, each.pair.kind) and family in ("", each.pair.family)
            ]
        )

    def alarms(self, half: Half | None = None, *, group: str = "") -> tuple[int, int]:
        """False alarms, and benign sentences."""
        counted = [
            each for each in self.traps if half in (None, Half.of(each.trap.id)) and group in ("", each.trap.group)
        ]
        return sum(each.alarm for each in counted), len(counted)

    def missed_goals(self) -> list[str]:
        """What falls short of its goal on the held halves and on ordinary posts."""
        return [name for name, value, goal in self._judged() if goal.reached(value) == "no"]

    def _judged(self) -> Iterator[tuple[str, float, Goal]]:
        for kind, goal in KINDS.items():
            recall = self.recall(Half.HELD, kind=kind)
            if recall.pairs:
                yield kind.value, share(recall.disguised, recall.pairs), goal
        yield "benign", share(*self.alarms(Half.HELD)), FALSE_ALARMS
        if self.ordinary is not None:
            yield "blocked", share(self.ordinary.blocked, self.ordinary.posts), BLOCKED
            yield "reviewed", share(self.ordinary.reviewed, self.ordinary.posts), REVIEWED


def share(part: int, whole: int) -> float:
    """0..1; nothing of nothing is 0."""
    return part / whole if whole else 0.0


def measure_sensitive(
    pairs: Sequence[Pair],
    traps: Sequence[Trap],
    judge: Judge,
    *,
    ordinary: Sequence[str] | None = None,
    told: Callable[[int], object] = lambda _: None,
) -> SensitiveFigures:
    """Every text judged by itself, as the first post of an unknown author; `told` hears how many were judged."""
    texts = [
        *(pair.plain for pair in pairs),
        *(pair.disguised for pair in pairs),
        *(trap.text for trap in traps),
        *(ordinary or ()),
    ]
    verdicts = _judged(texts, judge, told)
    plain, disguised = ([next(verdicts) for _ in pairs] for _ in range(2))
    return SensitiveFigures(
        tuple(
            PairOutcome(pair, found(before, pair.family), found(after, pair.family), pointed(after, pair))
            for pair, before, after in zip(pairs, plain, disguised, strict=True)
        ),
        tuple(TrapOutcome(trap, _alarm(next(verdicts))) for trap in traps),
        None if ordinary is None else _ordinary([verdict.action for verdict in verdicts]),
    )


def found(verdict: Verdict, family: str) -> bool:
    """Whether a threshold or rule asks for more than 'allow' and rests on a label of the family that scores SPOKEN."""
    return any(
        rule.action > Action.ALLOW
        and rule.id != SILENCE
        and any(_of(label, family) and verdict.labels.get(label, 0.0) >= SPOKEN for label in rule.labels)
        for rule in verdict.rules
    )


def pointed(verdict: Verdict, pair: Pair) -> bool:
    """Whether a span of a finding of the family that scores SPOKEN holds a marked term and SLACK more at most."""
    spans = [
        span
        for finding in verdict.findings
        if _of(finding.label, pair.family) and finding.score >= SPOKEN
        for span in finding.spans
    ]
    return any(
        span.start <= start and end <= span.end and span.end - span.start <= end - start + SLACK
        for start, end in pair.marks
        for span in spans
    )


def _of(label: str, family: str) -> bool:
    return label.partition(".")[0] == family


def _alarm(verdict: Verdict) -> bool:
    return verdict.action is not Action.ALLOW or bool(verdict.alerts)


def _ordinary(actions: Sequence[Action]) -> Ordinary:
    return Ordinary(len(actions), actions.count(Action.BLOCK), actions.count(Action.REVIEW))


def _judged(texts: Sequence[str], judge: Judge, told: Callable[[int], object]) -> Iterator[Verdict]:
    """Minutes lie between the posts, lest a pair is taken for two copies of one text."""
    for first in range(0, len(texts), _BATCH):
        posts = [_post(at, text) for at, text in enumerate(texts[first : first + _BATCH], start=first)]
        yield from judge(posts)
        told(len(posts))


def _post(at: int, text: str) -> Post:
    name = f"sensitive-{at}"
    return Post(id=name, community="", post_id=name, text=text, created_at=_START + timedelta(minutes=at))
