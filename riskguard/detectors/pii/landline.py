"""Landlines: an area code and seven or eight digits."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import LONG_NUMBER, Example, Pattern, Recogniser

_AREA = r"0(?:10|2[0-57-9]|[3-9][0-9]{2})"
_LEFT, _RIGHT = r"(?<![0-9a-z])(?<![0-9][-.])", r"(?![0-9a-z])(?![-.][0-9]{5})"

LANDLINE = Recogniser(
    label="pii.landline",
    title="座机号",
    gate=LONG_NUMBER,
    patterns=(
        Pattern(re.compile(rf"{_LEFT}(?P<it>\(?{_AREA}\)?[\s-]{{1,2}}[2-8][0-9]{{6,7}}){_RIGHT}"), 0.75, 0.95),
        Pattern(re.compile(rf"{_LEFT}(?P<it>\({_AREA}\)[2-8][0-9]{{6,7}}){_RIGHT}"), 0.75, 0.95),
        Pattern(re.compile(rf"{_LEFT}(?P<it>{_AREA}[2-8][0-9]{{6,7}}){_RIGHT}"), 0.0, 0.8),
    ),
    context=("电话", "座机", "致电", "拨打", "传真", "联系", "热线", "tel"),
    against=("订单", "单号", "编号", "流水"),
    examples=(
        Example("电话010-61234567", "010-61234567"),
        Example("座机(0571)81234567", "(0571)81234567"),
        Example("联系电话02161234567", "02161234567"),
    ),
    near_misses=("2020-01-01 00:10", "010-2020", "编号0000-12345678", "95588", "400-820-8820", "02161234567"),
)
