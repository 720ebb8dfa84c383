"""The core decision: strictest action, silence, alerts, and what a verdict shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.domain.finding import Abstention, Cause, Finding, Reading
from riskguard.domain.post import Scene
from riskguard.domain.verdict import Action, Verdict
from riskguard.policy.engine import evaluate
from tests.unit.policy.samples import edition, post, reading

POLICY = """
    policy: sample
    thresholds:
      abuse: {review: 0.60, block: 0.92}
      abuse.threat: {block: 0.30, because: 威胁, basis: 某法 第一条}
      self_harm: {alert: {care: 0.5}}
      ad: {limit: 0.5, alert: 0.8}
      vulgar: {}
      similar.campaign: {alert: {campaign: 0.5}}
      custom: {mask: 0.5}
    rules:
      - {id: long-ad, when: 'score("ad.*") >= 0.3 and text.length > 3', then: review, because: 长广告, alert: spam}
      - {id: watch, when: 'score("ad") >= 0.3', alert: spam}
    scenes:
      treehole: {thresholds: {abuse: {}}, rules: [{id: watch, when: 'text.length > 99', then: block}]}
      dm: {without: [watch], on_abstention: allow}
    """
ABUSE = ("thresholds.abuse.review", "thresholds.abuse.block")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


def judged(folder: Path, read: Reading, *, scene: Scene = Scene.POST) -> Verdict:
    item = post(scene=scene)
    return evaluate(edition(folder, POLICY).policy_for(scene), item, read, masked_text="m")


@pytest.mark.parametrize(
    ("scores", "action", "rules"),
    [
        pytest.param({}, Action.ALLOW, (), id="nothing-found"),
        pytest.param({"abuse": 0.59}, Action.ALLOW, (), id="below-every-threshold"),
        pytest.param({"abuse": 0.60}, Action.REVIEW, ABUSE[:1], id="on-the-threshold"),
        pytest.param({"abuse": 0.92}, Action.BLOCK, ABUSE, id="all-that-were-reached-are-shown"),
        pytest.param({"abuse__insult": 0.7}, Action.REVIEW, ABUSE[:1], id="a-parent-covers-its-children"),
        pytest.param({"abuse__insult__deep": 0.7}, Action.REVIEW, ABUSE[:1], id="and-their-children"),
        pytest.param({"abuse__threat": 0.29}, Action.ALLOW, (), id="an-entry-of-its-own-counts-alone"),
        pytest.param({"abuse__threat": 0.95}, Action.BLOCK, ("thresholds.abuse.threat.block",), id="own-entry-fires"),
        pytest.param({"abusement": 0.95}, Action.ALLOW, (), id="a-longer-name-is-no-child"),
        pytest.param({"vulgar": 1.0}, Action.ALLOW, (), id="an-empty-entry-is-silent"),
        pytest.param({"custom__x": 0.5}, Action.MASK, ("thresholds.custom.mask",), id="custom-labels"),
        pytest.param({"hate": 1.0}, Action.ALLOW, (), id="a-label-without-entry"),
    ],
)
def test_thresholds(book: Path, scores: dict[str, float], action: Action, rules: tuple[str, ...]) -> None:
    verdict = judged(book, reading(**scores))
    assert (verdict.action, tuple(rule.id for rule in verdict.rules)) == (action, rules)


def test_one_threshold_reached_by_two_labels_fires_once(book: Path) -> None:
    verdict = judged(book, reading(abuse=0.7, abuse__insult=0.8))
    assert [(rule.id, rule.labels) for rule in verdict.rules] == [(ABUSE[0], ("abuse", "abuse.insult"))]


def test_rules_and_alerts_stand_beside_each_other(book: Path) -> None:
    verdict = judged(book, reading(ad__contact=0.4, ad=0.85))
    assert verdict.action is Action.REVIEW
    assert [rule.id for rule in verdict.rules] == ["thresholds.ad.limit", "thresholds.ad.alert", "long-ad", "watch"]
    assert verdict.alerts == ("ad", "spam")
    shown = verdict.rules[2]
    assert (shown.action, shown.because, shown.labels) == (Action.REVIEW, "长广告", ("ad.contact", "ad"))


def test_an_alert_allows_and_is_heard(book: Path) -> None:
    verdict = judged(book, reading(self_harm__urgent=0.5))
    assert (verdict.action, verdict.alerts, verdict.needs_human) == (Action.ALLOW, ("care",), True)


def test_why_is_told_in_the_words_of_the_taxonomy_or_of_the_officer(book: Path) -> None:
    assert judged(book, reading(abuse=0.7)).rules[0].because == "攻击辱骂: 分数达到 0.6"
    threat = judged(book, reading(abuse__threat=0.7)).rules[0]
    assert (threat.because, threat.basis) == ("威胁", "某法 第一条")


def test_a_scene_speaks_last(book: Path) -> None:
    assert judged(book, reading(abuse=0.99), scene=Scene.TREEHOLE).action is Action.ALLOW
    assert judged(book, reading(ad=0.4), scene=Scene.TREEHOLE).alerts == ("spam",)
    assert [r.id for r in judged(book, reading(ad=0.4), scene=Scene.DM).rules] == ["long-ad"]


@pytest.mark.parametrize(
    ("cause", "scene", "action"),
    [
        pytest.param(Cause.FAILED, Scene.POST, Action.REVIEW, id="a-failed-detector-is-looked-after"),
        pytest.param(Cause.ABSENT, Scene.POST, Action.ALLOW, id="an-absent-model-is-a-fact"),
        pytest.param(Cause.FAILED, Scene.DM, Action.ALLOW, id="unless-the-scene-says-otherwise"),
    ],
)
def test_silence(book: Path, cause: Cause, scene: Scene, action: Action) -> None:
    silent = (Abstention("linear", "too slow", cause, ("abuse",)),)
    verdict = judged(book, Reading(abstentions=silent), scene=scene)
    assert (verdict.action, verdict.abstentions) == (action, silent)
    assert [rule.id for rule in verdict.rules] == (["on_abstention"] if action else [])


def test_silence_never_softens(book: Path) -> None:
    read = Reading(reading(abuse=0.95).findings, (Abstention("pii", "broke"),))
    verdict = judged(book, read)
    assert verdict.action is Action.BLOCK
    assert verdict.rules[-1].because == "检测器未能作答: pii"


def test_a_campaign_is_named_after_the_first_post_once_the_policy_calls_it_one(book: Path) -> None:
    found = Finding("similar.campaign", 0.5, "similar", facts={"cluster": "pst_17", "accounts": 10})
    assert judged(book, Reading((found,))).campaign == "cmp_17"
    fewer = Finding("similar.campaign", 0.4, "similar", facts={"cluster": "pst_17", "accounts": 8})
    assert judged(book, Reading((fewer,))).campaign is None


def test_a_verdict_carries_what_it_stands_on(book: Path) -> None:
    read = Reading(reading(abuse=0.7, sentiment__negative=0.01).findings, models={"linear": "v3"})
    verdict = judged(book, read)
    assert verdict.labels == {"abuse": 0.7, "sentiment.negative": 0.01}
    assert verdict.findings == read.findings
    assert (verdict.post_id, verdict.masked_text, verdict.models) == ("post-1", "m", {"linear": "v3"})
    assert verdict.policy_version == edition(book, POLICY).version
