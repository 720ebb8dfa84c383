"""How scores, context and overlapping readings come together."""

from __future__ import annotations

import time

import pytest

from riskguard.detectors.pii import PiiDetector
from riskguard.detectors.pii.bank_card import luhn
from riskguard.detectors.pii.id_card import check_digit
from tests.unit.detectors.posts import read_by, shown

_ID = "110101189912310" + "01x"


def _scores(text: str, floor: float = 0.0) -> dict[str, float]:
    (findings,) = read_by(PiiDetector(), text, floor=floor)
    return {f.label: f.score for f in findings}


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        pytest.param(f"看 {_ID}", {"pii.id_card": 0.99}, id="checked-id"),
        pytest.param("身份证110101189912310019", {}, id="wrong-check-digit-even-beside-the-word"),
        pytest.param("看 110101000101109", {"pii.id_card": 0.55}, id="old-id-alone"),
        pytest.param("看 13800138000", {"pii.mobile": 0.9}, id="mobile-alone"),
        pytest.param("电话 13800138000", {"pii.mobile": 0.99}, id="mobile-with-context"),
        pytest.param("订单号 13800138000", {"pii.mobile": 0.27}, id="mobile-with-context-against"),
        pytest.param("看 4111111234567892", {"pii.bank_card": 0.6}, id="card-alone"),
        pytest.param("信用卡4111111234567892", {"pii.bank_card": 0.97}, id="card-with-context"),
        pytest.param("单号6222020123456789015", {"pii.bank_card": 0.285}, id="card-with-context-against"),
        pytest.param("13800138000@139.com", {"pii.email": 0.98}, id="a-mobile-inside-an-e-mail-is-the-e-mail"),
        pytest.param("订单的联系电话13800138000", {"pii.mobile": 0.99}, id="the-nearest-word-counts"),
        pytest.param("电话后补，订单13800138000", {"pii.mobile": 0.27}, id="the-nearest-word-counts-also-against"),
        pytest.param("护照编号E12345678", {"pii.passport": 0.97}, id="the-number-of-what-is-named"),
        pytest.param("订单已发，13800138000", {"pii.mobile": 0.9}, id="a-word-of-another-clause"),
        pytest.param("记一下13-800.138 000", {"pii.mobile": 0.27}, id="odd-groups-alone"),
        pytest.param("电话13-800.138 000", {"pii.mobile": 0.9}, id="odd-groups-with-context"),
        pytest.param("拨打400-820-8820", {"pii.landline": 0.2}, id="a-hotline-is-nobodys"),
        pytest.param("市公安局010-61234567", {}, id="a-public-office"),
        pytest.param("市公安局打到我家010-61234567", {"pii.landline": 0.95}, id="a-home"),
        pytest.param("登录IP 8.8.8.8", {"pii.ip": 0.45}, id="a-name-server-of-everybody"),
        pytest.param("IP 192.168.1.103", {"pii.ip": 0.2}, id="an-address-inside-a-house"),
        pytest.param("E12345678", {"pii.passport": 0.4}, id="a-passport-alone-is-unlikely"),
        pytest.param("坐标40.712776,-74.005974", {"pii.coordinates": 0.65}, id="a-place-abroad-with-context"),
        pytest.param("汇率6.8125,7.1234", {"pii.coordinates": 0.195}, id="two-decimals"),
        pytest.param("https://a.example/?tel=13800138000", {"pii.mobile": 0.99}, id="told-to-a-page"),
        pytest.param("信用代码911101081380013052", {"pii.org_code": 0.9}, id="a-code-of-digits-only-needs-its-name"),
        pytest.param("今天天气好，第一名得了三百元", {}, id="nothing"),
    ],
)
def test_scores(text: str, scores: dict[str, float]) -> None:
    assert _scores(text) == pytest.approx(scores)


def test_findings_stand_in_the_order_of_the_text_one_per_label_and_score() -> None:
    text = "a@example.com，电话13800138000，电话13900139000。订单号：13700137000"
    (findings,) = read_by(PiiDetector(), text)
    assert [shown(text, f) for f in findings] == [["a@example.com"], ["13800138000", "13900139000"], ["13700137000"]]


def test_a_finding_tells_its_kind() -> None:
    (findings,) = read_by(PiiDetector(), "请打400-820-8820，我家010-61234567，QQ群 345678901")
    kinds = {(f.label, f.facts.get("kind")) for f in findings}
    assert kinds == {("pii.landline", "hotline"), ("pii.landline", None), ("pii.qq", "group")}


def test_a_code_of_an_organisation_swallows_what_looks_like_a_number_in_it() -> None:
    (findings,) = read_by(PiiDetector(), "税号91110108MA1380013G", floor=0.0)
    assert [(f.label, f.score) for f in findings] == [("pii.org_code", 0.99)]


def test_a_post_full_of_numbers_is_read_in_time_and_every_one_is_found() -> None:
    text = "13800138000," * 1_660
    read_by(PiiDetector(), text)
    began = time.process_time()
    ((finding,),) = read_by(PiiDetector(), text)
    assert time.process_time() - began < 0.3
    assert len(finding.spans) == 1_660


@pytest.mark.parametrize(
    "part",
    [
        "1 ",
        "一，",
        "l0o ",
        "a@",
        "b-",
        "vx: ",
        "加微信 a",
        "q 1",
        "京A1 ",
        "2408:",
        "39.1234,116.1234 ",
        "39°",
        "生日1990年",
    ],
)
def test_a_post_made_to_be_slow_is_read_in_time(part: str) -> None:
    text = (part * 20_000)[:20_000]
    read_by(PiiDetector(), part * 40)  # what it asks is compiled by now
    began = time.process_time()
    read_by(PiiDetector(), text)
    assert time.process_time() - began < 0.5


def test_the_version_is_a_hash_of_the_code() -> None:
    assert len(PiiDetector().version) == 12
    assert set(PiiDetector().version) <= set("0123456789abcdef")


def test_the_floor_is_kept() -> None:
    assert _scores("订单号 13800138000", floor=0.3) == {}


def test_reasons_never_repeat_the_number() -> None:
    (findings,) = read_by(PiiDetector(), f"身份证{_ID}，电话13800138000，卡号6222020123456789015")
    assert [f.label for f in findings] == ["pii.id_card", "pii.mobile", "pii.bank_card"]
    assert not any(char.isdigit() for f in findings for span in f.spans for char in span.reason)


@pytest.mark.parametrize(("seventeen", "last"), [("11010118991231001", "x"), ("33010218881231064", "8")])
def test_check_digit(seventeen: str, last: str) -> None:
    assert check_digit(seventeen) == last


@pytest.mark.parametrize(
    ("number", "passes"), [("6222020123456789015", True), ("6222020123456789016", False), ("0", True)]
)
def test_luhn(number: str, passes: bool) -> None:
    assert luhn(number) is passes
