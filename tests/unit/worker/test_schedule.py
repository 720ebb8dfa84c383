"""Chores: done in time, and a failing one neither stops the others nor fills the log."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

import pytest

from riskguard.worker.schedule import Chore, run_due


@dataclass
class Diary:
    """Counts how often it was written in; fails while `broken`."""

    times: int = 0
    broken: bool = False
    lines: list[str] = field(default_factory=list)

    def write(self) -> None:
        if self.broken:
            raise ConnectionError("Redis is away")
        self.times += 1


def test_chores_are_done_when_due() -> None:
    now = time.monotonic()
    often, seldom = Diary(), Diary()
    chores = [Chore("often", 1.0, often.write), Chore("seldom", 5.0, seldom.write)]
    for second in range(11):
        run_due(chores, now + second)
    assert (often.times, seldom.times) == (11, 3)


def test_the_pause_lasts_until_the_next_chore_is_due() -> None:
    chores = [Chore("often", 2.0, Diary().write), Chore("seldom", 5.0, Diary().write)]
    assert 1.5 < run_due(chores, time.monotonic()) <= 2.0


def test_a_failure_is_said_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    broken, healthy = Diary(broken=True), Diary()
    chores = [Chore("calling workers", 1.0, broken.write), Chore("sweeping", 1.0, healthy.write)]
    now = time.monotonic()
    for second in range(4):
        run_due(chores, now + second)
    broken.broken = False
    for second in range(4, 7):
        run_due(chores, now + second)
    assert caplog.messages == [
        "calling workers fails, and is tried every 1 s: Redis is away",
        "calling workers works again",
    ]
    assert (broken.times, healthy.times) == (3, 7)
