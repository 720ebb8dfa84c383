from __future__ import annotations

import pytest

from riskguard.detectors.similar.residue import residue
from riskguard.text.view import fold


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("说得对//@老张：不同意//@老李:原文", "说得对", id="repost-chain"),
        pytest.param("说得对 /@老张: 不同意", "说得对", id="repost-with-one-stroke"),
        pytest.param("转发微博", "", id="mere-repost"),
        pytest.param("//@老张:原文", "原文", id="nothing-of-ones-own-is-the-reposted"),
        pytest.param("//@老张:好//@老李：原文", "原文", id="of-a-chain-the-first-post"),
        pytest.param("转发微博[心]//@老张:原文", "", id="the-platforms-own-words-for-a-repost"),
        pytest.param("/@x 便宜卖东西", "便宜卖东西", id="a-stroke-before-a-mention-is-no-repost"),
        pytest.param("//@x 便宜卖东西", "便宜卖东西", id="nor-are-two"),
        pytest.param("/@x" + "便宜卖东西" * 4, "x" + "便宜卖东西" * 4, id="a-text-dressed-as-a-name"),
        pytest.param("> 便宜卖东西", "便宜卖东西", id="all-quoted"),
        pytest.param("> 他说的\n我不信\n明天再看", "我不信明天再看", id="a-quoted-line-ends-with-the-line"),
        pytest.param("「便宜卖东西」", "便宜卖东西", id="all-in-quotation-marks"),
        pytest.param("http://example.com/a", "http example com a", id="only-a-link"),
        pytest.param("#打卡第一天# @小红[心]", "", id="only-a-hashtag-a-name-and-an-emoticon"),
        pytest.param("@小红 @小明 快来看[哈哈][心]", "快来看", id="mentions-and-emoticons"),
        pytest.param("回复@小红: 好的呀", "好的呀", id="answer"),
        pytest.param("#周末去哪儿#去植物园", "去植物园", id="hashtag"),
        pytest.param("详情 http://example.com/a?b=1 见", "详情见", id="link"),
        pytest.param("他说「今天不来」我不信", "他说我不信", id="quote"),
        pytest.param("ＡＢＣ，好！😀 好～", "abc好好", id="width-case-punctuation-emoji"),
        pytest.param("3/5的人@不到", "35的人", id="stroke-without-mention"),
        pytest.param("it is  GOOD, 真的 good", "it is good真的good", id="latin-words-stay-apart"),
        pytest.param("领 取 v x 号", "领取v x号", id="spaces-between-chinese-vanish"),
        pytest.param("", "", id="empty"),
    ],
)
def test_only_the_authors_own_letters_are_left(text: str, left: str) -> None:
    assert residue(fold(text).folded) == left
