"""Word borders tell a term from two words that meet."""

from __future__ import annotations

import pytest

from riskguard.text.segment import crossed_words


@pytest.mark.parametrize(
    ("text", "term", "crosses"),
    [
        ("前面路口交通很堵", "口交", True),
        ("这是个大麻烦", "大麻", True),
        ("他妈妈来学校了", "他妈", True),
        ("你个傻逼快滚", "傻逼", False),
        ("有人在群里卖手枪", "手枪", False),
        ("低价出冰毒，量大", "冰毒", False),
    ],
)
def test_borders(text: str, term: str, crosses: bool) -> None:
    start = text.index(term)
    assert bool(crossed_words(text, start, start + len(term))) is crosses


def test_the_crossed_word_is_told_with_its_place() -> None:
    assert crossed_words("刷单日结", 0, 2) == [(1, 3)]


def test_only_the_neighbourhood_is_segmented() -> None:
    text = "好" * 5000 + "路口交通" + "好" * 5000
    start = text.index("口交")
    assert crossed_words(text, start, start + 2)
