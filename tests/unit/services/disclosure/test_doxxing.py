"""A call beside another's information is doxxing; beside one's own or a shop's it is not, and says so."""

from __future__ import annotations

import pytest

from riskguard.domain.finding import Finding
from tests.unit.services.disclosure.test_disclosed import found, read

_MOBILE = "13800138000"


def _call(text: str, part: str, score: float = 0.3) -> Finding:
    return found(text, "doxxing", part, score)


def _victims(told: list[Finding]) -> list[Finding]:
    return [f for f in told if f.detector == "disclosure"]


@pytest.mark.parametrize(
    ("text", "parts", "score"),
    [
        pytest.param(f"他的电话{_MOBILE}，大家去骂他", {"pii.mobile": _MOBILE}, 0.8, id="his-number"),
        pytest.param(f"大家去骂他。{_MOBILE}", {"pii.mobile": _MOBILE}, 0.62, id="somebodys-number"),
        pytest.param(
            f"这个女的叫张三，电话{_MOBILE}，大家去骂她",
            {"pii.mobile": _MOBILE, "pii.name": "张三"},
            0.92,
            id="a-name-and-a-number",
        ),
    ],
)
def test_a_call_beside_anothers_information_is_doxxing(text: str, parts: dict[str, str], score: float) -> None:
    call = text[text.index("大家") : text.index("大家") + 5]
    (victim,) = _victims(read(text, _call(text, call), *(found(text, label, part) for label, part in parts.items())))
    assert victim.score == pytest.approx(score)
    assert [text[span.start : span.end] for span in victim.spans] == sorted([call, *parts.values()], key=text.index)
    assert {span.reason for span in victim.spans} >= {"被公开的手机号", "号召曝光或骚扰"}
    assert (victim.facts["whose"], victim.facts["risk"]) == ("other", "critical")


@pytest.mark.parametrize(
    ("text", "label", "part", "owner"),
    [
        pytest.param(f"我的电话{_MOBILE}，大家去骂我啊", "pii.mobile", _MOBILE, "self", id="ones-own"),
        pytest.param(f"黑店客服{_MOBILE}，大家去骂它", "pii.mobile", _MOBILE, "business", id="a-shop"),
        pytest.param("张三太过分了，大家去骂他", "pii.name", "张三", "other", id="a-name-alone"),
    ],
)
def test_without_a_victim_the_call_stays_a_call_and_says_whose_it_is(
    text: str, label: str, part: str, owner: str
) -> None:
    told = read(text, _call(text, "大家去骂"), found(text, label, part))
    assert _victims(told) == []
    (call,) = [f for f in told if f.label == "doxxing"]
    assert (call.score, call.facts["whose"], call.facts["risk"]) == (0.3, owner, "critical")


def test_a_number_far_from_the_call_is_another_matter() -> None:
    text = f"大家去骂他。{'今天天气不错。' * 50}{_MOBILE}"
    assert _victims(read(text, _call(text, "大家去骂他"), found(text, "pii.mobile", _MOBILE))) == []


def test_an_unlikely_number_is_no_victim() -> None:
    text = f"他的单号{_MOBILE}，大家去骂他"
    assert _victims(read(text, _call(text, "大家去骂他"), found(text, "pii.mobile", _MOBILE, score=0.27))) == []


def test_information_without_a_call_is_no_doxxing() -> None:
    text = f"他的电话{_MOBILE}"
    assert _victims(read(text, found(text, "pii.mobile", _MOBILE))) == []
