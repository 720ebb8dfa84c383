"""What residents of Taiwan travel with to the mainland: eight digits, so only beside its name."""

from __future__ import annotations

import re

from riskguard.detectors.pii.number import DIGIT, DIGITS, LONG_NUMBER, RIGHT, begun, grouped
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


def _check(match: re.Match[str]) -> Opinion:
    return False if _DATE.fullmatch(digits(matched(match))) else grouped(match, {(4, 4)})


TAIWAN_COMPATRIOT_PERMIT = Recogniser(
    label="pii.travel_permit",
    title="台湾居民来往大陆通行证号（台胞证）",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(Pattern(LatePattern(rf"(?P<it>{begun('[0-9]')}(?:{DIGIT}){{7}}){RIGHT}"), alone=0.0, near=0.9),),
    check=_check,
    context=("台胞证", "台湾居民", "来往大陆"),
    examples=(
        Example("台胞证12345678", "12345678"),
        Example("台胞证号码：0123 4567", "0123 4567"),
        Example("台湾居民来往大陆通行证号０１２３４５６７", "０１２３４５６７"),
    ),
    near_misses=("台胞证20260101到期", "编号12345678", "台胞证123456789", "12345678"),
)
