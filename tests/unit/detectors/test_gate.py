"""A gate never says no where a word stands, whatever it says elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.lexicon import contact, spoken
from riskguard.detectors.lexicon.dictionary import codes_of
from riskguard.detectors.lexicon.gate import Gate, begun_between
from riskguard.text.channels import channels_of
from riskguard.text.view import fold, fold_all

_AHEAD = (
    "谨防 警惕 当心 小心 严防 防范 勿信 别信 不要碰 拒绝 远离 抵制 举报 打击 严打 整治 清理 查处 查获 缴获 收缴 破获"
    " 上交 上缴 禁止 严禁 杜绝 骂我 说我 喊我 叫我 喷我 怼我 吼我 评论我 留言我 回复我 那句 这句 所谓 无需 没 谢绝"
)
_BEHIND = (
    "是骗局 是诈骗 是骗人 是骗子 是违法 是犯法 是犯罪 是陷阱 是套路 是圈套 是假的 骗了 被骗 案件告破 嫌疑人 团伙"
    " 的话真 的词真 的字眼真 被抓 被判 被查 被捕 被端"
)
_ASKED = (
    "加我 加微 加v 加q 加薇 加威 加群 微信 扣扣 私聊 私信 私我 联系 电话 进群 找我 有货 出货 包邮 现货 日结 返佣 提现"
    " 开户 vx wx qq ab123 12345 a_b-1 _-1_-"
)


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


@pytest.mark.parametrize(
    "text", [*(f"{word}刷单" for word in _AHEAD.split()), *(f"刷单{word}" for word in _BEHIND.split())]
)
def test_each_word_that_speaks_of_a_place_passes(text: str) -> None:
    view = fold(text)
    at = view.folded.index("刷单")
    places = np.array([at]), np.array([at + 2])
    assert spoken.spoken_of(view, at, at + 2)
    assert spoken.may_be_spoken_of(channels_of([view]).folded, *places).all()


@pytest.mark.parametrize("asked", _ASKED.split())
def test_each_word_that_asks_to_be_reached_passes(asked: str) -> None:
    view = fold(f"{asked}，刷单")
    at = view.folded.index("刷单")
    places = np.array([at]), np.array([at + 2])
    assert contact.contact_near(view.folded, at, at + 2)
    assert contact.contact_may_be_near(channels_of([view]).folded, *places).all()


_spoken = st.one_of(
    st.from_regex(spoken._AHEAD).map("{}刷单".format), st.from_regex(spoken._BEHIND).map("刷单{}".format)
)
_asked = st.sampled_from([contact._OFFER, contact._ACCOUNT]).flatmap(st.from_regex)


@given(st.lists(st.one_of(_spoken, _asked.map("{}刷单".format), _asked.map("刷单{}".format)), min_size=1, max_size=5))
def test_whatever_the_expressions_match_passes(texts: list[str]) -> None:
    views = fold_all(texts)
    places = [view.folded.rindex("刷单") for view in views]
    read = channels_of(views).folded
    starts = np.array(places) + read.edges[: len(places)]
    may_be = spoken.may_be_spoken_of(read, starts, starts + 2).tolist()
    may_ask = contact.contact_may_be_near(read, starts, starts + 2).tolist()
    for view, at, spoken_of, near in zip(views, places, may_be, may_ask, strict=True):
        assert spoken_of or not spoken.spoken_of(view, at, at + 2)
        assert near or not contact.contact_near(view.folded, at, at + 2)
