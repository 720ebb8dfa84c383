"""Resident identity numbers: 18 digits by GB 11643 (ISO 7064 MOD 11-2), and the 15-digit ones before 1999."""

from __future__ import annotations

import re
from datetime import date

from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, grouped
from riskguard.detectors.pii.recogniser import ORDERS, Example, Opinion, Pattern, Recogniser, digits, in_token, matched
from riskguard.text.late import LatePattern

_PROVINCES = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)
"""Mainland provinces; 71 is Taiwan; 81, 82, 83 residents from Hong Kong, Macau, Taiwan. Foreigners' begin with 9."""

_WEIGHTS = tuple(2 ** (17 - at) % 11 for at in range(17))
_CHECK_DIGITS = "10x98765432"
_FIRST_YEAR = 1880
_LAST_YEAR = 2099
_LENGTH = 18
_GROUPS = frozenset(
    {(6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4), (6, 4, 2, 2, 4), (3, 3, 8, 4), (6, 4, 4, 3, 1), (6, 8, 3, 1)}
)


def check_digit(seventeen: str) -> str:
    """The last character of the number that begins with these 17 digits; 'x' stands for ten."""
    return _CHECK_DIGITS[sum(int(d) * w for d, w in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def _check(match: re.Match[str]) -> Opinion:
    """Region and date must be possible and the check digit right, which makes it certain; the old kind has none."""
    number = digits(matched(match))
    if in_token(match) or not (int(number[:2]) in _PROVINCES or number[0] == "9"):
        return False
    opinion = grouped(match, _GROUPS)
    if len(number) < _LENGTH:
        return opinion if _is_date("19" + number[6:12]) else False
    return opinion is not False and _is_date(number[6:14]) and check_digit(number[:17]) == number[17]


def _is_date(yyyymmdd: str) -> bool:
    year, month, day = int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:])
    try:
        return _FIRST_YEAR <= date(year, month, day).year <= _LAST_YEAR
    except ValueError:
        return False


ID_CARD = Recogniser(
    label="pii.id_card",
    title="身份证号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        Pattern(
            LatePattern(rf"(?P<it>[1-9](?<![0-9].)(?<![0-9]\.[1-9])(?:{DIGIT}){{16}}(?:{GAP})?[0-9x])(?![0-9a-z])"),
            0.9,
            0.99,
        ),
        Pattern(
            LatePattern(rf"(?P<it>[1-8](?<![0-9a-z].)(?<![0-9]\.[1-8])(?:{DIGIT}){{14}})(?![0-9a-z])"),
            alone=0.55,
            near=0.85,
            title="旧15位身份证号",
        ),
    ),
    check=_check,
    context=(
        "身份证",
        "证件",
        "身份号",
        "公民",
        "id card",
        "idcard",
        "户口",
        "实名",
        "sfz",
        "乘车人",
        "挂号",
        "姓名",
        "登记",
    ),
    against=ORDERS,
    examples=(
        Example("身份证11010118991231001x请查收", "11010118991231001x"),
        Example("３３０１０２１８８８１２３１０６４８", "３３０１０２１８８８１２３１０６４８"),
        Example("510100 19000101 1234", "510100 19000101 1234"),
        Example("sfz11010118991231001X", "11010118991231001X"),
        Example("一一零一零一一八九九一二三一零零一X", "一一零一零一一八九九一二三一零零一X"),
        Example("1.1.0.1.0.1.1.8.9.9.1.2.3.1.0.0.1.x", "1.1.0.1.0.1.1.8.9.9.1.2.3.1.0.0.1.x"),
        Example("居住证83000019010101006X", "83000019010101006X"),
        Example("永居932682190001010014", "932682190001010014"),
        Example("老身份证110101000101109", "110101000101109"),
    ),
    near_misses=(
        "订单110101189912310019已发货",
        "身份证110101189912310019",
        "统一社会信用代码91310000552936878J",
        "单号110101199013321096",
        "a11010118991231001xb",
        "流水号202011221345001234",
        "987654321012345",
        "13000000010，1010",
        "13000020000，1010012",
        "时间20201122 13:45:00",
    ),
)
