"""Laws of grading: company never makes information milder, and no place is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.person import PersonDetector
from riskguard.domain.finding import EvidenceSpan, Finding, Reading
from riskguard.domain.privacy import Risk
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.services.disclosure import disclosed
from riskguard.text.view import fold
from tests.unit.detectors.posts import read_by

_TAXONOMY = load_taxonomy(Path("policies/taxonomy.yaml"))
_LABELS = sorted(label.id for label in _TAXONOMY if label.id.startswith("pii."))
_TEXT = "我的电话是壹，他的身份证是贰；客服微信叁。5岁的孩子住在肆，张三确诊了"
_PLACES = [(at, end) for at in range(len(_TEXT)) for end in (at + 1, min(len(_TEXT), at + 4)) if at < end]
_FINDINGS = st.builds(
    Finding,
    st.sampled_from([*_LABELS, "doxxing", "abuse"]),
    st.sampled_from([0.1, 0.3, 0.5, 0.9]),
    st.sampled_from(["pii", "encoder", "person"]),
    st.lists(st.sampled_from(_PLACES), max_size=3, unique=True).map(
        lambda places: tuple(EvidenceSpan(start, end, "why") for start, end in places)
    ),
)


def _risks(findings: list[Finding]) -> dict[tuple[str, int, int], tuple[Risk, bool]]:
    """The worst grade of each place and label."""
    reading = disclosed(Reading(tuple(findings)), view=fold(_TEXT), at=date(2026, 11, 27), taxonomy=_TAXONOMY)
    worst: dict[tuple[str, int, int], tuple[Risk, bool]] = {}
    for f in reading.findings:
        if "risk" in f.facts:
            graded = (Risk.parse(str(f.facts["risk"])), bool(f.facts["pipl_sensitive"]))
            for span in f.spans:
                place = (f.label, span.start, span.end)
                known = worst.get(place, graded)
                worst[place] = (max(known[0], graded[0]), known[1] or graded[1])
    return worst


@given(st.lists(_FINDINGS, max_size=6), _FINDINGS)
def test_another_finding_never_lowers_a_grade(findings: list[Finding], another: Finding) -> None:
    before, after = _risks(findings), _risks([*findings, another])
    for place, (risk, sensitive) in before.items():
        assert after[place][0] >= risk
        assert after[place][1] >= sensitive


@given(st.lists(_FINDINGS, max_size=6))
def test_every_place_and_score_is_kept(findings: list[Finding]) -> None:
    reading = disclosed(Reading(tuple(findings)), view=fold(_TEXT), at=date(2026, 11, 27), taxonomy=_TAXONOMY)
    said = {(f.label, f.score, s) for f in findings for s in f.spans}
    kept = [f for f in reading.findings if f.detector != "disclosure"]
    assert {(f.label, f.score, s) for f in kept for s in f.spans} == said
    assert {f.label for f in kept} == {f.label for f in findings}


_WORDS = (
    "我 他 患者 张三 王某 确诊 核酸 阳性 健康码 红了 1月2日 14:00 从武昌站 到汉口站 每天 在操场 人民路 8号 3栋 502室 "
    "收件人 ， 。 \u200b １２ 媽 大家 去骂 把她 挂出来 的电话 13800138000"
)
_PIECES = st.sampled_from(_WORDS.split(" "))


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_what_is_told_about_people_stands_in_the_text_as_typed(raw: str) -> None:
    (findings,) = read_by(PersonDetector(), raw, floor=0.0)
    view = fold(raw)
    for finding in findings:
        places = [(span.start, span.end) for span in finding.spans]
        assert places == sorted(places)
        assert all(0 <= start < end <= len(raw) for start, end in places)
        assert all(start in view.origin and end - 1 in view.origin for start, end in places)
    told = disclosed(Reading(tuple(findings)), view=view, at=date(2026, 11, 27), taxonomy=_TAXONOMY)
    assert all({"risk", "pipl_sensitive", "basis", "whose"} <= f.facts.keys() for f in told.findings)
