"""Landlines: an area code and seven or eight digits; and the 400 and 800 numbers of businesses, which are nobody's."""

from __future__ import annotations

import re

from riskguard.detectors.pii.number import DIGIT, DIGITS, GAP, LONG_NUMBER, NOT_COUNTED, spaced
from riskguard.detectors.pii.recogniser import ORDERS, Example, Pattern, Recogniser

_AREA = spaced("10", "2[0-57-9]", "[3-9][0-9][0-9]")
_LOCAL = rf"[2-8](?:{DIGIT}){{6,7}}"
_LEFT, _RIGHT = r"(?<![0-9a-z])(?<![0-9][-.])", rf"(?![0-9a-z])(?![-.][0-9]{{5}}){NOT_COUNTED}"
_ZERO = f"0(?:{GAP})?"


def _pattern(inner: str, alone: float, near: float, **more: str) -> Pattern:
    return Pattern(re.compile(rf"{_LEFT}(?P<it>{inner}){_RIGHT}"), alone, near, **more)


LANDLINE = Recogniser(
    label="pii.landline",
    title="座机号",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(
        _pattern(rf"(?:\({_ZERO}{_AREA}\)\s?|(?:{_ZERO}|\+86[\s-]?){_AREA}{GAP}){_LOCAL}", 0.75, 0.95),
        _pattern(rf"0{_AREA}[2-8][0-9]{{6,7}}", 0.0, 0.8),
        Pattern(
            re.compile(rf"(?:座机|固话|宅电|家里?电话)(?:号码|号)?\s?[:是为]?\s?(?P<it>{_LOCAL}){_RIGHT}"),
            alone=0.75,
            near=0.8,
        ),
        _pattern(rf"{spaced('[48]00')}(?:{DIGIT}){{7}}", 0.2, 0.2, title="服务热线，不属于个人", kind="hotline"),
    ),
    context=("电话", "座机", "固话", "宅电", "家里", "我家", "致电", "拨打", "联系", "tel"),
    against=(
        *ORDERS,
        "热线",
        "客服",
        "前台",
        "总机",
        "传真",
        "咨询",
        "举报",
        "投诉",
        "监督",
        "值班",
        "报名",
        "售后",
        "订餐",
        "预订",
        "公安",
        "派出所",
        "医院",
        "门诊",
        "法院",
        "检察院",
        "政府",
        "街道办",
        "居委会",
        "委员会",
        "教育局",
        "疾控",
        "消防",
        "公司",
        "酒店",
        "学校",
    ),
    examples=(
        Example("电话010-61234567", "010-61234567"),
        Example("座机(0571)81234567", "(0571)81234567"),
        Example("联系电话02161234567", "02161234567"),
        Example("家里电话：6123 4567", "6123 4567"),
        Example("+86-10-61234567", "+86-10-61234567"),
        Example("我家０２１　６１２３　４５６７", "０２１　６１２３　４５６７"),
        Example("零一零，六一二三四五六七", "零一零，六一二三四五六七"),
        Example("订票请打400-820-8820", "400-820-8820"),
    ),
    near_misses=(
        "2020-01-01 00:10",
        "010-2020",
        "编号0000-12345678",
        "95588",
        "02161234567",
        "12345",
        "服务热线96110",
        "运费400元，定金8001元",
    ),
)
