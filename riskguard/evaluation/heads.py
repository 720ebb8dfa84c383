"""How good the heads are on dev: the figures that the model's card quotes.

Calibration was fitted on dev too. So calibration error and every figure that needs a threshold are counted crosswise:
each row by two numbers that were fitted without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.linear.model import LinearModel, load_model
from riskguard.evaluation.calibration import crossed
from riskguard.evaluation.examples import Library, mix, pieces
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.metrics import (
    Bin,
    Floats,
    Truth,
    accuracy,
    best_threshold,
    expected_calibration_error,
    false_alarms_at,
    macro_f1,
    recall_at,
    reliability,
)
from riskguard.evaluation.recipe import RECIPES

ALARM, SURE = 0.5, 0.8
_SHORT, _SHORT_SEED = "short pieces of normal_weibo", 99
_EMOTIONS = ("happy", "angry", "sad", "fear", "surprise", "neutral")
_KINDS = {"AD_": "ad", "FR_": "fraud", "IL_Gambling": "gambling", "IL_Fake": "illegal_trade"}


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """One head on its calibration mix. `false_alarms` is the share of ordinary Weibo posts scoring at least 0.5.

    `short_alarms` and `short_sure` are the shares of short pieces of these posts, 2 to 8 characters, that score at
    least 0.5 and 0.8: a few characters are what a model of n-grams is wrong about most easily.
    """

    head: str
    yes: int
    no: int
    recall: float
    false_alarms: float
    short_alarms: float
    short_sure: float
    calibration_error: float
    bins: tuple[Bin, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """One published task on dev, beside the floor that a TF-IDF model reaches there."""

    task: str
    rows: int
    macro_f1: float
    floor: float | None
    accuracy: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is measured. `against_prejudice` is the share of such texts that 'abuse' flags at its best threshold."""

    heads: tuple[HeadFigures, ...]
    tasks: tuple[TaskFigures, ...]
    against_prejudice: float | None

    def plain(self) -> dict[str, object]:
        """As JSON; the bins of the reliability plot stay out."""
        shown = asdict(self)
        for head in shown["heads"]:
            del head["bins"]
        return shown


