"""Taiwan identity numbers: a letter, nine digits, the last of them a check digit."""

from __future__ import annotations

import re

from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, RIGHT, begun, grouped
from riskguard.detectors.pii.recogniser import ORDERS, Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_LETTERS = "abcdefghjklmnpqrstuvxywzio"
"""In the order of what they count as, from ten on."""

_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)


def check_digit(head: str) -> str:
    """The check digit of a number that begins with these nine characters: 'a12345678' -> '9'."""
    values = map(int, str(10 + _LETTERS.index(head[0])) + head[1:])
    return str(-sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=True)) % 10)


def _check(match: re.Match[str]) -> Opinion:
    it = digits(matched(match))
    return grouped(match) if check_digit(it[:-1]) == it[-1] else False


TAIWAN_ID = Recogniser(
    label="pii.travel_permit",
    title="台湾身份证号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        Pattern(LatePattern(rf"(?P<it>{begun('[a-z]')}(?:{GAP})?[1289](?:{DIGIT}){{8}}){RIGHT}"), alone=0.6, near=0.97),
    ),
    check=_check,
    context=("台湾", "身份证", "身分证", "证件"),
    against=(*ORDERS, "航班", "车次"),
    examples=(
        Example("台湾身份证A123456789", "A123456789"),
        Example("身分證字號Ｆ１３１２３２８５０", "Ｆ１３１２３２８５０"),
        Example("台湾身份证A1二三四五六七八九", "A1二三四五六七八九"),
    ),
    near_misses=("台湾身份证A123456788", "A323456789", "单号SF123456789", "A1234567890"),
)
