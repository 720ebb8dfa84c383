"""What the default policy does with sentences of ours that the combiner has not learnt from.

The combiner is fitted on all texts but a fifth of our sentences, which are then judged; five times, so that each is
judged once. What a text intends is told by columns that have not seen it either: see `riskguard.evaluation.held`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from riskguard.detectors.combiner import Combiner
from riskguard.detectors.panel import Panel
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, Verdict
from riskguard.training.combiner import Learnt, Tables, fitted, tables_of, worded
from riskguard.training.truths import NEIGHBOURS, OWN, Lesson
from riskguard.training.wording import Wordbook

FOLDS = 5
_FEELINGS = ("emotion.", "sentiment.")
_SHOWN = 4
_BEGIN, _APART = datetime(2021, 3, 1, 4, tzinfo=UTC), timedelta(hours=1)

Judge = Callable[[Panel, Sequence[Post]], Sequence[Verdict]]
Fit = Callable[[Tables], Sequence[Learnt]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence of ours, and what became of it."""

    lesson: Lesson
    verdict: Verdict

    @property
    def touched(self) -> bool:
        """Whether there was any action or alert."""
        return self.verdict.action is not Action.ALLOW or bool(self.verdict.alerts)

    @property
    def breaks(self) -> str:
        """What the sentence breaks, '' for nothing."""
        return " ".join(sorted(self.lesson.broken))

    @property
    def line(self) -> str:
        """The sentence, what it breaks, and the highest labels that are no feelings."""
        told = {name: score for name, score in self.verdict.labels.items() if not name.startswith(_FEELINGS)}
        highest = sorted(told.items(), key=lambda each: -each[1])[:_SHOWN]
        scores = " ".join(f"{name} {score:.2f}" for name, score in highest)
        return f"{self.lesson.file}\t{self.breaks or 'innocent'}\t{self.lesson.text}\t{scores}"


class Share(NamedTuple):
    """So many `touched` of `every` sentence in a file that breaks this."""

    breaks: str
    file: str
    touched: int
    every: int


def crosswise(
    panel: Panel, taught: Sequence[Lesson], book: Wordbook, judge: Judge, *, fit: Fit = fitted, folds: int = FOLDS
) -> Iterator[list[Judged]]:
    """Fold by fold, the sentences of it judged by a combiner that has not seen them; `panel` must not combine.

    `book` is of all that is `taught`.
    """
    tables = tables_of(panel, taught)
    for held in _folds(taught, folds):
        told = worded(tables, book.crossed(held))
        learnt = fit({name: table.without(held) for name, table in told.items()})
        weights = {each.name: each.weights for each in learnt}
        forests = {each.name: each.forest for each in learnt if each.forest}
        verdicts = judge(
            panel.combining(Combiner(weights, forests, book.fitted(held), "crosswise")),
            [_post(taught[at], at) for at in held],
        )
        yield [Judged(taught[at], verdict) for at, verdict in zip(held, verdicts, strict=True)]


def shares(judged: Iterable[Judged]) -> list[Share]:
    """How many were touched, by what the sentences break and by file; first the innocent ones."""
    counted: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for each in judged:
        counted[each.breaks, each.lesson.file].append(each.touched)
    return [Share(*key, sum(told), len(told)) for key, told in sorted(counted.items())]


def _folds(taught: Sequence[Lesson], count: int) -> list[list[int]]:
    """Numbers of our sentences. A sentence and its neighbours, such as its disguised twin, are in one fold."""
    folds: list[list[int]] = [[] for _ in range(count)]
    ours = [at for at, lesson in enumerate(taught) if lesson.source == OWN]
    for place, at in enumerate(ours):
        folds[place // NEIGHBOURS % count].append(at)
    return folds


def _post(lesson: Lesson, number: int) -> Post:
    """None is near another in time, so that none looks like a copy."""
    return Post(str(number), "", str(number), lesson.text, _BEGIN + number * _APART)
