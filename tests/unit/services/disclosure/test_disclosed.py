"""What disclosures are graded, alone and in company, under the shipped taxonomy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskguard.domain.finding import EvidenceSpan, Finding, Reading
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.services.disclosure import disclosed, discloses
from riskguard.text.view import fold

TAXONOMY = load_taxonomy(Path("policies/taxonomy.yaml"))
_TODAY = date(2026, 11, 27)


def found(text: str, label: str, part: str, score: float = 0.9) -> Finding:
    """A finding at the first place of `part`."""
    at = text.index(part)
    return Finding(label, score, "pii", (EvidenceSpan(at, at + len(part), "why"),))


def read(text: str, *findings: Finding, taxonomy: Taxonomy = TAXONOMY) -> list[Finding]:
    """What becomes of these findings in the text."""
    return list(disclosed(Reading(findings), view=fold(text), at=_TODAY, taxonomy=taxonomy).findings)


def _grades(text: str, **parts: str) -> dict[str, tuple[object, object]]:
    told = read(text, *(found(text, f"pii.{kind}", part) for kind, part in parts.items()))
    return {f.label.removeprefix("pii."): (f.facts["risk"], f.facts["pipl_sensitive"]) for f in told}


@pytest.mark.parametrize(
    ("text", "parts", "grades"),
    [
        pytest.param("号 110101", {"id_card": "110101"}, {"id_card": ("high", False)}, id="a-lone-id-is-not-sensitive"),
        pytest.param("卡 622202", {"bank_card": "622202"}, {"bank_card": ("high", True)}, id="a-bank-card-is"),
        pytest.param("确诊了", {"health": "确诊"}, {"health": ("medium", True)}, id="health-is"),
        pytest.param(
            "张三 138",
            {"name": "张三", "mobile": "138"},
            {"name": ("medium", True), "mobile": ("high", True)},
            id="two-identifiers",
        ),
        pytest.param(
            "张三 确诊",
            {"name": "张三", "health": "确诊"},
            {"name": ("medium", True), "health": ("high", True)},
            id="an-identifier-with-health",
        ),
        pytest.param(
            "张三 138 确诊",
            {"name": "张三", "mobile": "138", "health": "确诊"},
            {"name": ("high", True), "mobile": ("critical", True), "health": ("critical", True)},
            id="both",
        ),
        pytest.param("4岁的女儿 138", {"mobile": "138"}, {"mobile": ("high", True)}, id="an-identifier-of-a-child"),
        pytest.param("24岁 138", {"mobile": "138"}, {"mobile": ("medium", False)}, id="a-grown-up"),
        pytest.param(
            "客服微信 abc，地址 人民路8号",
            {"wechat": "abc", "address": "人民路8号"},
            {"wechat": ("low", False), "address": ("low", False)},
            id="what-a-shop-publishes-is-mild-in-any-company",
        ),
        pytest.param("未知 x1", {"retina": "x1"}, {"retina": ("medium", False)}, id="a-kind-that-nobody-graded"),
    ],
)
def test_grades(text: str, parts: dict[str, str], grades: dict[str, tuple[object, object]]) -> None:
    assert _grades(text, **parts) == grades


def test_an_identity_number_tells_that_it_is_a_childs() -> None:
    text = "身份证 11010120200101001x，找到请还"
    (finding,) = read(text, found(text, "pii.id_card", "11010120200101001x"))
    assert finding.facts["pipl_sensitive"] is True
    assert "第二十八条" in str(finding.facts["basis"])


def test_why_it_was_raised_is_said_with_the_law() -> None:
    text = "张三 138"
    mobile, _ = read(text, found(text, "pii.mobile", "138"), found(text, "pii.name", "张三"))
    assert mobile.facts["raised"] == "两种以上直接标识同时出现：手机号、姓名"
    assert mobile.facts["basis"] == "个人信息保护法 第四条、GB/T 35273-2020 附录A；GB/T 45574-2025"


def test_what_is_hardly_likely_makes_nothing_worse() -> None:
    text = "张三 单号138"
    number, name = read(text, found(text, "pii.mobile", "138", score=0.27), found(text, "pii.name", "张三"))
    assert (name.facts["risk"], number.facts["risk"]) == ("low", "medium")


def test_a_finding_about_two_people_becomes_two() -> None:
    text = "我的手机13800138000。他的手机13900139000"
    spans = tuple(EvidenceSpan(at, at + 11, "手机号") for at in (4, 20))
    told = read(text, Finding("pii.mobile", 0.99, "pii", spans))
    assert [(f.facts["whose"], [s.start for s in f.spans]) for f in told] == [("self", [4]), ("other", [20])]


def test_places_are_looked_up_in_the_folded_text() -> None:
    text = "他\u200b的手\u200b机１３８００１３８０００"
    (finding,) = read(text, found(text, "pii.mobile", "１３８００１３８０００"))
    assert finding.facts["whose"] == "other"


def test_other_findings_stay_as_they_are() -> None:
    plain = Finding("abuse", 0.9, "linear")
    assert read("你好", plain) == [plain]
    assert not discloses(Reading((plain,)))


def _named(by: str, score: float, *places: tuple[int, int], label: str = "pii.name") -> Finding:
    return Finding(label, score, by, tuple(EvidenceSpan(start, end, by) for start, end in places), {"by": by})


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        pytest.param([("rule", 0.8, (0, 2))], {("rule", 0.8, ((0, 2),))}, id="a-rule-alone"),
        pytest.param(
            [("rule", 0.8, (0, 2)), ("encoder", 0.5, (0, 2), (5, 7))],
            {("both", 0.9, ((0, 2),)), ("encoder", 0.5, ((5, 7),))},
            id="agreed-on-one-of-two",
        ),
        pytest.param(
            [("rule", 0.8, (0, 3)), ("encoder", 0.5, (1, 3))], {("both", 0.9, ((0, 3),))}, id="the-wider-place-stays"
        ),
        pytest.param(
            [("rule", 0.8, (0, 3)), ("encoder", 0.5, (2, 5))],
            {("rule", 0.8, ((0, 3),)), ("encoder", 0.5, ((2, 5),))},
            id="places-that-cross-are-two",
        ),
    ],
)
def test_places_that_rules_and_a_model_found_stand_once(
    findings: list[tuple[str, float, tuple[int, int]]], told: set[tuple[str, float, tuple[tuple[int, int], ...]]]
) -> None:
    given = [_named(by, score, *places) for by, score, *places in findings]
    assert {
        (str(f.facts["by"]), f.score, tuple((s.start, s.end) for s in f.spans))
        for f in read("张三丰和李四光来过", *given)
    } == told
