"""Mainland mobile numbers: eleven digits from 13 to 19, also spaced, dashed or written in Chinese digits."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import (
    HAN_DIGITS,
    LONG_NUMBER,
    Example,
    Pattern,
    Recogniser,
    digits,
    in_token,
    matched,
)
from riskguard.text.tables.number import SPELT

_TO_DIGIT = str.maketrans(dict(SPELT))
_DIGIT = f"[0-9{HAN_DIGITS}]"
_SHAPE = re.compile(r"1[3-9][0-9]{9}")
_SOME_HAN = 3

_SEP = r"[\s\-._·~*]{1,2}"
_LEFT = r"(?<![0-9])(?<![0-9]\.)(?:\+?86[\s-]?)?"
_RIGHT = r"(?![0-9])(?!\.[0-9])"


def _pattern(inner: str, alone: float) -> Pattern:
    return Pattern(re.compile(f"{_LEFT}(?P<it>{inner}){_RIGHT}"), alone=alone, near=0.99)


def _check(match: re.Match[str]) -> bool | None:
    """False for pieces of hashes, and for Chinese digits that spell no mobile number."""
    it = matched(match)
    if not _SHAPE.fullmatch(digits(it.translate(_TO_DIGIT))) or in_token(match):
        return False
    return None


MOBILE = Recogniser(
    label="pii.mobile",
    title="手机号",
    gate=LONG_NUMBER,
    patterns=(
        _pattern(rf"1[3-9][0-9](?:{_SEP})?[0-9]{{4}}(?:{_SEP})?[0-9]{{4}}", alone=0.9),
        _pattern(rf"1[3-9][0-9]{_SEP}[0-9]{{3}}{_SEP}[0-9]{{3}}(?:{_SEP})?[0-9]{{2}}", alone=0.8),
        _pattern(rf"1{_SEP}[3-9](?:{_SEP}[0-9]){{9}}", alone=0.8),
        Pattern(
            re.compile(
                rf"(?<!{_DIGIT})(?=(?:[0-9]*[\s-]?[{HAN_DIGITS}]){{{_SOME_HAN}}})"
                rf"(?P<it>[1一幺壹](?:[\s-]?{_DIGIT}){{10}})(?!{_DIGIT})"
            ),
            alone=0.9,
            near=0.99,
        ),
    ),
    check=_check,
    context=("手机", "电话", "号码", "联系", "致电", "拨打", "短信", "热线", "微信", "加我", "tel", "phone", "mobile"),
    against=("订单", "单号", "编号", "流水", "快递", "运单", "工号", "学号", "批次", "序列", "帖子id", "uid"),
    examples=(
        Example("手机13800138000号", "13800138000"),
        Example("打我电话１３８００１３８０００", "１３８００１３８０００"),
        Example("138-0013-8000联系", "138-0013-8000"),
        Example("联系 138 0013 8000", "138 0013 8000"),
        Example("+86 13912345678", "13912345678"),
        Example("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 0 0 1 3 8 0 0 0"),
        Example("我的号一三八零零一三八零零零你记一下", "一三八零零一三八零零零"),
        Example("幺三八00幺38零零零", "幺三八00幺38零零零"),
        Example("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧⓪⓪①③⑧⓪⓪⓪"),
        Example("tel13800138000", "13800138000"),
        Example("13800138000/13900139000", "13900139000"),
        Example("1\u200b38\u200b00138000", "1\u200b38\u200b00138000"),
    ),
    near_misses=(
        "订单号13800138000123",
        "时间戳1606000000000",
        "12345678901",
        "12800138000",
        "统一社会信用代码91310000552936878J",
        "commit 13800138000af3c9",
        "a13800138000f",
        "金额是13800138000.50元",
        "一二三四五六七八九十",
        "一三五七九，二四六八十",
        "客服10086，热线12320，报警110",
        "2020-01-13 15:00:13",
    ),
)
