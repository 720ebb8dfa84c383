"""Invented numbers are right by their checks and nobody's; disguises are what people write."""

from __future__ import annotations

import re
from collections.abc import Callable
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
from tests.unit.evaluation.pii import checks

_TIMES = 200


def _made(kind: str) -> list[str]:
    dice = Random(7)
    return [NUMBERS[kind](dice) for _ in range(_TIMES)]


@pytest.mark.parametrize(
    ("kind", "check"), [("id_card", checks.identity), ("bank_card", checks.card), ("org_code", checks.organisation)]
)
def test_numbers_are_right_by_their_checks(kind: str, check: Callable[[str], bool]) -> None:
    assert [number for number in _made(kind) if not check(number)] == []


def test_checks_know_published_numbers() -> None:
    assert checks.identity("11010519491231002X")
    assert not checks.identity("110105194912310021")
    assert checks.card("4111111111111111")
    assert not checks.card("4111111111111112")
    assert checks.organisation("91350100M000100Y43")
    assert not checks.organisation("91350100M000100Y44")


def test_identity_numbers_name_no_county_and_are_of_both_lengths() -> None:
    made = _made("id_card")
    assert all(number[2:6] in {"0199", "0000"} for number in made)
    assert {15, 18} == set(map(len, made))


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
