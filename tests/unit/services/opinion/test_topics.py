"""Topics: words, pairs and hashtags; variants are one; words that say nothing are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion.topics import concentration, top_topics, topics_of
from tests.unit.services.opinion.samples import mark

RULES = OpinionRules()


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        pytest.param("小区又停水了", {"小区", "停水"}, id="keywords"),
        pytest.param("小區又停水了", {"小区", "停水"}, id="traditional-is-the-same"),
        pytest.param("核酸检测排队", {"核酸 检测", "检测 排队"}, id="pairs-of-neighbours"),
        pytest.param("#期末考试# 加油", {"#期末考试"}, id="hashtag"),
        pytest.param("ＶＰＮ 又断了", {"vpn"}, id="full-width-latin"),
    ],
)
def test_what_a_text_is_about(text: str, topics: set[str]) -> None:
    assert topics <= set(topics_of([text], RULES)[0])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("转发微博", id="a-repost-mark"),
        pytest.param("@某某 [泪] http://t.cn/abc 我们都是这样觉得的", id="mention-emoticon-link-function-words"),
        pytest.param("哈哈哈哈！！！！12345", id="laughter-and-numbers"),
        pytest.param("加我 abc_12345 或 wx88abc", id="identifiers"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_topic(text: str) -> None:
    assert topics_of([text], RULES) == [()]


def test_the_officers_words_are_merged_and_ignored() -> None:
    rules = replace(RULES, ignore=frozenset({"排队"}), merge={"自来水": "供水"})
    assert set(topics_of(["自来水排队"], rules)[0]) == {"供水"}


def test_topics_of_the_same_posts_are_one_and_counted_by_accounts() -> None:
    marks = [
        *(mark(account=at, topics=["停水", "停水 通知"]) for at in range(5)),
        *(mark(account=1, topics=["快递"]) for _ in range(9)),
        *(mark(account=at, topics=["快递"]) for at in (1, 2)),
    ]
    first, second = top_topics(marks)
    assert (first.words, first.accounts) == (("停水 通知", "停水"), 5)
    assert (second.name, second.accounts, second.posts) == ("快递", 2, 11)


@pytest.mark.parametrize(
    ("counts", "index"),
    [({}, 0.0), ({"a": 9}, 1.0), ({"a": 1, "b": 1}, 0.5)],
    ids=["nothing", "one", "two-alike"],
)
def test_concentration(counts: dict[str, int], index: float) -> None:
    assert concentration(counts) == index
