"""Hong Kong identity cards: one or two letters, six digits and a check digit, usually in brackets."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.number import DIGIT, GAP, RIGHT, begun
from riskguard.detectors.pii.recogniser import ORDERS, Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_BLANK = 36
"""What the missing first letter of a number with one letter counts as."""

_TEN = "a"
_HEAD = rf"{begun('[a-z]')}[a-z]?(?:{DIGIT}){{6}}"


def check_digit(head: str) -> str:
    """The check digit of a number that begins so, 'a' for ten: 'a123456' -> '3'."""
    values = [_BLANK] * (8 - len(head)) + [int(char, 36) for char in head]
    rest = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return _TEN if rest == int(_TEN, 36) else str(rest)


def _check(match: re.Match[str]) -> Opinion:
    it = digits(matched(match))
    return None if check_digit(it[:-1]) == it[-1] else False


HONG_KONG_ID = Recogniser(
    label="pii.travel_permit",
    title="香港身份证号",
    signs=Signs(digits=6),
    gate=re.compile(rf"[a-z](?:{DIGIT}){{6}}"),
    patterns=(
        Pattern(LatePattern(rf"(?P<it>{_HEAD}\s?\([0-9a]\)){RIGHT}"), alone=0.9, near=0.98),
        Pattern(LatePattern(rf"(?P<it>{_HEAD}(?:{GAP})?[0-9a]){RIGHT}"), alone=0.2, near=0.95),
    ),
    check=_check,
    context=("香港", "身份证", "港人", "hkid", "证件", "通行证", "回乡证"),
    against=ORDERS,
    examples=(
        Example("香港身份证A123456(3)", "A123456(3)"),
        Example("Ｃ１２３４５６（９）是谁的", "Ｃ１２３４５６（９）"),
        Example("hkid: AB9876543", "AB9876543"),
        Example("香港身份证号A一二三四五六(3)", "A一二三四五六(3)"),
    ),
    near_misses=("A123456(4)", "香港身份证A1234567", "图A1234(3)", "AAA123456(3)"),
)
