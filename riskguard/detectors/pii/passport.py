"""Passports of the mainland: E and eight characters, G and eight digits, and those of diplomats and officials."""

from __future__ import annotations

from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, RIGHT, begun, grouped
from riskguard.detectors.pii.recogniser import ORDERS, Example, Pattern, Recogniser
from riskguard.text.late import LatePattern


def _pattern(first: str, rest: int, alone: float, near: float, **more: str) -> Pattern:
    return Pattern(LatePattern(rf"(?P<it>{begun(first)}(?:{DIGIT}){{{rest}}}){RIGHT}"), alone, near, **more)


PASSPORT = Recogniser(
    label="pii.passport",
    title="护照号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        _pattern("e", 8, 0.4, 0.97),
        _pattern(rf"e(?:{GAP})?[a-hj-np-z]", 7, 0.45, 0.97),
        _pattern("g", 8, 0.3, 0.97),
        _pattern("[dsp]", 8, 0.1, 0.95, title="外交、公务护照号", kind="official"),
        _pattern("[dsp]e?", 7, 0.1, 0.95, title="外交、公务护照号", kind="official"),
        _pattern("1[45]", 7, 0.0, 0.85, title="旧版护照号"),
    ),
    check=grouped,
    context=("护照", "passport", "签证", "出入境", "出境", "入境", "出国", "值机", "证件号"),
    against=(*ORDERS, "航班", "车次", "通行证"),
    examples=(
        Example("护照号E12345678掉了", "E12345678"),
        Example("护照：ＥＡ１２３４５６７", "ＥＡ１２３４５６７"),
        Example("他的护照是G一二三四五六七八", "G一二三四五六七八"),
        Example("公务护照 PE1234567", "PE1234567"),
        Example("旧护照141234567早过期了", "141234567"),
        Example("护照编号EA1234567", "EA1234567"),
        Example("签证用的passport no. E 1234 5678", "E 1234 5678"),
    ),
    near_misses=(
        "E12345678901",
        "型号GE12345678",
        "护照办了3个月",
        "EI1234567",
        "订单E1234567890",
        "E1234567a",
    ),
)
