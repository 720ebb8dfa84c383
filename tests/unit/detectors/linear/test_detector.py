from __future__ import annotations

import numpy as np
import pytest

from riskguard.detectors.linear import LinearDetector
from riskguard.detectors.linear.detector import HEADS, strongest_stretch
from riskguard.domain.finding import Cause, Finding
from riskguard.settings import Settings
from tests.unit.detectors.linear.models import made_by_hand
from tests.unit.detectors.posts import read_by, shown

_RISKS = {head for head in HEADS if not head.startswith(("sentiment.", "emotion."))}


@pytest.fixture(scope="module")
def shipped() -> LinearDetector:
    return LinearDetector.load(Settings().model_dir / "linear")


def _scores(detector: LinearDetector, text: str) -> dict[str, float]:
    return {finding.label: finding.score for finding in read_by(detector, text, floor=0.0)[0]}


def test_a_risk_finding_shows_the_characters_that_carried_it() -> None:
    text = "今天\u200b商场大促销快来看看"
    (ad,) = [f for f in read_by(LinearDetector(made_by_hand(), version="t"), text)[0] if f.label == "ad"]
    assert "促" in shown(text, ad)[0]
    assert len(shown(text, ad)[0]) <= 2


def test_an_opinion_finding_means_the_whole_text() -> None:
    found = read_by(LinearDetector(made_by_hand(), version="t"), "今天又哭了一场真难过")[0]
    assert [f.spans for f in found if f.label == "emotion.sad"] == [()]


def test_heads_under_the_floor_are_left_out_and_floor_zero_gives_all() -> None:
    detector = LinearDetector(made_by_hand(), version="t")
    assert [f.label for f in read_by(detector, "大促销", floor=0.6)[0]] == ["ad"]
    assert {f.label for f in read_by(detector, "大促销", floor=0.0)[0]} == {"ad", "emotion.sad"}


def test_a_head_without_a_model_is_absent_and_never_scored() -> None:
    detector = LinearDetector(made_by_hand(), version="t", missing={"hate": "no examples"})
    assert {a.cause for a in detector.absences} == {Cause.ABSENT}
    assert ("hate",) in [a.labels for a in detector.absences if a.reason == "no examples"]
    absent = {label for a in detector.absences for label in a.labels}
    assert absent | detector.labels == set(HEADS)
    assert not absent & detector.labels


def test_an_empty_post_is_read_without_spans() -> None:
    found: list[Finding] = read_by(LinearDetector(made_by_hand(), version="t"), "", floor=0.0)[0]
    assert all(not finding.spans for finding in found)


def test_the_strongest_stretch_is_the_run_with_the_highest_sum() -> None:
    assert strongest_stretch(np.array([1.0, -3.0, 2.0, -1.0, 4.0, -9.0])) == (2, 5)
    assert strongest_stretch(np.array([-2.0, -1.0])) == (1, 2)


@pytest.mark.parametrize(
    ("head", "risky", "innocent"),
    [
        pytest.param(
            "gambling", "注册送彩金，真人百家乐在线开户，首存送88", "昨晚和朋友打牌输了一顿火锅", id="gambling"
        ),
        pytest.param(
            "illegal_trade", "专业代开各类发票，办证刻章，量大从优", "公司让我下周补交出差的发票", id="illegal-trade"
        ),
        pytest.param("sexual", "高端嫩模酒店上门，全套服务，无定金面付", "酒店前台小姐姐服务很热情", id="sexual"),
        pytest.param("ad", "全场五折起，会员专享满减，退订回复T", "商场今天人真多，我们逛了一会就回家了", id="ad"),
        pytest.param("self_harm", "我真的不想活了，活着太累了", "今天跑步好累，不过很值得", id="self-harm"),
        pytest.param("emotion.angry", "气死我了，这客服什么态度，垃圾", "图书馆九点开门", id="angry"),
        pytest.param(
            "sentiment.positive", "太喜欢这里了，开心的一天，谢谢大家", "气死我了，这客服什么态度", id="positive"
        ),
        pytest.param("sexism", "女人就该在家带孩子，读那么多书没用", "她在实验室读博士，最近发了论文", id="sexism"),
    ],
)
def test_the_shipped_model_tells_risk_from_innocent_talk(
    shipped: LinearDetector, head: str, risky: str, innocent: str
) -> None:
    assert _scores(shipped, risky)[head] > 0.5 > _scores(shipped, innocent)[head]


@pytest.mark.parametrize(
    "said", ["喝杯咖啡", "一会见", "刚吃完", "想去看电影", "明天几点", "+2", "好冷呀", "周末去哪", "你好"]
)
def test_the_shipped_model_does_not_cry_wolf_over_a_few_everyday_characters(shipped: LinearDetector, said: str) -> None:
    scores = _scores(shipped, said)
    assert {label: score for label, score in scores.items() if label in _RISKS and score >= 0.8} == {}


@pytest.mark.parametrize("insult", ["你真是个蠢货", "你脑子有病吧", "你这种人渣赶紧滚"])
def test_the_shipped_model_knows_an_insult_from_talk_about_one(shipped: LinearDetector, insult: str) -> None:
    peaceful = "被人骂蠢货，心里很难受"
    assert _scores(shipped, insult)["abuse"] > 0.5 > _scores(shipped, peaceful)["abuse"]


@pytest.mark.parametrize(
    "said",
    [
        "修水管的师傅上门服务很好，收费也公道",
        "体检查出乳腺结节，医生让我半年后复查",
        "周末去做了足疗，技师手法不错",
        "晚上约饭吗，公司楼下新开了一家火锅",
        "昨晚看了一部老爱情片，女主角真美",
        "想找一份兼职，周末可以去超市做促销",
        "生理卫生课上老师讲了怎么避孕",
        "警察通报了一起招嫖诈骗，大家小心",
        "会所健身卡转让，价格可谈",
        "美女，这件外套还有中码吗",
    ],
)
def test_the_shipped_model_leaves_innocent_look_alikes_of_sexual_lures_alone(
    shipped: LinearDetector, said: str
) -> None:
    assert _scores(shipped, said)["sexual"] < 0.5


def test_the_shipped_model_has_every_head(shipped: LinearDetector) -> None:
    assert shipped.labels == {*HEADS, "self_harm.urgent"}
    assert shipped.absences == ()
