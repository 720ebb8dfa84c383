"""A term that a text warns of, reports or quotes weighs less; one that is offered does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.detectors.lexicon.spoken import spoken_of
from riskguard.text.view import fold
from tests.unit.detectors.posts import over_lists, read_by


@pytest.mark.parametrize(
    ("text", "term", "spoken"),
    [
        pytest.param("刷单都是骗局，别信", "刷单", True, id="a-fraud-it-says"),
        pytest.param("刷单属于违法犯罪", "刷单", True, id="against-the-law-it-says"),
        pytest.param("警惕网络刷单", "刷单", True, id="beware"),
        pytest.param("请上交枪支、弹药", "弹药", True, id="in-a-row-of-what-is-sought"),
        pytest.param("他骂我傻逼", "傻逼", True, id="said-to-me"),
        pytest.param("被人骂了一句“傻逼”", "傻逼", True, id="quoted"),
        pytest.param("不许说女人不行这种话", "女人不行", True, id="such-words-are-not-wanted"),
        pytest.param("我们不刷单，只卖苹果", "刷单", True, id="not-done"),
        pytest.param("不用加好友，前台登记就行", "加好友", True, id="not-needed"),
        pytest.param("要不加好友聊", "加好友", False, id="a-proposal"),
        pytest.param("刷单不是骗局，放心来", "刷单", False, id="no-fraud-it-says"),
        pytest.param("刷单日结，加我", "刷单", False, id="an-offer"),
        pytest.param("你就是傻逼", "傻逼", False, id="said-to-you"),
        pytest.param("拒绝套路，刷单找我", "刷单", False, id="warns-of-others-and-offers"),
        pytest.param("打击报复？枪支现货", "枪支", False, id="another-clause"),
    ],
)
def test_only_words_beside_the_term_say_that_it_is_spoken_of(text: str, term: str, spoken: bool) -> None:
    view = fold(text)
    at = view.folded.index(term)
    assert spoken_of(view, at, at + len(term)) is spoken


def test_a_term_that_is_spoken_of_keeps_a_third_of_its_weight(tmp_path: Path) -> None:
    lists = {"insult.yaml": "label: abuse.insult\ntier: strong\nterms: [傻逼]\n"}
    (said,), (quoted,) = read_by(over_lists(tmp_path, lists), "你傻逼", "他骂我傻逼")
    assert (said.score, quoted.score) == (0.9, 0.3)
