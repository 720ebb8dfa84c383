"""The replay of surges: where a burst begins, what a quiet day is, and that alerts are held against the right event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from riskguard.domain.opinion import Mark
from riskguard.domain.post import Scene
from riskguard.evaluation.surge_replay import Outcome, replayed
from riskguard.evaluation.surge_stage import (
    DAY,
    SLOT_DAYS,
    START,
    WARM_UP_DAYS,
    Burst,
    burst_of,
    half_of,
    quiet_days,
    staged,
)
from riskguard.policy.opinion import OpinionRules

MORNING = datetime.fromisoformat("2013-05-01T09:00:00+08:00")


def said(minutes: float, account: int, *, at: datetime = MORNING) -> Mark:
    when = at + timedelta(minutes=minutes)
    return Mark(f"m{account}-{minutes}-{at}", "stream", Scene.COMMENT, when, account)


def crowd(count: int, *, minutes: float, after: float = 0.0) -> list[Mark]:
    return [said(after + minutes * at / count, at) for at in range(count)]


@pytest.mark.parametrize(
    ("marks", "onset"),
    [
        pytest.param(crowd(20, minutes=30), 0.0, id="at-once"),
        pytest.param([said(0, 99), *crowd(20, minutes=30, after=120)], 120.0, id="after-a-lonely-first-post"),
        pytest.param(crowd(20, minutes=200), None, id="too-slow"),
        pytest.param([said(at, 7) for at in range(40)], None, id="one-account"),
    ],
)
def test_the_onset_is_the_first_post_of_the_first_full_hour(marks: list[Mark], onset: float | None) -> None:
    found = burst_of("e", marks, accounts=20)
    assert (found and (found.onset - MORNING) / timedelta(minutes=1)) == onset


def test_a_day_with_a_busy_hour_is_not_quiet() -> None:
    calm = [said(60 * at, at, at=MORNING + DAY) for at in range(10)]
    assert quiet_days({"e": [*crowd(9, minutes=50), *calm]}) == [calm]


def test_halves_do_not_change() -> None:
    halves = [half_of(f"event-{number}").value for number in range(200)]
    assert halves == [half_of(f"event-{number}").value for number in range(200)]
    assert 70 < halves.count("held") < 130


def quiet() -> list[list[Mark]]:
    """Event-days of a handful of posts at any hour."""
    chance = Random(3)
    return [
        [said(chance.uniform(-9, 15) * 60, 1000 * day + at) for at in range(chance.randint(2, 6))] for day in range(200)
    ]


def stage_of(accounts: int) -> Outcome:
    burst = Burst("e", MORNING, tuple(crowd(accounts, minutes=40)))
    stage = staged([burst], quiet(), posts_per_day=200, seed=1, tail_days=2)
    assert stage.onsets["e"] == START + WARM_UP_DAYS * DAY + timedelta(hours=9)
    assert stage.days == SLOT_DAYS + 2
    assert len({mark.post_id for mark in stage.marks}) == len(stage.marks)
    return replayed(stage, OpinionRules(), lambda _: 0.0, lambda _: None)


def test_a_burst_is_caught_within_minutes_and_quiet_days_are_quiet() -> None:
    outcome = stage_of(80)
    assert (outcome.caught, outcome.missed) == (1.0, ())
    assert 0 < outcome.median_min < 20
    assert outcome.false_a_day < 1


def test_what_is_not_there_is_not_caught() -> None:
    outcome = stage_of(2)
    assert (outcome.caught, outcome.missed) == (0.0, ("e",))
    assert outcome.median_min == float("inf")


def test_an_alert_about_others_is_false() -> None:
    burst = Burst("e", MORNING, tuple(crowd(3, minutes=40)))
    stage = staged([burst], quiet(), posts_per_day=200, seed=1, tail_days=2)
    strangers = [replace(mark, post_id=f"x{at}", account=at) for at, mark in enumerate(crowd(60, minutes=30))]
    shift = stage.onsets["e"] - MORNING
    marks = sorted([*stage.marks, *(replace(each, at=each.at + shift) for each in strangers)], key=lambda each: each.at)
    outcome = replayed(replace(stage, marks=marks), OpinionRules(), lambda _: 0.0, lambda _: None)
    assert outcome.caught == 0.0
    assert outcome.false_a_day > 0
