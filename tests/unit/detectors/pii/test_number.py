"""Numbers in Chinese digits, in groups, and several numbers beside one another."""

from __future__ import annotations

import re

import pytest

from riskguard.detectors.pii.gate import Sieve, Signs
from riskguard.detectors.pii.number import DIGIT, forms, grouped
from riskguard.text.view import fold

_ELEVEN = re.compile(rf"(?P<it>[0-9](?:{DIGIT}){{10}})(?![0-9])")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("一三八零零", ["一三八零零", "13800"], id="spelt"),
        pytest.param("一三八零", ["一三八零"], id="four-may-be-words"),
        pytest.param("腰三八洞洞", ["腰三八洞洞", "13800"], id="called"),
        pytest.param("腰疼，两天了", ["腰疼,两天了"], id="words-of-every-day"),
        pytest.param("第一，13800", ["第一,13800", "第1,13800"], id="one-that-stands-beside-a-number"),
        pytest.param("一万三千八", ["一万三千八"], id="an-amount"),
        pytest.param("l38oo138", ["l38oo138", "13800138"], id="letters-for-digits"),
        pytest.param("lollioil", ["lollioil"], id="letters"),
        pytest.param("a1380013", ["a1380013"], id="inside-a-token"),
    ],
)
def test_a_text_has_a_form_in_arabic_digits_where_it_spells_a_number(text: str, read: list[str]) -> None:
    assert list(forms(fold(text).folded)) == read
    assert {len(form) for form in read} == {len(text)}


@pytest.mark.parametrize(
    ("text", "opinion"),
    [
        pytest.param("13800138000", None, id="in-one-piece"),
        pytest.param("138-0013-8000", None, id="in-groups"),
        pytest.param("1-3.8 0,0 1-3.8-0.0 0", None, id="one-by-one-with-anything-between"),
        pytest.param("13 80 01 38 00 0", None, id="in-pairs"),
        pytest.param("13-800.1 380-00", "doubt", id="groups-and-gaps-of-all-kinds"),
        pytest.param("138 0013 8000 2", False, id="goes-on"),
        pytest.param("86 138 0013 8000", None, id="after-the-country"),
        pytest.param("2 138 001 38 000", False, id="began-before"),
        pytest.param("13,800,138,000", False, id="money"),
        pytest.param("2020-01-13 150", False, id="a-date-and-more"),
    ],
)
def test_grouping(text: str, opinion: object) -> None:
    match = _ELEVEN.search(text, text.startswith(("86 ", "2 ")) and text.index(" ") + 1)
    if match is None:
        assert opinion is False
    else:
        assert grouped(match) == opinion


@pytest.mark.parametrize("text", ["13000000010,1010", "1101 13000101010", "13800138000-1-234"])
def test_a_mobile_and_more_digits_are_several_numbers(text: str) -> None:
    match = re.fullmatch(r"(?P<it>.+)", text)
    assert match is not None
    assert grouped(match) is False


@pytest.mark.parametrize(
    ("signs", "text", "passes"),
    [
        pytest.param(Signs(), "", True, id="nothing-is-asked"),
        pytest.param(Signs(digits=5), "一2三4五", True, id="five-digits"),
        pytest.param(Signs(digits=5), "1234 个", False, id="four-digits"),
        pytest.param(Signs(digits=5), "1" + "x" * 30 + "2345", False, id="far-apart"),
        pytest.param(Signs(chars="@#"), "a#b", True, id="a-sign"),
        pytest.param(Signs(chars="@#"), "a&b", False, id="no-sign"),
        pytest.param(Signs(digits=1, chars="@"), "a@b", False, id="a-sign-without-digits"),
    ],
)
def test_signs(signs: Signs, text: str, passes: bool) -> None:
    assert Sieve([signs]).passing(["", text, "1@" * 20]).tolist()[0][1] is passes


def test_more_signs_than_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 31"):
        Sieve([Signs(chars=chr(at)) for at in range(0x4E00, 0x4E00 + 40)])
