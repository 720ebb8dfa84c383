"""Word borders tell a term from two words that meet."""

from __future__ import annotations

import pytest

from riskguard.text.segment import crosses_words


@pytest.mark.parametrize(
    ("text", "term", "crosses"),
    [
        ("前面路口交通很堵", "口交", True),
        ("这是个大麻烦", "大麻", True),
        ("他妈妈来学校了", "他妈", True),
        ("你个傻逼快滚", "傻逼", False),
        ("有人在群里卖手枪", "手枪", False),
    ],
)
def test_borders(text: str, term: str, crosses: bool) -> None:
    start = text.index(term)
    assert crosses_words(text, start, start + len(term)) is crosses


def test_only_the_neighbourhood_is_segmented() -> None:
    text = "好" * 5000 + "路口交通" + "好" * 5000
    start = text.index("口交")
    assert crosses_words(text, start, start + 2)
