"""What the models should reach on dev: the floor of a plain TF-IDF model, what is a must, and what is a dream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREJUDICE, TWINS, NAMES = "against prejudice flagged", "disguised twins", "Weibo NER, names and addresses"


@dataclass(frozen=True, slots=True)
class Goal:
    """None where nothing is asked, or nothing known. With `at_most`, less is better."""

    floor: float | None = None
    must: float | None = None
    dream: float | None = None
    at_most: bool = False

    def reached(self, value: float) -> str:
        """'dream', 'must', 'no', or nothing where nothing is asked. A figure counts as it is printed: .8099 is .810."""
        for name, wanted in (("dream", self.dream), ("must", self.must)):
            if wanted is not None and self.short_by(value, wanted) <= 0:
                return name
        return "" if self.must is None else "no"

    def short_by(self, value: float, wanted: float) -> float:
        """How far a value is on the wrong side of what is wanted; negative where it is on the right one."""
        gap = round(value, 3) - wanted if self.at_most else wanted - round(value, 3)
        return round(gap, 3)


NOTHING = Goal()
GOALS: Mapping[str, Goal] = {
    "COLD, labelled by people": Goal(0.79, 0.81, 0.83),
    "COLD, labelled by machine": Goal(0.907),
    PREJUDICE: Goal(0.60, 0.35, 0.20, at_most=True),
    "SWSR sexism": Goal(0.757, 0.79, 0.82),
    "SMP epidemic, 6 emotions": Goal(0.557, 0.63, 0.70),
    "SMP usual, 6 emotions": Goal(0.610, 0.67, 0.74),
    "Shopping sentiment": Goal(0.931, 0.94, 0.96),
    "SOS-1K, high or low risk": Goal(0.778, 0.84, 0.88),
    "FBS, 5 kinds": Goal(0.951, 0.97, 0.98),
    "CED rumour": Goal(0.872, 0.89, 0.92),
    TWINS: Goal(None, 0.95, 0.98),
    NAMES: Goal(None, 0.60, 0.70),
}
