"""How good the heads are on dev: the figures that a model's card quotes.

Calibration was fitted on dev too. So calibration error and every figure that needs a threshold are counted crosswise:
each row by numbers that were fitted without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from riskguard.detectors.linear.model import load_model
from riskguard.evaluation.candidate import Candidate, EncoderCandidate, LinearCandidate
from riskguard.evaluation.disguised import Disguise, disguised_cold, disguised_posts
from riskguard.evaluation.entities import by_jieba, by_mentions, name_figures, named_sentences
from riskguard.evaluation.examples import Library, mix, pieces
from riskguard.evaluation.goals import GOALS, NOTHING, Goal
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.metrics import (
    Bin,
    Floats,
    Interval,
    accuracy,
    expected_calibration_error,
    false_alarms_at,
    macro_f1,
    macro_f1_interval,
    recall_at,
    recall_at_precision,
    reliability,
)
from riskguard.evaluation.recipe import RECIPES
from riskguard.evaluation.slices import Measured, by_kind, by_length, innocent_posts
from riskguard.evaluation.tasks import COLD, TASKS, Answers

ALARM, SURE, PRECISE = 0.5, 0.8, 0.9
_SHORT_SEED = 99
_ORDINARY = "normal_weibo"
_AGAINST = "against prejudice"

Told = Callable[[str], None]
"""Hears what is being measured, before each of so many steps as `Examiner.steps` says."""


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """One head on its calibration mix. `false_alarms` is the share of ordinary Weibo posts scoring at least 0.5.

    `short_alarms` and `short_sure` are the shares of short pieces of these posts, 2 to 8 characters, that score at
    least 0.5 and 0.8: a few characters are what a model of n-grams is wrong about most easily. `precise_recall` is the
    highest recall with at least nine right findings in ten, where yes is as common as in the mix.
    """

    head: str
    yes: int
    no: int
    recall: float
    false_alarms: float
    short_alarms: float
    short_sure: float
    calibration_error: float
    precise_recall: float = math.nan
    bins: tuple[Bin, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """One published task on dev. Its goal also holds the floor that a TF-IDF model reaches there."""

    task: str
    rows: int
    macro_f1: float
    accuracy: float
    interval: Interval
    goal: Goal = NOTHING
    note: str = ""

    @property
    def floor(self) -> float | None:
        """What a TF-IDF model reaches."""
        return self.goal.floor


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is measured of one model. `against_prejudice` is the share of such texts that 'abuse' flags."""

    heads: tuple[HeadFigures, ...]
    tasks: tuple[TaskFigures, ...]
    against_prejudice: float | None
    measured: tuple[Measured, ...] = ()
    model: str = "linear"

    def plain(self) -> dict[str, object]:
        """As JSON; the bins of the reliability plot stay out."""
        shown = asdict(self)
        for head in shown["heads"]:
            del head["bins"]
            head.update({name: None for name, value in head.items() if value != value})
        return shown


def figures_from(plain: Mapping[str, Any]) -> Figures:
    """What `Figures.plain` gave, but for the bins. KeyError or TypeError where it is something else."""
    return Figures(
        heads=tuple(HeadFigures(**_with_nan(head)) for head in plain["heads"]),
        tasks=tuple(TaskFigures(**_with_goal(task)) for task in plain["tasks"]),
        against_prejudice=plain["against_prejudice"],
        measured=tuple(Measured(**_with_goal(each)) for each in plain["measured"]),
        model=plain["model"],
    )


class Examiner:
    """Measures models on the dev splits under `data`. Without ways to disguise a text, twins are not measured."""

    def __init__(self, data: Path, *, disguises: Mapping[str, Disguise] | None = None) -> None:
        self.dev = Library(data, Split.DEV)
        self._data = data
        self._disguises = disguises or {}

    def steps(self, model: Candidate) -> int:
        """How many steps a measurement tells of."""
        return len(model.heads) + len(TASKS) + 3

    def figures(self, model: Candidate, told: Told = lambda _: None) -> Figures:
        """Every head that the model has, and every task that its heads can answer."""
        heads = tuple(self._heads(model, told))
        answers = list(self._answers(model, told))
        measured = tuple(self._measured(model, answers, told))
        against = next((each.value for each in measured if (each.of, each.part) == (COLD, _AGAINST)), None)
        return Figures(heads, tuple(map(_task, answers)), against, measured, model.name)

    def _heads(self, model: Candidate, told: Told) -> Iterator[HeadFigures]:
        ordinary = self.dev.get(_ORDINARY).texts
        short = list(pieces(ordinary, seed=_SHORT_SEED, shortest=2, longest=8))
        alarms, short_alarms = model.scores(ordinary), model.scores(short)
        for column, head in enumerate(model.heads):
            told(head)
            yield self._head(model, head, alarms[:, column], short_alarms[:, column])

    def _head(self, model: Candidate, head: str, ordinary: Floats, short: Floats) -> HeadFigures:
        picked, weights = mix(RECIPES[head], self.dev)
        texts = [text for rows in picked for text in rows.texts(self.dev)]
        truth = np.concatenate([rows.truth for rows in picked])
        scores = model.crossed(head, texts, truth, weights)
        bins = reliability(truth, scores, weights)
        return HeadFigures(
            head=head,
            yes=int(truth.sum()),
            no=int((~truth).sum()),
            recall=recall_at(truth, scores, threshold=ALARM),
            false_alarms=false_alarms_at(ordinary, threshold=ALARM),
            short_alarms=false_alarms_at(short, threshold=ALARM),
            short_sure=false_alarms_at(short, threshold=SURE),
            calibration_error=expected_calibration_error(bins),
            precise_recall=recall_at_precision(truth, scores, weights, precision=PRECISE),
            bins=tuple(bins),
        )

    def _answers(self, model: Candidate, told: Told) -> Iterator[Answers]:
        for task in TASKS:
            told(task.name)
            answers = task.answered(model, self.dev)
            if answers is not None:
                yield answers

    def _measured(self, model: Candidate, answers: list[Answers], told: Told) -> Iterator[Measured]:
        told("slices")
        yield from chain.from_iterable(part(each) for each in answers for part in (by_kind, by_length))
        yield from innocent_posts(model, self.dev)
        told("disguised twins")
        for each in answers:
            if each.task == COLD:
                yield from disguised_cold(model, each, self._disguises)
        yield from disguised_posts(model, self.dev, self._disguises)
        told("names and addresses")
        if isinstance(model, EncoderCandidate):
            sentences = named_sentences(self._data)
            floor = next((each.value for each in name_figures(sentences, by_jieba(sentences))), None)
            yield from name_figures(sentences, by_mentions(sentences, model.mentions), floor)


def measure(model_folder: Path, data: Path) -> Figures:
    """The figures of the linear model in `model_folder` on the dev splits under `data`."""
    return Examiner(data).figures(LinearCandidate(load_model(model_folder)[0]))


def _task(answers: Answers) -> TaskFigures:
    truth, guess = answers.truth, answers.guess
    return TaskFigures(
        task=answers.task,
        rows=len(truth),
        macro_f1=macro_f1(truth, guess),
        accuracy=accuracy(truth, guess),
        interval=macro_f1_interval(truth, guess),
        goal=GOALS[answers.task],
        note=answers.note,
    )


def _with_nan(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: math.nan if value is None else value for name, value in plain.items()}


def _with_goal(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {**plain, "goal": Goal(**plain["goal"]), "interval": tuple(plain["interval"])}
