"""Bank cards: 15 to 19 digits that pass Luhn, from a known issuer range or beside a word that says so."""

from __future__ import annotations

import re

from riskguard.detectors.pii.number import (
    DIGIT,
    DIGITS,
    LONG_NUMBER,
    NOT_COUNTED,
    RIGHT,
    any_of,
    begun,
    grouped,
    spaced,
)
from riskguard.detectors.pii.recogniser import ORDERS, Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_FEWEST_KINDS = 4
"""A number of fewer different digits, such as 2333333333333333, is laughter."""

_GROUPS = frozenset(
    {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (6, 13), (6, 4, 4, 5), (4, 6, 5), (4, 4, 4, 7)}
)


def luhn(number: str) -> bool:
    """Whether the digits pass the Luhn check (as one number in ten does)."""
    total = sum(int(digit) for digit in number[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])) % 10 == 0


def _check(match: re.Match[str]) -> Opinion:
    plain = digits(matched(match))
    return False if len(set(plain)) < _FEWEST_KINDS or not luhn(plain) else grouped(match, _GROUPS)


def _begins(*issuers: str) -> str:
    return any_of(map(begun, spaced(*issuers)))


def _pattern(first: str, rest: str, alone: float, near: float) -> Pattern:
    return Pattern(LatePattern(rf"(?P<it>{first}(?:{DIGIT}){rest}){RIGHT}{NOT_COUNTED}"), alone, near)


BANK_CARD = Recogniser(
    label="pii.bank_card",
    title="银行卡号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        _pattern(_begins("62"), "{14,17}", 0.95, 0.99),
        _pattern(_begins("955[89]", "4367", "4563", "60[13]3", "6907", "9[24]00", "9111"), "{15}", 0.85, 0.98),
        _pattern(_begins("4[0-9]", "5[1-5]", "2[2-7]", "35", "6[05]"), "{14}", 0.6, 0.97),
        _pattern(_begins("3[47]"), "{13}", 0.3, 0.9),
        _pattern(begun("[1-9]"), "{15,18}", 0.0, 0.8),
    ),
    check=_check,
    context=(
        "卡号",
        "银行",
        "储蓄",
        "信用卡",
        "借记",
        "转账",
        "汇款",
        "打款",
        "收款",
        "账号",
        "账户",
        "开户",
        "工行",
        "农行",
        "建行",
        "银联",
        "打到",
        "打钱",
        "转到",
    ),
    against=(*ORDERS, "快递", "身份证"),
    examples=(
        Example("卡号6222020123456789015", "6222020123456789015"),
        Example("打到6222 0201 2345 6789 015吧", "6222 0201 2345 6789 015"),
        Example("信用卡4111-1112-3456-7892", "4111-1112-3456-7892"),
        Example("６２２２０２０１２３４５６７８９０１５", "６２２２０２０１２３４５６７８９０１５"),
        Example("六二二二零二零一二三四五六七八九零一五", "六二二二零二零一二三四五六七八九零一五"),
        Example("62_22_02_01_23_45_67_89_01_5", "62_22_02_01_23_45_67_89_01_5"),
    ),
    near_misses=(
        "卡号6222020123456789016",
        "统一社会信用代码91310000552936878J",
        "2333333333333333333",
        "哈希62220200000000000a8",
        "版本6222020123456789015.1",
        "13800138000",
        "1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7",
        "https://example.com/p/6222020123456789015",
    ),
)
