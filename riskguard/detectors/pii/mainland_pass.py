"""What mainland residents travel with to Hong Kong, Macau (C, formerly W) and Taiwan (L, formerly T)."""

from __future__ import annotations

from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, RIGHT, begun, grouped
from riskguard.detectors.pii.recogniser import ORDERS, Example, Pattern, Recogniser
from riskguard.text.late import LatePattern


def _pattern(first: str, rest: int, alone: float, title: str) -> Pattern:
    return Pattern(LatePattern(rf"(?P<it>{begun(first)}(?:{DIGIT}){{{rest}}}){RIGHT}"), alone, 0.97, title)


MAINLAND_PASS = Recogniser(
    label="pii.travel_permit",
    title="往来港澳通行证、往来台湾通行证号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        _pattern("[cw]", 8, 0.3, "往来港澳通行证号"),
        _pattern(rf"c(?:{GAP})?[a-hj-np-z]", 7, 0.35, "往来港澳通行证号"),
        _pattern("[lt]", 8, 0.2, "往来台湾通行证号"),
    ),
    check=grouped,
    context=("通行证", "往来港澳", "往来台湾", "入台", "双程证", "港澳证", "赴港", "赴台", "证件号"),
    against=(*ORDERS, "航班", "车次"),
    examples=(
        Example("港澳通行证C12345678过期了", "C12345678"),
        Example("通行证号：CA1234567", "CA1234567"),
        Example("往来台湾通行证 L１２３４５６７８", "L１２３４５６７８"),
        Example("双程证W一二三四五六七八", "W一二三四五六七八"),
        Example("通行证C 1234 5678", "C 1234 5678"),
    ),
    near_misses=(
        "C123456789",
        "单号C1234567890",
        "通行证要办20天",
        "AC12345678",
        "C1234567x",
    ),
)
