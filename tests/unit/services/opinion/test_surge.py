"""Surges: what opens one, what does not, what it says of itself, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from riskguard.domain.opinion import Mark, SeriesKind, Surge
from riskguard.domain.post import Scene
from riskguard.services.opinion.surge import watch
from riskguard.services.opinion.usual import Usual
from tests.unit.services.opinion.samples import NOW, calm, look, mark


def crowd(count: int, *, within_min: float = 5.0, **said: object) -> list[Mark]:
    return [mark(within_min * (at + 0.5) / count, **said) for at in range(count)]  # type: ignore[arg-type]


def kinds(surges: list[Surge]) -> list[tuple[str, str]]:
    return [(surge.series.kind.value, surge.series.name) for surge in surges]


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        pytest.param(crowd(14), [("volume", "")], id="many-accounts"),
        pytest.param(crowd(3), [], id="a-few-more-than-usual"),
        pytest.param([mark(2, account=7) for _ in range(100)], [], id="one-account-that-floods"),
        pytest.param(crowd(11, within_min=60), [], id="under-the-floor-of-accounts"),
        pytest.param(crowd(9, topics=["停水"]), [("topic", "停水")], id="a-topic-nobody-spoke-of"),
        pytest.param(crowd(6, within_min=55, topics=["食堂"]), [], id="a-topic-that-is-usual"),
        pytest.param(crowd(9, emotion="angry"), [("emotion", "angry")], id="anger"),
        pytest.param(crowd(7, emotion="neutral"), [], id="neutral-is-no-mood"),
    ],
)
def test_what_opens_a_surge(marks: list[Mark], found: list[tuple[str, str]]) -> None:
    assert kinds(watch(look(marks), [])) == found


def test_a_slow_rise_is_seen_though_no_window_stands_out() -> None:
    slow = [mark(3.3 * at) for at in range(100)]  # 18 accounts an hour where 8 are usual, for five and a half hours
    (surge,) = watch(look(slow, usual=calm(8)), [])
    assert surge.window_min > 120


def test_a_new_community_has_no_surge_of_volume_but_may_have_a_topic() -> None:
    fresh = calm(6, days=0)
    assert watch(look(crowd(40), usual=fresh), []) == []
    assert kinds(watch(look(crowd(40, topics=["停水"]), usual=fresh), [])) == [("topic", "停水")]


def test_a_common_word_is_no_topic_in_a_new_community() -> None:
    marks = crowd(9, within_min=60, topics=["天气"])
    unknown = look(marks, usual=Usual())
    assert watch(unknown, []) != []
    assert watch(replace(unknown, common=lambda _: 0.01), []) == []


def test_topic_and_volume_of_the_same_posts_are_one_surge() -> None:
    (surge,) = watch(look(crowd(30, topics=["停水", "停水 通知"])), [])
    assert set(surge.topics) == {"停水", "停水 通知"}


def test_two_topics_of_different_posts_are_two() -> None:
    marks = [*crowd(9, topics=["停水"]), *crowd(9, topics=["快递"])]
    topics = [surge.topics for surge in watch(look(marks, usual=calm(60)), []) if surge.series.kind is SeriesKind.TOPIC]
    assert sorted(topics) == [("停水",), ("快递",)]


def test_it_tells_pushed_from_organic_and_which_mood_moved() -> None:
    copies = [mark(3, topics=["停水"], cluster="pst_first", emotion="angry") for _ in range(12)]
    own = [mark(3, topics=["停水"], emotion="sad") for _ in range(4)]
    (surge,) = watch(look([*copies, *own]), [])
    assert (surge.posts, surge.copies, surge.pushed) == (16, 12, 0.75)
    assert (surge.mood, surge.mood_now) == ("angry", 0.75)
    assert len(surge.exemplars) == 5, "one of the copies, and each of the others"


def test_the_first_of_a_cluster_and_its_copies_are_one_example() -> None:
    first, other = crowd(2, topics=["停水"])
    copies = crowd(8, topics=["停水"], cluster=first.post_id)
    (surge,) = watch(look([first, other, *copies]), [])
    assert len(surge.exemplars) == 2, "one of the nine that say the same, and the other"


def test_it_goes_on_as_the_same_until_it_has_been_calm_for_a_while() -> None:
    marks = crowd(20, topics=["停水"])
    (first,) = watch(look(marks), [])
    later = NOW + timedelta(minutes=10)
    (second,) = watch(look([*marks, *(mark(-9, topics=["停水"]) for _ in range(9))], now=later), [first])
    assert (second.id, second.raised_at, second.ended_at) == (first.id, first.raised_at, None)
    assert second.posts == 29
    (third,) = watch(look(marks, now=NOW + timedelta(minutes=150)), [second])
    assert third.ended_at == NOW + timedelta(minutes=150)


def test_a_scene_of_its_own_is_named() -> None:
    quiet = [mark(300 + at, scene=Scene.COMMENT) for at in range(3)]
    surge = watch(look([*quiet, *crowd(30)]), [])[0]
    assert surge.series.scene in (None, Scene.POST)
