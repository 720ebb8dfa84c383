"""What surges are called, in words that a moderator understands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskguard.domain.opinion import Series, SeriesKind, Surge
from riskguard.services.opinion.naming import further, subject, usually
from tests.unit.services.opinion.samples import NOW

TIDE = Surge("srg", "forum", Series(SeriesKind.TOPIC, "停水"), NOW, NOW, NOW, 5, 40, 0.0, 60.0)


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (Series(SeriesKind.TOPIC, "停水"), "话题“停水”"),
        (Series(SeriesKind.EMOTION, "angry"), "愤怒发言"),
        (Series(SeriesKind.EMOTION, "negative"), "负面发言"),
        (Series(SeriesKind.VOLUME), "发言人数"),
    ],
)
def test_what_surges_is_named(series: Series, words: str) -> None:
    assert subject(replace(TIDE, series=series)) == subject(series) == words


@pytest.mark.parametrize(
    ("name", "topics", "more"),
    [
        ("停水", ("停水", "停水 通知", "物业"), ["停水 通知", "物业"]),
        ("停水 通知", ("停水 通知", "停水", "通知"), []),
        ("停水", ("停水", "小区", "小区 物业"), ["小区 物业"]),
        ("停水", ("停水",), []),
    ],
)
def test_further_words_say_more_than_the_name(name: str, topics: tuple[str, ...], more: list[str]) -> None:
    assert further(replace(TIDE, series=Series(SeriesKind.TOPIC, name), topics=topics)) == more


def test_a_rise_of_all_posts_tells_what_is_said() -> None:
    volume = replace(TIDE, series=Series(SeriesKind.VOLUME), topics=("停水", "停水 通知"))
    assert further(volume) == ["停水 通知"]


@pytest.mark.parametrize(("expected", "words"), [(0.0, "平时几乎没有"), (0.04, "平时几乎没有"), (2.34, "平时约 2.3")])
def test_few_accounts_are_not_written_as_none(expected: float, words: str) -> None:
    assert usually(replace(TIDE, expected=expected)) == words
