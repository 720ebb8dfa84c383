"""Every word of the domain has a Chinese name; times read as people say them."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest

from riskguard.console import wording
from riskguard.domain.case import CaseStatus, Origin, Ruling
from riskguard.domain.erasure import Erased
from riskguard.domain.event import EventStatus, EventType
from riskguard.domain.finding import Cause
from riskguard.domain.member import Role
from riskguard.domain.post import Scene
from riskguard.domain.verdict import Action

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Action, wording.ACTIONS),
        (Scene, wording.SCENES),
        (Role, wording.ROLES),
        (CaseStatus, wording.STATUSES),
        (Ruling, wording.RULINGS),
        (Ruling, wording.CARING_RULINGS),
        (Origin, wording.ORIGINS),
        (EventType, wording.EVENTS),
        (EventStatus, wording.ARRIVALS),
        (Cause, wording.CAUSES),
    ],
)
def test_everything_has_a_name(kind: type[Enum], names: Mapping[Enum, object]) -> None:
    assert list(names) == list(kind)


def test_a_receipt_of_an_erasure_is_told_in_chinese() -> None:
    counts = {each.name: 1 for each in fields(Erased)}
    assert not re.search("[a-z]", wording.told({**counts, "author": "12", "hash": "34"}))


@pytest.mark.parametrize("reasons", [wording.REASONS, wording.CARING_REASONS, dict(wording.CAMPAIGN_REASONS)])
def test_every_ruling_on_a_post_has_quick_reasons(reasons: Mapping[Ruling, object]) -> None:
    assert list(reasons) == [Ruling.APPROVE, Ruling.REMOVE]


def test_quick_reasons_fit_on_the_nine_number_keys() -> None:
    for reasons in (wording.REASONS, wording.CARING_REASONS):
        assert sum(len(each) for each in reasons.values()) <= 9


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(seconds=60), "1 分钟前"),
        (timedelta(minutes=59, seconds=59), "59 分钟前"),
        (timedelta(hours=23, minutes=59), "23 小时前"),
        (timedelta(days=364), "364 天前"),
        (timedelta(days=800), "2 年前"),
        (timedelta(seconds=-5), "刚刚"),
    ],
)
def test_age_is_told_in_its_largest_unit(ago: timedelta, words: str) -> None:
    assert wording.age(NOON - ago, now=NOON) == words


def test_moments_are_told_in_beijing_time() -> None:
    assert wording.moment(NOON) == "2026-05-01 20:00"


@pytest.mark.parametrize(("priority", "word"), [(100, "紧急"), (80, "紧急"), (79, "优先"), (50, "优先"), (49, "普通")])
def test_urgency(priority: int, word: str) -> None:
    assert wording.urgency(priority) == word
