"""Landlines: an area code and seven or eight digits; and the 400 and 800 numbers of businesses, which are nobody's."""

from __future__ import annotations

import re

from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, NOT_COUNTED, any_of, grouped, spaced
from riskguard.detectors.pii.recogniser import ORDERS, Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_AREA = any_of(spaced("10", "2[0-57-9]", "[3-9][0-9][0-9]"))
_LOCAL = rf"[2-8](?:{DIGIT}){{6,7}}"
_OFFICE = re.compile(
    r"公安|派出所|警务|法院|检察院|政府|街道办|居委会|村委会|委员会|卫健委|[教管税务民政理防]局|疾控|消防|卫生院|发热门诊"
    r"|服务中心|总?服务台|火车站|问询|机场|图书馆|博物馆|指挥部|办事处|大使馆|领事|热线|应急|紧急|举报|投诉|监督|信访|值班|公布|公开|对外"
)
_OWN = re.compile(r"家|座机|宅|[我他她你]|奶奶|爷爷|爸|妈|老公|老婆|同事|朋友|联系人")
_NEAR_OFFICE = 24
_HOTLINES = "48"

_GROUPS = frozenset(
    {(3, 8), (4, 8), (4, 7), (3, 4, 4), (4, 4, 4), (4, 3, 4), (8,), (4, 4), (2, 3, 4, 4), (2, 2, 4, 4), (3, 3, 4)}
)
_RIGHT = rf"(?![0-9a-z])(?![-.][0-9]{{5}}){NOT_COUNTED}"
_ZERO = f"0(?:{GAP})?"


def _pattern(first: str, rest: str, alone: float, near: float, **more: str) -> Pattern:
    return Pattern(LatePattern(rf"(?P<it>{first}(?<![0-9a-z].)(?<![0-9][-.].){rest}){_RIGHT}"), alone, near, **more)


def _check(match: re.Match[str]) -> Opinion:
    """False for what an office publishes, unless it is said to be somebody's; else as the groups say."""
    if digits(matched(match))[0] in _HOTLINES:
        return grouped(match, _GROUPS)
    before = match.string[max(0, match.start() - _NEAR_OFFICE) : match.start()]
    office, own = _last(_OFFICE, before), _last(_OWN, before)
    return False if office > own else grouped(match, _GROUPS)


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last match ends; 0 if there is none."""
    return max((match.end() for match in pattern.finditer(text)), default=0)


LANDLINE = Recogniser(
    label="pii.landline",
    title="座机号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        _pattern(r"\(", rf"{_ZERO}{_AREA}\)\s?{_LOCAL}", 0.75, 0.95),
        _pattern("0", rf"(?:{GAP})?{_AREA}{GAP}{_LOCAL}", 0.75, 0.95),
        _pattern(r"\+", rf"86[\s-]?{_AREA}{GAP}{_LOCAL}", 0.75, 0.95),
        _pattern("0", rf"{_AREA}[2-8][0-9]{{6,7}}", 0.5, 0.8),
        Pattern(
            LatePattern(rf"(?:座机|固话|宅电|家里?电话)(?:号码|号)?\s?[:是为]?\s?(?P<it>{_LOCAL}){_RIGHT}"),
            alone=0.75,
            near=0.8,
        ),
        _pattern(
            "[48]", rf"(?:{GAP})?0(?:{GAP})?0(?:{DIGIT}){{7}}", 0.2, 0.2, title="服务热线，不属于个人", kind="hotline"
        ),
    ),
    check=_check,
    context=("电话", "座机", "固话", "宅电", "传真", "家里", "我家", "致电", "拨", "打", "联系", "tel"),
    against=ORDERS,
    examples=(
        Example("电话010-61234567", "010-61234567"),
        Example("座机(0571)81234567", "(0571)81234567"),
        Example("联系电话02161234567", "02161234567"),
        Example("家里电话：6123 4567", "6123 4567"),
        Example("+86-10-61234567", "+86-10-61234567"),
        Example("我家０２１　６１２３　４５６７", "０２１　６１２３　４５６７"),
        Example("零一零，六一二三四五六七", "零一零，六一二三四五六七"),
        Example("投完简历打０２１６１２３４５６７", "０２１６１２３４５６７"),
        Example("派出所打到我家010-61234567", "010-61234567"),
        Example("订票请打400-820-8820", "400-820-8820"),
    ),
    near_misses=(
        "2020-01-01 00:10",
        "010-2020",
        "编号0000-12345678",
        "95588",
        "12345",
        "服务热线96110",
        "市疾控中心公布24小时咨询电话：010-61234567",
        "派出所010-61234567",
        "运费400元，定金8001元",
    ),
)
