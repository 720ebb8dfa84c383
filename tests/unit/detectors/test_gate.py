"""A gate never says no where a word stands, whatever it says elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from riskguard.detectors.lexicon import contact, spoken
from riskguard.detectors.lexicon.dictionary import codes_of
from riskguard.detectors.lexicon.gate import Gate, begun_between
from riskguard.text.channels import channels_of
from riskguard.text.view import fold_all

_BESIDE = [
    *("", "\n", "的", "，", "我", "是", "这种", "ab", "a1b2c3", "qq", "加", "微信", "v信", "有货", "日结", "现货"),
    *(
        "谨防",
        "请勿相信",
        "别再信",
        "不要碰",
        "他骂我",
        "被人说了",
        "有人总说",
        "那句",
        "所谓的",
        "上交",
        "不会让",
        "从没",
        "无需",
    ),
    *("都是骗局", "属于违法", "骗了", "案件告破", "嫌疑人", "这样的话真", "字眼太", "被抓", "涉嫌诈骗", "就是套路"),
]


@pytest.mark.parametrize(
    ("start", "end", "begun"),
    [
        pytest.param(0, 2, False, id="before-the-word"),
        pytest.param(0, 3, True, id="where-it-begins"),
        pytest.param(3, 9, False, id="after-that"),
        pytest.param(-9, 99, True, id="beyond-the-texts"),
    ],
)
def test_a_word_is_told_where_it_begins(start: int, end: int, *, begun: bool) -> None:
    [marks] = Gate("骗局 查处 不 加v").marks(codes_of("都是骗局啊"))
    assert begun_between(marks, np.array([start]), np.array([end])).tolist() == [begun]


def test_each_list_is_told_by_itself() -> None:
    marks = Gate("不 骗局", "加v").marks(codes_of("不加v骗局𠮷"))
    assert [np.flatnonzero(each).tolist() for each in marks] == [[0, 3], [1]]


@pytest.mark.parametrize("before", _BESIDE)
def test_what_speaks_of_a_place_or_asks_beside_it_passes(before: str) -> None:
    views = fold_all([f"{before}{between}刷单{between}{behind}" for behind in _BESIDE for between in ("", "：", "的")])
    places = [view.folded.rindex("刷单") for view in views]
    read = channels_of(views).folded
    starts = np.array(places) + read.edges[: len(places)]
    may_be = spoken.may_be_spoken_of(read, starts, starts + 2).tolist()
    may_ask = contact.contact_may_be_near(read, starts, starts + 2).tolist()
    for view, at, spoken_of, near in zip(views, places, may_be, may_ask, strict=True):
        assert spoken_of or not spoken.spoken_of(view, at, at + 2)
        assert near or not contact.contact_near(view.folded, at, at + 2)
