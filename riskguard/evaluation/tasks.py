"""The published tasks, and how the heads of a model answer them on dev."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from riskguard.domain.opinion import EMOTIONS
from riskguard.evaluation.candidate import Candidate
from riskguard.evaluation.examples import Folded, Library
from riskguard.evaluation.metrics import Floats, crossed_thresholds

COLD = "COLD, labelled by people"
COLD_SET = "toxic_cold_human"
_MOST_FLAGGED = 1 / 3
_SPARING = "by thresholds that flag at most a third of texts against prejudice"
_SMS = {"AD_": "ad", "FR_": "fraud", "IL_Gambling": "gambling", "IL_Escort": "sexual", "IL_Fake": "illegal_trade"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model said of the rows of a task. A two-class task has the head and the threshold that judged each row."""

    task: str
    asked: Folded
    truth: NDArray[Any]
    guess: NDArray[Any]
    head: str = ""
    thresholds: Floats = field(default_factory=lambda: np.empty(0))
    note: str = ""


class Task(Protocol):
    """Rows of one dev set with a known answer."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    def answered(self, model: Candidate, dev: Library) -> Answers | None:
        """None where dev has no such set or the model no such head."""


@dataclass(frozen=True, slots=True)
class YesOrNo:
    """A two-class task, answered by the first of `heads` that the model has; thresholds are chosen crosswise.

    `sparing` is a kind of rows of which a threshold may flag no more than _MOST_FLAGGED.
    """

    name: str
    source: str
    heads: tuple[str, ...]
    yes: str = "1"
    note: str = ""
    sparing: str = ""

    def answered(self, model: Candidate, dev: Library) -> Answers | None:
        """See Task."""
        asked = dev.get(self.source)
        head = next((head for head in self.heads if head in model.heads), None)
        if head is None or not asked.rows:
            return None
        truth = np.array([row.label == self.yes for row in asked.rows])
        scores = model.scores(asked.texts)[:, model.heads.index(head)]
        spared = np.array([bool(self.sparing) and row.more.get("kind") == self.sparing for row in asked.rows])
        thresholds = crossed_thresholds(truth, scores, spared, most=_MOST_FLAGGED)
        note = self.note if head == self.heads[0] else f"by `{head}`, which was not trained for it"
        return Answers(self.name, asked, truth, scores >= thresholds, head, thresholds, note)


@dataclass(frozen=True, slots=True)
class Which:
    """A task of several classes, answered by the head of the highest score. `heads` by the beginning of a label."""

    name: str
    source: str
    heads: Mapping[str, str]

    def answered(self, model: Candidate, dev: Library) -> Answers | None:
        """See Task."""
        whole = dev.get(self.source)
        if not set(self.heads.values()) <= set(model.heads):
            return None
        kinds = [
            next((head for start, head in self.heads.items() if row.label.startswith(start)), None)
            for row in whole.rows
        ]
        kept = [at for at, kind in enumerate(kinds) if kind is not None]
        if not kept:
            return None
        asked = Folded([whole.rows[at] for at in kept], [whole.texts[at] for at in kept])
        heads = list(self.heads.values())
        scores = model.scores(asked.texts)[:, [model.heads.index(head) for head in heads]]
        truth = np.array([heads.index(str(kinds[at])) for at in kept])
        names = np.array(heads)
        return Answers(self.name, asked, names[truth], names[scores.argmax(axis=1)])


_FEELINGS = {name: f"emotion.{name}" for name in EMOTIONS}
TASKS: tuple[Task, ...] = (
    YesOrNo(COLD, COLD_SET, ("abuse",), sparing="against_prejudice", note=_SPARING),
    YesOrNo("COLD, labelled by machine", "toxic_cold", ("abuse",), note="easy to imitate"),
    YesOrNo("SWSR sexism", "sexism_swsr", ("sexism",)),
    Which("SMP epidemic, 6 emotions", "emotion_smp_epidemic", _FEELINGS),
    Which("SMP usual, 6 emotions", "emotion_smp_usual", _FEELINGS),
    Which("Shopping sentiment", "sentiment_shopping", {"0": "sentiment.negative", "1": "sentiment.positive"}),
    YesOrNo("SOS-1K, high or low risk", "selfharm_sos1k", ("self_harm.urgent", "self_harm")),
    Which("FBS, 5 kinds", "risk_fbs_sms", _SMS),
    YesOrNo("CED rumour", "rumour_ced", ("rumour",), yes="rumour"),
)
"""Of FBS the political texts are never used, and 'Other' says nothing that a head could answer."""
