"""Macau identity cards: seven digits and a check digit in brackets, whose rule is not published."""

from __future__ import annotations

from riskguard.detectors.pii.number import DIGIT, DIGITS, LONG_NUMBER, RIGHT, begun
from riskguard.detectors.pii.recogniser import ORDERS, Example, Pattern, Recogniser
from riskguard.text.late import LatePattern

MACAU_ID = Recogniser(
    label="pii.travel_permit",
    title="澳门身份证号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        Pattern(LatePattern(rf"(?P<it>{begun('[1578]')}(?:{DIGIT}){{6}}\s?\([0-9]\)){RIGHT}"), alone=0.4, near=0.95),
        Pattern(LatePattern(rf"(?P<it>{begun('[1578]')}(?:{DIGIT}){{7}}){RIGHT}"), alone=0.0, near=0.85),
    ),
    context=("澳门身份证", "澳门居民", "澳门证件", "bir"),
    against=ORDERS,
    examples=(
        Example("澳门身份证1234567(8)", "1234567(8)"),
        Example("澳门居民身份证５１２３４５６（７）", "５１２３４５６（７）"),
        Example("澳门身份证号是7123456(0)", "7123456(0)"),
    ),
    near_misses=("澳门1234567", "澳门身份证2234567(8)", "A1234567(8)", "单号12345678"),
)
