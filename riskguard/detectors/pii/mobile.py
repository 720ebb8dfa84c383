"""Mobile numbers of the mainland, eleven digits from 13 to 19; of Hong Kong, Macau and Taiwan behind their codes."""

from __future__ import annotations

import re

from riskguard.detectors.pii.ip import is_ipv4
from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, NOT_COUNTED, RIGHT, grouped
from riskguard.detectors.pii.recogniser import ORDERS, Example, Opinion, Pattern, Recogniser, in_token, matched
from riskguard.text.late import LatePattern

_GROUPS = frozenset({(3, 4, 4), (3, 3, 5), (4, 3, 4), (3, 8), (7, 4), (3, 4, 2, 2), (3, 3, 3, 2), (5, 6)})
_LETTER = re.compile(r"(?<![a-z])[^\W\d_mtvw]$", re.ASCII)
"""A letter by itself before a number makes it the name of a thing, but for m, t, v and w, which speak of phones."""


def _check(match: re.Match[str]) -> Opinion:
    """False for pieces of hashes and for addresses of machines; the number itself has no check digit."""
    letter = _LETTER.search(match.string[max(0, match.start("it") - 2) : match.start("it")])
    return False if letter or in_token(match) or is_ipv4(matched(match)) else grouped(match, _GROUPS)


MOBILE = Recogniser(
    label="pii.mobile",
    title="手机号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        Pattern(
            LatePattern(
                rf"(?P<it>1(?<![0-9¥$€]1)(?<![0-9]\.1)(?:{GAP})?[3-9](?:{DIGIT}){{9}})"
                rf"(?![0-9])(?!\.[0-9]{{1,4}}(?![0-9])){NOT_COUNTED}"
            ),
            alone=0.9,
            near=0.99,
        ),
        Pattern(
            LatePattern(rf"\+(?P<it>(?:852|853)(?:{DIGIT}){{8}}|886(?:{DIGIT}){{9,10}}){RIGHT}"),
            alone=0.85,
            near=0.97,
            title="港澳台手机号",
        ),
    ),
    check=_check,
    context=("手机", "电话", "号码", "联系", "致电", "拨打", "短信", "微信", "加我", "tel", "phone", "mobile"),
    against=ORDERS,
    examples=(
        Example("手机13800138000号", "13800138000"),
        Example("打我电话１３８００１３８０００", "１３８００１３８０００"),
        Example("138-0013-8000联系", "138-0013-8000"),
        Example("联系 138 0013 8000", "138 0013 8000"),
        Example("+86 13912345678", "13912345678"),
        Example("打+852 6123 4567", "852 6123 4567"),
        Example("台湾手机+886-912-345-678", "886-912-345-678"),
        Example("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 0 0 1 3 8 0 0 0"),
        Example("我的号一三八零零一三八零零零你记一下", "一三八零零一三八零零零"),
        Example("幺三八00幺38零零零", "幺三八00幺38零零零"),
        Example("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧⓪⓪①③⑧⓪⓪⓪"),
        Example("腰三八洞洞腰三八洞洞洞", "腰三八洞洞腰三八洞洞洞"),
        Example("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣"),
        Example("壹叁捌，零零壹叁，捌零零零", "壹叁捌，零零壹叁，捌零零零"),
        Example("l38oo138ooo", "l38oo138ooo"),
        Example("1❤️3❤️8❤️0❤️0❤️1❤️3❤️8❤️0❤️0❤️0", "1❤️3❤️8❤️0❤️0❤️1❤️3❤️8❤️0❤️0❤️0"),
        Example("tel13800138000", "13800138000"),
        Example("13800138000/13900139000", "13900139000"),
        Example("138 0013 8000 139 0013 9000", "139 0013 9000"),
        Example("1\u200b38\u200b00138000", "1\u200b38\u200b00138000"),
        Example("订单配送电话13800138000", "13800138000"),
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
        "营收13800138000元",
        "¥13800138000",
        "一二三四五六七八九十",
        "一三五七九，二四六八十",
        "客服10086，热线12320，报警110",
        "2020-01-13 15:00:13",
        "13,800,138,000",
        "139.196.120.12",
        "http://m.example.com/status/13800138000",
        "550e8400-e29b-41d4-a716-138001380001",
        "0.13800138000",
        "单曲p13800138000",
        "13 15 22 27 30 33 05",
        "比分19-21 21-18 13-15",
    ),
)
