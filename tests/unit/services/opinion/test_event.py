"""Events: one surge each, however many words it is told in, whatever rises with it, and however many break out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from riskguard.demo import talk
from riskguard.demo.posts import posts
from riskguard.domain.opinion import Mark, Surge
from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion.surge import watch
from riskguard.services.opinion.topics import topics_of
from tests.unit.services.opinion.samples import NOW, calm, look, mark

ANGRY = {"emotion": "angry", "sentiment": "negative"}
CANTEEN = ("食堂", "虫子", "恶心", "二楼", "阿姨")
LIBRARY = ("图书馆", "空调", "蒸笼", "自习室", "闷热")


def told(words: Sequence[str], count: int = 20, *, first_min: float = 4.0, last_min: float = 0.2) -> list[Mark]:
    """Angry posts of as many accounts that each say the first word and two of the others."""
    others = words[1:]
    step = (first_min - last_min) / count
    return [
        mark(
            first_min - at * step,
            topics=(words[0], others[at % len(others)], others[(at + 1) % len(others)]),
            **ANGRY,  # type: ignore[arg-type]
        )
        for at in range(count)
    ]


def mingled(words: Sequence[str], count: int = 40) -> list[Mark]:
    """Posts that each say three of the words: no word is in most of them, and most pairs of posts share none."""
    chance = Random(3)
    return [mark(4.0 - at / 12, topics=chance.sample(list(words), 3), **ANGRY) for at in range(count)]  # type: ignore[arg-type]


def over_time(marks: Sequence[Mark], minutes: Sequence[float], hourly: int = 6) -> list[list[Surge]]:
    """The surges after each look, at so many minutes from NOW."""
    open_: list[Surge] = []
    seen = []
    for minute in minutes:
        now = NOW + timedelta(minutes=minute)
        open_ = watch(look([each for each in marks if each.at <= now], usual=calm(hourly), now=now), open_)
        seen.append(open_)
    return seen


@pytest.mark.parametrize("hourly", [6, 60])
@pytest.mark.parametrize(
    ("marks", "leads"),
    [
        pytest.param(told(CANTEEN), {"食堂"}, id="one"),
        pytest.param([*told(CANTEEN), *told(LIBRARY)], {"食堂", "图书馆"}, id="two-and-all-that-rises-with-them"),
        pytest.param(
            [*told((*CANTEEN, "后勤")), *told((*LIBRARY, "后勤"))], {"食堂", "图书馆"}, id="two-that-share-a-word"
        ),
        pytest.param(
            [*told(CANTEEN), *told(LIBRARY), mark(1, topics=("食堂", "图书馆"))],
            {"食堂", "图书馆"},
            id="two-and-a-post-about-both",
        ),
        pytest.param(
            [*told(CANTEEN), *told(LIBRARY, first_min=40, last_min=0.2, count=12)],
            {"食堂", "图书馆"},
            id="a-fast-one-and-a-slower-one",
        ),
    ],
)
def test_each_event_is_one_surge(marks: list[Mark], leads: set[str], hourly: int) -> None:
    assert sorted(surge.series.name for surge in watch(look(marks, usual=calm(hourly)), [])) == sorted(leads)


def test_an_event_in_many_words_is_one() -> None:
    assert len(watch(look(mingled([f"词{at}" for at in range(14)])), [])) == 1


def test_two_events_in_many_words_are_two() -> None:
    marks = [*mingled([f"甲{at}" for at in range(12)]), *mingled([f"乙{at}" for at in range(12)])]
    one, other = watch(look(marks), [])
    assert {name[0] for name in one.topics} != {name[0] for name in other.topics}


@pytest.mark.parametrize("span_min", [1, 15])
def test_a_crowd_that_says_everything_in_its_own_way_is_one(span_min: int) -> None:
    chance = Random(5)
    said = [str(post["text"]) for post in posts() if str(post["text"]).startswith(talk.SURGE[0])]
    topics = topics_of(said, OpinionRules())
    parcels = [mark(-chance.random() * span_min, topics=each, **ANGRY) for each in topics]  # type: ignore[arg-type]
    (*_, last) = over_time(parcels, range(1, 31))
    assert len(last) == 1
    food = told(CANTEEN, 40, first_min=0, last_min=-span_min)
    looks = over_time([*parcels, *food], range(1, 31))
    assert len(looks[-1]) == 2
    assert all(surge.id in {each.id for each in after} for before, after in pairwise(looks) for surge in before)


def test_all_posts_rise_because_of_many_things_is_one_surge() -> None:
    (surge,) = watch(look([mark(5 * (at + 0.5) / 30, topics=(f"词{at}",), **ANGRY) for at in range(30)]), [])  # type: ignore[arg-type]
    assert surge.topics == ()


def test_a_rise_that_turns_out_to_be_of_a_topic_is_named_by_it_and_a_second_is_its_own() -> None:
    vague = [mark(at / 3, topics=(f"词{at}",), **ANGRY) for at in range(10)]  # type: ignore[arg-type]
    marks = [*vague, *told(CANTEEN, first_min=0, last_min=-3), *told(LIBRARY, first_min=-2, last_min=-6)]
    first, _, last = over_time(marks, [0, 3, 6])
    assert [surge.series.name for surge in first] == [""] or first[0].series.kind.value == "emotion"
    assert [surge.series.name for surge in last] == ["食堂", "图书馆"]
    assert last[0].id == first[0].id


def test_an_event_that_spreads_keeps_its_surge() -> None:
    later = ("退款", "整改", "食堂", "通报", "检查", "道歉")
    marks = [*told(CANTEEN, first_min=0, last_min=-4), *told(later, 30, first_min=-20, last_min=-40)]
    looks = over_time([*marks, *told(("食堂", "退款", "整改"), 20, first_min=-4, last_min=-20)], range(1, 45))
    assert {surge.id for each in looks for surge in each} == {looks[3][0].id}


def test_it_is_named_by_what_most_of_its_accounts_say() -> None:
    rare = [mark(1, topics=("食堂", "虫子", "罕见")) for _ in range(8)]
    (surge,) = watch(look([*rare, *(mark(2, topics=("食堂", "虫子", "二楼")) for _ in range(20))]), [])
    assert (surge.series.name, surge.accounts) == ("食堂", 28)
    (pair,) = watch(look([mark(2, topics=("宿舍", "停水", "宿舍 停水")) for _ in range(20)]), [])
    assert pair.topics[0] == "宿舍 停水"