class Examiner:
    """Scores each dev set once and answers from that."""

    def __init__(self, model: LinearModel, data: Path) -> None:
        self._model = model
        self._dev = Library(data, Split.DEV)
        self._scores: dict[str, Floats] = {}

    def figures(self) -> Figures:
        """Every head that the model has, and every task that its heads can answer."""
        heads = tuple(self._head(head) for head in self._model.heads)
        tasks = tuple(found for task in _TASKS if (found := task(self)) is not None)
        return Figures(heads, tasks, self._against_prejudice())

    def column(self, source: str, head: str) -> Floats:
        """The head's score of each row of a dev set."""
        if source not in self._scores:
            self._scores[source] = self._model.scores(self._dev.get(source).texts)
        found: Floats = self._scores[source][:, self._model.heads.index(head)]
        return found

    def labels(self, source: str) -> NDArray[np.str_]:
        """The label of each row of a dev set."""
        return np.array([row.label for row in self._dev.get(source).rows])

    def can_answer(self, source: str, *heads: str) -> bool:
        """Whether the model has these heads and dev has the set."""
        return set(heads) <= set(self._model.heads) and bool(self._dev.get(source).rows)

    def yes_or_no(self, task: str, source: str, head: str, floor: float | None, note: str = "") -> TaskFigures | None:
        """A two-class task answered by one head, at thresholds that were chosen without the row in question."""
        if not self.can_answer(source, head):
            return None
        truth, scores = self.labels(source) == "1", self.column(source, head)
        if source == "rumour_ced":
            truth = self.labels(source) == "rumour"
        guess = _crossed_guess(truth, scores)
        return TaskFigures(task, len(truth), macro_f1(truth, guess), floor, accuracy(truth, guess), note)

    def which(
        self, task: str, source: str, names: Sequence[str], heads: Sequence[str], floor: float | None
    ) -> TaskFigures | None:
        """A task of several classes, answered by the highest score."""
        if not self.can_answer(source, *heads):
            return None
        truth = self.labels(source)
        if source == "risk_fbs_sms":
            truth = np.array([next((k for prefix, k in _KINDS.items() if t.startswith(prefix)), "") for t in truth])
        scores = np.stack([self.column(source, head) for head in heads], axis=1)
        guess = np.array(names)[scores.argmax(axis=1)]
        asked = np.isin(truth, names)
        truth, guess = truth[asked], guess[asked]
        return TaskFigures(task, len(truth), macro_f1(truth, guess), floor, accuracy(truth, guess))

    def _head(self, head: str) -> HeadFigures:
        picked, weights = mix(RECIPES[head], self._dev)
        column = self._model.heads.index(head)
        texts = [text for rows in picked for text in rows.texts(self._dev)]
        truth = np.concatenate([rows.truth for rows in picked])
        scores = crossed(self._model.margins(texts)[:, column], truth, weights)
        bins = reliability(truth, scores, weights)
        short = self._short()[:, column]
        return HeadFigures(
            head=head,
            yes=int(truth.sum()),
            no=int((~truth).sum()),
            recall=recall_at(truth, scores, threshold=ALARM),
            false_alarms=false_alarms_at(self.column("normal_weibo", head), threshold=ALARM),
            short_alarms=false_alarms_at(short, threshold=ALARM),
            short_sure=false_alarms_at(short, threshold=SURE),
            calibration_error=expected_calibration_error(bins),
            bins=tuple(bins),
        )

    def _short(self) -> Floats:
        """Scores of short pieces; calibration has seen others of the same posts."""
        if _SHORT not in self._scores:
            texts = pieces(self._dev.get("normal_weibo").texts, seed=_SHORT_SEED, shortest=2, longest=8)
            self._scores[_SHORT] = self._model.scores(list(texts))
        return self._scores[_SHORT]

    def _against_prejudice(self) -> float | None:
        if not self.can_answer("toxic_cold_human", "abuse"):
            return None
        rows = self._dev.get("toxic_cold_human").rows
        guess = _crossed_guess(self.labels("toxic_cold_human") == "1", self.column("toxic_cold_human", "abuse"))
        against = np.array([row.more.get("kind") == "against_prejudice" for row in rows])
        return float(guess[against].mean())


def measure(model_folder: Path, data: Path) -> Figures:
    """The figures of the model in `model_folder` on the dev splits under `data`."""
    return Examiner(load_model(model_folder)[0], data).figures()


def _crossed_guess(truth: Truth, scores: Floats, *, folds: int = 5) -> Truth:
    """Yes or no per row, at the threshold that is best on the other folds."""
    place = np.random.default_rng(7).permutation(len(truth)) % folds
    guess = np.zeros(len(truth), np.bool_)
    for fold in range(folds):
        held = place == fold
        guess[held] = scores[held] >= best_threshold(truth[~held], scores[~held])
    return guess


_EMOTION_HEADS = tuple(f"emotion.{name}" for name in _EMOTIONS)
_TASKS: tuple[Callable[[Examiner], TaskFigures | None], ...] = (
    lambda e: e.yes_or_no("COLD, labelled by people", "toxic_cold_human", "abuse", 0.79),
    lambda e: e.yes_or_no("COLD, labelled by machine", "toxic_cold", "abuse", 0.907, "easy to imitate"),
    lambda e: e.yes_or_no("SWSR sexism", "sexism_swsr", "sexism", 0.757),
    lambda e: e.which("SMP epidemic, 6 emotions", "emotion_smp_epidemic", _EMOTIONS, _EMOTION_HEADS, 0.557),
    lambda e: e.which("SMP usual, 6 emotions", "emotion_smp_usual", _EMOTIONS, _EMOTION_HEADS, 0.610),
    lambda e: e.which("FBS, 4 kinds", "risk_fbs_sms", tuple(_KINDS.values()), tuple(_KINDS.values()), None),
    lambda e: e.which(
        "Shopping sentiment", "sentiment_shopping", ("0", "1"), ("sentiment.negative", "sentiment.positive"), 0.931
    ),
    lambda e: e.yes_or_no(
        "SOS-1K, high or low risk", "selfharm_sos1k", "self_harm", 0.778, "not what it is trained for"
    ),
    lambda e: e.yes_or_no("CED rumour", "rumour_ced", "rumour", 0.872),
)
