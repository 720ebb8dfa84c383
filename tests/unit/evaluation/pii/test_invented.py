"""Invented numbers are right by their checks and nobody's; disguises are what people write."""

from __future__ import annotations

import re
from random import Random

import pytest

from riskguard.evaluation.pii.disguise import (
    Disguise,
    apart,
    at_spelt,
    full_width,
    grouped,
    han,
    invisible,
    keycaps,
    letters,
    some_han,
    spelt,
)
from riskguard.evaluation.pii.numbers import NUMBERS

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_TIMES = 200


def _made(kind: str) -> list[str]:
    dice = Random(7)
    return [NUMBERS[kind](dice) for _ in range(_TIMES)]


def test_identity_numbers_sum_up_and_name_no_county() -> None:
    made = _made("id_card")
    for number in (each for each in made if len(each) == 18):
        digits = [10 if sign == "X" else int(sign) for sign in number]
        assert sum(digit * pow(2, 17 - at, 11) for at, digit in enumerate(digits)) % 11 == 1
    assert all(number[2:6] in {"0199", "0000"} for number in made)
    assert {15, 18} == set(map(len, made))


def test_cards_sum_up() -> None:
    for card in _made("bank_card"):
        odd, even = card[-1::-2], card[-2::-2]
        assert (sum(map(int, odd)) + sum(int(sign) for digit in even for sign in str(2 * int(digit)))) % 10 == 0


def test_codes_of_organisations_sum_up() -> None:
    """As two known ones do."""
    for code in ("91350100M000100Y43", "91310000552936878J", *_made("org_code")):
        *signs, check = map(_USCC.index, code)
        assert (sum(sign * pow(3, at, 31) for at, sign in enumerate(signs)) + check) % 31 == 0


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("mobile", r"1(54|6[013489]|79|94)\d{8}"),
        ("landline", r"\(?0\d{2,3}[-) ][56]00\d{4,5}"),
        ("email", r"[a-z0-9_-]+@(mail\.)?example\.(com|cn|org|com\.cn)"),
        ("licence_plate", r"[\u4e00-\u9fff][W-Z]·?[A-Z0-9]{5,6}"),
        ("wechat", r"[a-z][a-z0-9_-]{6,18}"),
        ("qq", r"[123]0000\d{3,5}"),
        ("passport", r"[EG](0000\d{4}|[W-Z]000\d{4})"),
        ("travel_permit", r"(C|H|M)(0000\d{4}|[W-Z]000\d{4})|[W-Z]\d{6}\([\dA]\)|[WZ][12]\d{8}"),
        ("ip", r"(11|22|26|28|29|30|33)(\.\d{1,3}){3}|2408:8000(:[0-9a-f]{4}){6}"),
    ],
)
def test_numbers_lie_where_nobody_has_one(kind: str, shape: str) -> None:
    assert [each for each in _made(kind) if not re.fullmatch(shape, each)] == []


@pytest.mark.parametrize(
    ("disguise", "value", "choices"),
    [
        pytest.param(full_width, "a1-2", {"ａ１－２"}, id="full-width"),
        pytest.param(spelt("⓪①②③④⑤⑥⑦⑧⑨"), "106", {"①⓪⑥"}, id="circled"),
        pytest.param(han, "106", {"一零六", "一〇六", "幺零六", "幺〇六"}, id="han"),
        pytest.param(some_han, "666", {"六六六"}, id="some-han"),
        pytest.param(keycaps, "1-", {"1\ufe0f\u20e3-"}, id="keycaps"),
        pytest.param(invisible, "12", {"1\u200b2"}, id="invisible"),
        pytest.param(letters, "107", {"lo7", "lO7"}, id="letters"),
        pytest.param(apart(" "), "(010)5-6", {"0 1 0 5 6"}, id="apart"),
        pytest.param(grouped((3, 4), "-"), "16400001234", {"164-0000-1234"}, id="grouped"),
        pytest.param(grouped((4, 4, 4), "-"), "16400", {"1640-0"}, id="shorter-than-its-groups"),
        pytest.param(
            at_spelt("艾特", dots=("点",)),
            "a_b@example.com",
            {f"ab艾特{name}点com" for name in ("qq", "163", "126", "139", "gmail", "sina", "outlook", "foxmail")},
            id="at",
        ),
    ],
)
def test_a_disguise_is_one_of_its_ways_of_writing(disguise: Disguise, value: str, choices: set[str]) -> None:
    assert {disguise(value, Random(seed)) for seed in range(60)} == choices
