"""Figures of parts of dev: by length, by what a text does to a group, by the group, and on our own innocent posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from riskguard.evaluation.candidate import Candidate
from riskguard.evaluation.examples import POSTS, Folded, Library
from riskguard.evaluation.goals import GOALS, NOTHING, PREJUDICE, Goal
from riskguard.evaluation.labelled import Row
from riskguard.evaluation.metrics import Interval, Truth, macro_f1, macro_f1_interval, mean_interval
from riskguard.evaluation.tasks import COLD, Answers

FLAGGED, FOUND, MACRO_F1 = "flagged", "found", "macro-F1"
OWN = "our own posts"
_LENGTHS = {"up to 10": (0, 10), "11 to 30": (11, 30), "31 to 80": (31, 80), "over 80": (81, 10**9)}
LENGTHS = tuple(f"{name} characters" for name in _LENGTHS)
_KINDS = {
    "against_prejudice": ("against prejudice", FLAGGED),
    "other_safe": ("safe, about a group or not", FLAGGED),
    "attacks_individual": ("attacks on a person", FOUND),
    "attacks_group": ("attacks on a group", FOUND),
}
_FEWEST = 20
_ALARM = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """`figure` ('flagged', 'macro-F1') of the `part` of what `of` names; with a goal where one was set."""

    of: str
    part: str
    figure: str
    rows: int
    value: float
    interval: Interval
    goal: Goal = NOTHING


def by_length(answers: Answers) -> Iterator[Measured]:
    """Macro-F1 of texts of like length, in folded characters; a part of few rows or of one class is left out."""
    sizes = np.array([len(text) for text in answers.asked.texts])
    for name, (shortest, longest) in zip(LENGTHS, _LENGTHS.values(), strict=True):
        yield from _macro_f1(answers, name, (sizes >= shortest) & (sizes <= longest))


def by_kind(answers: Answers) -> Iterator[Measured]:
    """Of COLD's people-labelled rows: what is flagged of each kind, and macro-F1 for each group that is spoken of."""
    if answers.task != COLD:
        return
    kinds, topics = (np.array([row.more.get(name, "") for row in answers.asked.rows]) for name in ("kind", "topic"))
    for kind, (part, figure) in _KINDS.items():
        goal = GOALS[PREJUDICE] if kind == "against_prejudice" else NOTHING
        yield from share(COLD, part, figure, answers.guess[kinds == kind], goal)
    for topic in ("region", "race", "gender"):
        yield from _macro_f1(answers, f"about {topic}", topics == topic)


def innocent_posts(model: Candidate, dev: Library) -> Iterator[Measured]:
    """What scores 0.5 of our own innocent posts of held-out frames: with the head that each of them could mislead.

    The contrast pairs among them name, defend or quote groups and insults, and mislead 'abuse'.
    """
    asked = dev.get(POSTS)
    heads = [misled(row, model.heads) for row in asked.rows]
    kept = [at for at, head in enumerate(heads) if head]
    if not kept:
        return
    alarms = _alarms(model, asked, kept, [heads[at] for at in kept])
    kinds = np.array([_shown(asked.rows[at]) for at in kept])
    for kind in np.unique(kinds):
        yield from share(OWN, str(kind), FLAGGED, alarms[kinds == kind])


def share(of: str, part: str, figure: str, said: Truth, goal: Goal = NOTHING) -> Iterator[Measured]:
    """The share of rows of which it is so; nothing where there are no rows."""
    if len(said):
        yield Measured(of, part, figure, len(said), float(said.mean()), mean_interval(said.astype(float)), goal)


def misled(row: Row, heads: Sequence[str]) -> str:
    """The head that an innocent post of ours could mislead; nothing for other posts."""
    family, _, about = row.more.get("kind", "").partition(".")
    if row.label != "innocent":
        return ""
    head = "abuse" if family == "contrast" else {"loan": "fraud", "papers": "illegal_trade"}.get(about, about)
    return head if head in heads else ""


def _alarms(model: Candidate, asked: Folded, kept: Sequence[int], heads: Sequence[str]) -> Truth:
    scores = model.scores([asked.texts[at] for at in kept])
    columns = [model.heads.index(head) for head in heads]
    alarms: Truth = scores[np.arange(len(kept)), columns] >= _ALARM
    return alarms


def _shown(row: Row) -> str:
    family, _, about = row.more["kind"].partition(".")
    return f"contrast: {about.replace('_', ' ')}" if family == "contrast" else "innocent look-alikes"


def _macro_f1(answers: Answers, part: str, inside: Truth) -> Iterator[Measured]:
    truth, guess = answers.truth[inside], answers.guess[inside]
    if len(truth) >= _FEWEST and len(np.unique(truth)) > 1:
        yield Measured(
            answers.task, part, MACRO_F1, len(truth), macro_f1(truth, guess), macro_f1_interval(truth, guess)
        )
