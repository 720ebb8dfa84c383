"""Bank cards: 16 to 19 digits that pass Luhn, from a known issuer range or beside a word that says so."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import LONG_NUMBER, Example, Pattern, Recogniser, digits, matched

_LEFT, _RIGHT = r"(?<![0-9a-z])", r"(?![0-9a-z])(?!\.[0-9])"
_MOST_SEPARATORS = 4
_FEWEST_KINDS = 4
"""A number of fewer different digits, such as 2333333333333333, is laughter."""


def luhn(number: str) -> bool:
    """Whether the digits pass the Luhn check (as one number in ten does)."""
    total = sum(int(digit) for digit in number[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])) % 10 == 0


def _check(match: re.Match[str]) -> bool | None:
    it = matched(match)
    number = digits(it)
    if len(it) - len(number) > _MOST_SEPARATORS or len(set(number)) < _FEWEST_KINDS or not luhn(number):
        return False
    return None


def _pattern(first: str, rest: str, *, alone: float, near: float) -> Pattern:
    return Pattern(re.compile(rf"{_LEFT}(?P<it>{first}(?:[\s-]?[0-9]){rest}){_RIGHT}"), alone=alone, near=near)


BANK_CARD = Recogniser(
    label="pii.bank_card",
    title="银行卡号",
    gate=LONG_NUMBER,
    patterns=(
        _pattern("62", "{14,17}", alone=0.95, near=0.99),
        _pattern("(?:4[0-9]|5[1-5]|2[2-7]|35|60|65)", "{14}", alone=0.6, near=0.97),
        _pattern("[1-9][0-9]", "{14,17}", alone=0.0, near=0.8),
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
    ),
    against=("订单", "单号", "运单", "快递", "流水", "编号", "身份证", "序列"),
    examples=(
        Example("卡号6222020123456789015", "6222020123456789015"),
        Example("打到6222 0201 2345 6789 015吧", "6222 0201 2345 6789 015"),
        Example("信用卡4111-1112-3456-7892", "4111-1112-3456-7892"),
        Example("６２２２０２０１２３４５６７８９０１５", "６２２２０２０１２３４５６７８９０１５"),
    ),
    near_misses=(
        "卡号6222020123456789016",
        "统一社会信用代码91310000552936878J",
        "2333333333333333333",
        "哈希62220200000000000a8",
        "版本6222020123456789015.1",
        "13800138000",
        "1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7",
    ),
)
