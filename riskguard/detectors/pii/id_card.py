"""Resident identity numbers: 18 digits by GB 11643 (ISO 7064 MOD 11-2), and the 15-digit ones before 1999."""

from __future__ import annotations

import re
from datetime import date

from riskguard.detectors.pii.recogniser import LONG_NUMBER, Example, Pattern, Recogniser, digits, matched

_PROVINCES = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)
"""Mainland provinces; 71, 81, 82, 83 are Taiwan, Hong Kong and Macau residents. Foreigners' begin with 9."""

_WEIGHTS = tuple(2 ** (17 - at) % 11 for at in range(17))
_CHECK_DIGITS = "10x98765432"
_FIRST_YEAR = 1880
_LAST_YEAR = 2099
_MOST_SEPARATORS = 6
_LENGTH = 18


def check_digit(seventeen: str) -> str:
    """The last character of the number that begins with these 17 digits; 'x' stands for ten."""
    return _CHECK_DIGITS[sum(int(d) * w for d, w in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def _check(match: re.Match[str]) -> bool | None:
    """Region and date must be possible; a right check digit makes it certain."""
    it = matched(match)
    number = digits(it)
    if len(it) - len(number) > _MOST_SEPARATORS or not (int(number[:2]) in _PROVINCES or number[0] == "9"):
        return False
    if len(number) < _LENGTH:
        return None if _is_date("19" + number[6:12]) else False
    if not _is_date(number[6:14]):
        return False
    return True if check_digit(number[:17]) == number[17] else None


def _is_date(yyyymmdd: str) -> bool:
    year, month, day = int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:])
    try:
        return _FIRST_YEAR <= date(year, month, day).year <= _LAST_YEAR
    except ValueError:
        return False


ID_CARD = Recogniser(
    label="pii.id_card",
    title="身份证号",
    gate=LONG_NUMBER,
    patterns=(
        Pattern(
            re.compile(r"(?<![0-9a-z])(?P<it>[1-9](?:[\s-]?[0-9]){16}[\s-]?[0-9x])(?![0-9a-z])"), alone=0.0, near=0.6
        ),
        Pattern(re.compile(r"(?<![0-9a-z])(?P<it>[1-8][0-9]{14})(?![0-9a-z])"), alone=0.3, near=0.85),
    ),
    check=_check,
    context=("身份证", "证件", "身份号", "公民", "id card", "idcard", "户口", "实名", "sfz"),
    examples=(
        Example("身份证11010118991231001x请查收", "11010118991231001x"),
        Example("３３０１０２１８８８１２３１０６４８", "３３０１０２１８８８１２３１０６４８"),
        Example("510100 19000101 1234", "510100 19000101 1234"),
        Example("居住证83000019010101006X", "83000019010101006X"),
        Example("永居932682190001010014", "932682190001010014"),
        Example("老身份证110101000101109", "110101000101109"),
    ),
    near_misses=(
        "订单110101189912310019已发货",
        "统一社会信用代码91310000552936878J",
        "单号110101199013321096",
        "a11010118991231001xb",
        "流水号202011221345001234",
        "987654321012345",
    ),
)
