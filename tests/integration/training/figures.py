"""Figures as tables of numbers: what a shipped model and its successor might have."""

from __future__ import annotations

from collections.abc import Mapping

from riskguard.evaluation.disguised import OF_COLD, SAME
from riskguard.evaluation.goals import GOALS, PREJUDICE, TWINS
from riskguard.evaluation.heads import Figures, HeadFigures, TaskFigures
from riskguard.evaluation.metrics import Bin
from riskguard.evaluation.slices import FLAGGED, FOUND, MACRO_F1, Measured
from riskguard.evaluation.tasks import COLD

SHIPPED: Mapping[str, float] = {
    "cold": 0.82,
    "rumour": 0.9,
    "against": 0.3,
    "twins": 0.96,
    "persons": 0.8,
    "ece": 0.02,
    "alarms": 0.002,
}


def figures(**changes: float) -> Figures:
    """The shipped ones, but for some."""
    told = {**SHIPPED, **changes}

    def around(value: float) -> tuple[float, float]:
        return value - 0.02, value + 0.02

    def task(name: str, rows: int, value: float) -> TaskFigures:
        note = "said of this one alone" if name == "CED rumour" else ""
        return TaskFigures(name, rows, value, value, around(value), GOALS[name], note)

    return Figures(
        heads=tuple(
            HeadFigures(head, 50, 900, 0.6, alarms, 0.001, 0.0, told["ece"], 0.5, (Bin(0.2, 0.25, 9.0),))
            for head, alarms in (("abuse", told["alarms"]), ("emotion.sad", 0.2))
        ),
        tasks=(task(COLD, 2181, told["cold"]), task("CED rumour", 312, told["rumour"])),
        against_prejudice=told["against"],
        measured=(
            Measured(COLD, "against prejudice", FLAGGED, 267, told["against"], (0.2, 0.4), GOALS[PREJUDICE]),
            Measured(COLD, "attacks on a person", FOUND, 102, told["persons"], (0.7, 0.9)),
            Measured("CED rumour", "over 80 characters", MACRO_F1, 200, 0.7, (0.6, 0.8)),
            Measured(OF_COLD, "pinyin", SAME, 1000, 0.9, (0.8, 0.95)),
            Measured(OF_COLD, "every kind", SAME, 9000, told["twins"], (0.95, 0.97), GOALS[TWINS]),
        ),
        model="encoder",
    )
