"""Several models' figures side by side: what a table shows, on the terminal and in a card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riskguard.evaluation.goals import Goal
from riskguard.evaluation.heads import Figures
from riskguard.evaluation.metrics import Interval
from riskguard.evaluation.slices import MACRO_F1

NONE = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of each model, in the order of the models; None where a model cannot answer."""

    of: str
    part: str
    figure: str
    rows: int
    goal: Goal
    cells: tuple[tuple[float, Interval] | None, ...]

    @property
    def name(self) -> str:
        """What the figure is of."""
        return f"{self.of}: {self.part}" if self.part else self.of

    @property
    def reached(self) -> str:
        """What the first model that answers reached, and by how much it misses a must."""
        value = next((cell[0] for cell in self.cells if cell is not None), None)
        if value is None or self.goal.must is None:
            return NONE
        said = self.goal.reached(value)
        return said if said != "no" else f"no, by {short(self.goal.short_by(value, self.goal.must))}"


@dataclass(frozen=True, slots=True)
class _Figure:
    of: str
    part: str
    figure: str
    rows: int
    value: float
    interval: Interval
    goal: Goal


def goals(models: Sequence[Figures]) -> list[Line]:
    """Every published task, and the other figures for which a goal was set."""
    return _lines([[each for each in _figures(one) if each.goal.must or each.goal.floor] for one in models])


def slices(models: Sequence[Figures]) -> list[Line]:
    """The figures without a goal."""
    return _lines([[each for each in _figures(one) if not (each.goal.must or each.goal.floor)] for one in models])


def notes(models: Sequence[Figures]) -> list[str]:
    """What must be known of a task's figure; said of a model where it is not so of all."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in models:
        for task in one.tasks:
            if task.note:
                told.setdefault((task.task, task.note), []).append(one.model)
    return [
        f"{task}: {note}" if len(who) == len(models) else f"{task}, {' and '.join(who)}: {note}"
        for (task, note), who in told.items()
    ]


def short(value: float | None) -> str:
    """Three decimals without the leading zero: .812."""
    if value is None or value != value:
        return NONE
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def with_interval(cell: tuple[float, Interval] | None) -> str:
    """A figure and where it lies in 95 of 100 samples: .812 [.796, .828]."""
    if cell is None:
        return NONE
    value, (low, high) = cell
    return f"{short(value)} [{short(low)}, {short(high)}]"


def wanted(goal: Goal, number: float | None) -> str:
    """A must or a dream: 'at most' is said of what should be low."""
    return NONE if number is None else f"{'≤' if goal.at_most else '≥'} {short(number)}"


def _figures(one: Figures) -> Iterator[_Figure]:
    for task in one.tasks:
        yield _Figure(task.task, "", MACRO_F1, task.rows, task.macro_f1, task.interval, task.goal)
    for each in one.measured:
        yield _Figure(each.of, each.part, each.figure, each.rows, each.value, each.interval, each.goal)


def _lines(models: Sequence[Sequence[_Figure]]) -> list[Line]:
    """In the order of the first model that has a figure; its goal holds for all of them."""
    first: dict[tuple[str, str, str], _Figure] = {}
    for model in models:
        for each in model:
            first.setdefault((each.of, each.part, each.figure), each)
    known = [{(each.of, each.part, each.figure): (each.value, each.interval) for each in model} for model in models]
    return [Line(*key, each.rows, each.goal, tuple(model.get(key) for model in known)) for key, each in first.items()]
