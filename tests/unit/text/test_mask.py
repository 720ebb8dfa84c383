"""What is left to see of personal information."""

from __future__ import annotations

import pytest

from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.text.mask import mask


def _found(text: str, part: str, label: str) -> Finding:
    start = text.index(part)
    return Finding(label, 0.9, "pii", (EvidenceSpan(start, start + len(part), "why"),))


@pytest.mark.parametrize(
    ("text", "part", "label", "masked"),
    [
        pytest.param("打13800138000吧", "13800138000", "pii.mobile", "打138****8000吧", id="mobile"),
        pytest.param("打138-0013-8000吧", "138-0013-8000", "pii.mobile", "打138******8000吧", id="dashed-mobile"),
        pytest.param(
            "一三八零零一三八零零零", "一三八零零一三八零零零", "pii.mobile", "一三八****八零零零", id="han-mobile"
        ),
        pytest.param("11010118991231001x", "11010118991231001x", "pii.id_card", "110**************x", id="id-card"),
        pytest.param(
            "6222020123456789015", "6222020123456789015", "pii.bank_card", "***************9015", id="bank-card"
        ),
        pytest.param("发到zhang@example.com", "zhang@example.com", "pii.email", "发到z****@example.com", id="e-mail"),
        pytest.param("wangwu艾特qq点com", "wangwu艾特qq点com", "pii.email", "w*************", id="disguised-e-mail"),
        pytest.param("京A·12345", "京A·12345", "pii.licence_plate", "京A*****5", id="plate"),
        pytest.param("微信abc_12345", "abc_12345", "pii.wechat", "微信a*******5", id="wechat"),
        pytest.param("住幸福路5号", "幸福路5号", "pii.address", "住*****", id="label-without-a-rule"),
        pytest.param("他叫张三", "张三", "pii.name", "他叫张三", id="a-name-by-itself"),
        pytest.param("税号D2143569X", "D2143569X", "pii.org_code", "税号D2143569X", id="an-organisation"),
        pytest.param("我感冒了", "感冒", "pii.health", "我感冒了", id="an-illness-by-itself"),
        pytest.param("138", "138", "pii.mobile", "***", id="too-short-to-show-a-part"),
        pytest.param("傻逼", "傻逼", "abuse.insult", "傻逼", id="only-personal-information"),
    ],
)
def test_masking(text: str, part: str, label: str, masked: str) -> None:
    assert mask(text, [_found(text, part, label)]) == masked


def test_a_name_is_hidden_where_a_policy_says_so() -> None:
    text = "他叫张三"
    assert mask(text, [_found(text, "张三", "pii.name")], asked={"pii.name"}) == "他叫**"


def test_overlapping_spans_hide_what_either_hides() -> None:
    text = "6222020123456789015"
    findings = [_found(text, text, "pii.bank_card"), _found(text, "56789015", "pii.qq")]
    assert mask(text, findings) == "*" * 18 + "5"


def test_a_finding_without_spans_speaks_of_the_whole_text() -> None:
    assert mask("确诊了", [Finding("pii.health", 0.9, "encoder")], asked={"pii.health"}) == "***"


def test_what_is_less_likely_than_not_stays_readable() -> None:
    order = Finding("pii.mobile", 0.27, "pii", (EvidenceSpan(4, 15, "手机号，但前面写着「订单」"),))
    assert mask("订单号 13800138000", [order]) == "订单号 13800138000"


def test_what_a_policy_masks_is_hidden_however_unlikely() -> None:
    old = Finding("pii.id_card", 0.3, "pii", (EvidenceSpan(2, 17, "身份证号"),))
    assert mask("看 110101000101109", [old], asked={"pii.id_card"}) == "看 110***********9"
    assert mask("看 110101000101109", [old], asked={"pii.mobile"}) == "看 110101000101109"


def test_nothing_found_nothing_changed() -> None:
    assert mask("打13800138000吧", []) == "打13800138000吧"


def test_what_stands_in_the_title_hides_nothing_of_the_text() -> None:
    assert mask("在吗", [Finding("pii.mobile", 0.9, "pii", facts={"where": "title"})]) == "在吗"
