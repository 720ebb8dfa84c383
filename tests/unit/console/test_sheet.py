"""What stands on a case's page, and in which order."""

from datetime import UTC, datetime

import pytest

from riskguard.console.sheet import Sheet
from riskguard.console.veil import lifted
from riskguard.domain.case import Case, CaseFile, Ruling
from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.domain.verdict import Action, FiredRule, Verdict

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TAXONOMY = Taxonomy(
    {
        "abuse": Label("abuse", "攻击", "abuse", Family.COMPLIANCE, 2),
        "pii.mobile": Label("pii.mobile", "手机号", "mobile", Family.PRIVACY, 2),
        "emotion.sad": Label("emotion.sad", "悲伤", "sad", Family.OPINION, 0),
        "self_harm.urgent": Label("self_harm.urgent", "紧急求助", "urgent", Family.COMPLIANCE, 4),
    }
)


def sheet(verdict: Verdict | None, text: str = "电话13900001111，废物") -> Sheet:
    post = Post("pst_1", "tide", "1", text, NOW)
    return Sheet(CaseFile(Case("cas_1", "pst_1", "tide", 50, NOW), post, verdict), TAXONOMY, NOW, lifted(post))


def judged(scores: dict[str, float], *rules: FiredRule) -> Verdict:
    return Verdict("pst_1", Action.REVIEW, labels=scores, rules=rules)


def test_labels_of_the_strictest_rule_come_first_though_others_score_higher() -> None:
    shown = sheet(
        judged(
            {"pii.mobile": 1.0, "abuse": 0.8, "emotion.sad": 0.9},
            FiredRule("thresholds.pii.mobile.mask", Action.MASK, labels=("pii.mobile",)),
            FiredRule("thresholds.abuse.review", Action.REVIEW, labels=("abuse",)),
        )
    )
    assert [(chip.look.name, chip.percent, chip.fired) for chip in shown.chips] == [
        ("攻击", 80, True),
        ("手机号", 100, True),
    ]


def test_without_a_rule_the_three_gravest_labels_stand_there_faintly() -> None:
    shown = sheet(judged({"abuse": 0.3, "emotion.sad": 0.9, "pii.mobile": 0.2, "custom.x": 0.1, "rumour": 0.04}))
    assert [(chip.look.name, chip.look.faint) for chip in shown.chips] == [
        ("攻击", True),
        ("手机号", True),
        ("x", True),
    ]


def test_of_equal_rules_the_one_with_words_of_its_own_leads() -> None:
    shown = sheet(
        judged(
            {"abuse": 0.9},
            FiredRule("thresholds.abuse.review", Action.REVIEW, "攻击: 分数达到 0.8"),
            FiredRule("angry-abuse", Action.REVIEW, "言辞攻击且情绪激烈"),
            FiredRule("two-witnesses", Action.BLOCK, "两处都认为是辱骂"),
        )
    )
    assert [rule.id for rule in shown.rules] == ["two-witnesses", "angry-abuse", "thresholds.abuse.review"]


@pytest.mark.parametrize(
    ("scores", "named", "caring"),
    [
        pytest.param({"self_harm.urgent": 0.6}, ("self_harm.urgent",), True, id="a-cry-for-help"),
        pytest.param({"self_harm": 0.6}, ("self_harm",), True, id="the-family-itself"),
        pytest.param({"self_harm": 0.6}, (), False, id="no-rule-named-it"),
        pytest.param({"abuse": 0.9}, ("abuse",), False, id="abuse"),
        pytest.param({}, ("self_harm",), False, id="a-detector-of-it-failed"),
        pytest.param(
            {"self_harm": 0.6, "self_harm.encouragement": 0.9},
            ("self_harm", "self_harm.encouragement"),
            False,
            id="who-urges-others-is-not-cared-for",
        ),
    ],
)
def test_a_cry_for_help_is_met_with_care(scores: dict[str, float], named: tuple[str, ...], caring: bool) -> None:
    shown = sheet(judged(scores, FiredRule("r", Action.REVIEW, labels=named)))
    assert shown.caring is caring
    assert shown.rulings[Ruling.APPROVE] == ("已关怀处理" if caring else "通过")


def test_evidence_is_quoted_in_the_authors_words_and_whole_findings_stand_apart() -> None:
    span = EvidenceSpan(2, 13, "手机号")
    findings = (
        Finding("pii.mobile", 1.0, "pii", (span,)),
        Finding("emotion.sad", 0.6, "linear"),
        Finding("abuse", 0.04, "linear"),
    )
    shown = sheet(Verdict("pst_1", Action.MASK, findings=findings))
    assert [shown.quote(mark) for mark in shown.marks] == ["13900001111"]
    assert [(chip.label, chip.percent) for chip in shown.whole] == [("emotion.sad", 60)]


def test_a_post_that_was_reported_before_it_was_judged_has_a_page_too() -> None:
    shown = sheet(None, text="第一行\n第二行")
    assert not shown.judged
    assert (shown.line, shown.words, shown.chips, shown.rules) == ("第一行 第二行", "第一行\n第二行", [], [])


def _graded(label: str, risk: str, whose: str, **more: str | bool) -> Finding:
    facts = {"risk": risk, "whose": whose, "pipl_sensitive": False, "basis": "某法 第一条", **more}
    return Finding(label, 0.9, "pii", (EvidenceSpan(2, 13, "手机号"),), facts)


def test_what_is_given_away_is_listed_worst_first_and_once_for_each_owner() -> None:
    verdict = Verdict(
        "pst_1",
        Action.REVIEW,
        findings=(
            _graded("pii.mobile", "medium", "self"),
            _graded(
                "pii.mobile", "critical", "other", pipl_sensitive=True, raised="两种以上直接标识同时出现：手机号、姓名"
            ),
            _graded("pii.mobile", "high", "other"),
            Finding("abuse", 0.9, "linear"),
        ),
    )
    first, second = sheet(verdict).disclosures
    assert (first.owner, first.danger, first.sensitive, first.raised[:4]) == ("他人", "极高", True, "两种以上")
    assert (second.owner, second.danger, second.sensitive, second.raised) == ("本人", "中", False, "")


def test_a_verdict_from_before_grading_gives_nothing_away() -> None:
    assert sheet(Verdict("pst_1", Action.MASK, findings=(Finding("pii.mobile", 0.9, "pii"),))).disclosures == []
