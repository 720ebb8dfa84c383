"""Whose information a place gives away, by the words around it."""

from __future__ import annotations

import pytest

from riskguard.domain.privacy import Whose
from riskguard.services.disclosure.whose import whose
from riskguard.text.view import fold

_NUMBER = "13800138000"
SELF, OTHER, BUSINESS, PUBLIC, UNKNOWN = Whose.SELF, Whose.OTHER, Whose.BUSINESS, Whose.PUBLIC, Whose.UNKNOWN


def _whose(text: str, label: str = "pii.mobile") -> Whose:
    folded = fold(text.format(_NUMBER)).folded
    start = folded.index(_NUMBER)
    return whose(folded, start, start + len(_NUMBER), label)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        pytest.param("我的手机号{}", SELF, id="mine"),
        pytest.param("本人电话 {}，有事打我", SELF, id="the-undersigned"),
        pytest.param("{}，找我就行", SELF, id="call-me-afterwards"),
        pytest.param("他说他忙。我的手机号{}", SELF, id="another-sentence-does-not-count"),
        pytest.param("他的电话是{}", OTHER, id="his"),
        pytest.param("我前男友的手机{}", OTHER, id="my-ex-is-not-me"),
        pytest.param("我妈电话{}", OTHER, id="my-mother-is-not-me"),
        pytest.param("那个女的手机号{}", OTHER, id="that-woman"),
        pytest.param("张小花的手机号{}", OTHER, id="a-name-with-its-number"),
        pytest.param("王某某身份证{}", OTHER, id="a-hidden-name"),
        pytest.param("{} 他的，大家去打", OTHER, id="his-afterwards"),
        pytest.param("这人渣的信息我扒出来了，手机{}", OTHER, id="who-digs-is-not-meant"),
        pytest.param("TA的电话{}", OTHER, id="pinyin-third-person"),
        pytest.param("客服电话{}", BUSINESS, id="customer-service"),
        pytest.param("本店地址人民路8号，预约{}", BUSINESS, id="a-shop"),
        pytest.param("招聘收银员，有意联系我{}", BUSINESS, id="an-employer-says-me"),
        pytest.param("{}欢迎致电", BUSINESS, id="welcome-to-call"),
        pytest.param("24小时心理援助热线{}", PUBLIC, id="a-hotline"),
        pytest.param("区疾控中心咨询电话:{}", PUBLIC, id="an-office"),
        pytest.param("xx大学招生办电话{}", PUBLIC, id="admissions"),
        pytest.param("{}", UNKNOWN, id="alone"),
        pytest.param("拿一下{}的快递", UNKNOWN, id="nobody-named"),
        pytest.param("百度ceo{}", UNKNOWN, id="no-pinyin-inside-a-word"),
    ],
)
def test_the_nearest_word_of_the_sentence_decides(text: str, owner: Whose) -> None:
    assert _whose(text) is owner


@pytest.mark.parametrize("number", ["400-820-8820", "8008208820", "95588", "12320", "110"])
def test_service_numbers_belong_to_no_person(number: str) -> None:
    assert whose(f"他说打{number}", 3, 3 + len(number), "pii.landline") is BUSINESS


def test_nobody_publishes_an_identity_number() -> None:
    assert _whose("客服说我的身份证{}不对", "pii.id_card") is SELF
    assert _whose("招聘信息里写着{}", "pii.id_card") is UNKNOWN
