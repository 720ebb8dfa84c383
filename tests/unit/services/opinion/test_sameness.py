"""Sameness: copies are not monotony, monotony is no copying, and a community is held against itself."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from riskguard.domain.opinion import Gauge, Mark
from riskguard.services.opinion.daily import verdict_of
from riskguard.services.opinion.sameness import (
    WORSE,
    Sameness,
    departures,
    effective,
    packing,
    sameness_of,
    variety,
)
from tests.unit.services.opinion.samples import NOW, mark

TOPICS = ("停水", "快递", "食堂", "高数", "晚霞", "阳台", "口罩", "团购")
HAN = [chr(code) for code in range(0x4E00, 0x5E00)]


def varied(count: int, *, topics: tuple[str, ...] = TOPICS, seed: int = 1) -> tuple[list[Mark], dict[str, str]]:
    """Posts in words of their own, about these topics in turn."""
    chance = Random(seed)
    marks = [mark(at, topics=[topics[at % len(topics)]]) for at in range(count)]
    return marks, {each.post_id: "".join(chance.choices(HAN, k=30)) for each in marks}


def copied(count: int) -> tuple[list[Mark], dict[str, str]]:
    """As many topics as ever, and one text for half of the posts."""
    marks, texts = varied(count)
    pushed = [
        Mark(each.post_id, each.community, each.scene, each.at, each.account, cluster="c1", topics=each.topics)
        for each in marks[: count // 2]
    ]
    texts |= {each.post_id: "全体业主请转发这一条通知，今晚八点在中心花园集合，不要错过" for each in pushed}
    return [*pushed, *marks[count // 2 :]], texts


def past_days(of: Sameness, days: int = 14) -> list[Gauge]:
    return [Gauge("forum", "sameness", NOW - timedelta(days=back), of.values) for back in range(days, 0, -1)]


CALM = sameness_of(*varied(200))


@pytest.mark.parametrize(
    ("today", "left", "words"),
    [
        pytest.param(sameness_of(*varied(200, seed=2)), set(), "与本社区平时相近", id="a-day-like-others"),
        pytest.param(
            sameness_of(*copied(200)),
            {"clustered", "kinds", "packing"},
            "复制粘贴增多，话题并未变得单一",
            id="copies-of-one-text",
        ),
        pytest.param(
            sameness_of(*varied(200, topics=("停水",))),
            {"topics"},
            "话题变得单一，但各自在说自己的话",
            id="everybody-about-one-thing-in-own-words",
        ),
    ],
)
def test_copying_and_monotony_are_told_apart(today: Sameness, left: set[str], words: str) -> None:
    found = departures(today.values, past_days(CALM), deviation=4, worse=WORSE)
    assert ({each.name for each in found}, verdict_of(found)) == (left, words)


def test_no_baseline_no_judgement() -> None:
    week = past_days(CALM, days=6)
    assert departures(sameness_of(*copied(200)).values, week, deviation=4, worse=WORSE) == []


def test_less_sameness_than_usual_is_no_bad_sign() -> None:
    copies = sameness_of(*copied(200))
    assert departures(CALM.values, past_days(copies), deviation=4, worse=WORSE) == []


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [({}, 0.0), ({"a": 7}, 1.0), ({"a": 5, "b": 5}, 2.0)],
    ids=["nothing", "one-kind", "two-alike"],
)
def test_effective_number(counts: dict[str, int], kinds: float) -> None:
    assert effective(counts) == pytest.approx(kinds)


def test_packing_does_not_grow_with_the_amount_of_text() -> None:
    _, texts = varied(3000)
    words = list(texts.values())
    assert packing(words[:600]) == pytest.approx(packing(words), abs=0.02)
    assert packing(["你好"]) == 0.0


def test_variety_counts_pairs_once() -> None:
    assert variety(["天天天天"]) == pytest.approx(1 / 3)
    assert variety(["春夏秋冬"]) == 1.0
    assert variety([]) == 0.0


def test_a_day_without_posts_has_figures_too() -> None:
    assert set(sameness_of([], {}).values.values()) == {0.0}
