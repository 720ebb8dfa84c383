"""Vehicle plates of the mainland: seven characters, or eight for new-energy vehicles."""

from __future__ import annotations

import re

from riskguard.detectors.pii.recogniser import Example, Pattern, Recogniser, digits, matched

_PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SIGN = "[a-hj-np-z0-9]"
_FEWEST_DIGITS = 2


def _check(match: re.Match[str]) -> bool | None:
    """False for words in Latin letters after a place."""
    return False if sum(char.isdigit() for char in digits(matched(match))) < _FEWEST_DIGITS else None


LICENCE_PLATE = Recogniser(
    label="pii.licence_plate",
    title="车牌号",
    gate=re.compile(rf"[{_PLACES}][a-hj-np-z]"),
    patterns=(
        Pattern(
            re.compile(
                rf"(?P<it>[{_PLACES}][a-hj-np-z][\s·.-]?"
                rf"(?:[a-hjk]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[df]|{_SIGN}{{5}}|{_SIGN}{{4}}[挂学警港澳领使]))(?![0-9a-z])"
            ),
            alone=0.85,
            near=0.97,
        ),
    ),
    check=_check,
    context=("车牌", "牌照", "车主", "号牌", "这辆车", "肇事", "违停", "司机"),
    examples=(
        Example("车牌京A·12345占道", "京A·12345"),
        Example("粵B12345F停这了", "粵B12345F"),
        Example("沪AD12345", "沪AD12345"),
        Example("川A1234警", "川A1234警"),
    ),
    near_misses=("京abcdef", "新iphone12345", "云服务器a12345", "京A1234567"),
)
