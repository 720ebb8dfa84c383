"""Vehicle plates of the mainland: seven characters, or eight for new-energy vehicles."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, digits, matched
from riskguard.text.late import LatePattern

_PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SEPARATORS = r"\s·.,_*•~—/|-"
_GAP = f"[{_SEPARATORS}]{{0,2}}"
_LETTER = f"{_GAP}[a-hj-np-z]"
_SIGN = f"{_GAP}[a-hj-np-z0-9]"
_DIGIT = f"{_GAP}[0-9]"
_HEAD = re.compile(rf"(?:[{_PLACES}]{_LETTER}|使|wj{_GAP}[{_PLACES}]){_GAP}")
_DECIMAL = re.compile(r"[0-9]{2}[.,][0-9]")
_FEWEST_DIGITS = 2
_SURE_DIGITS = 3


def _check(match: re.Match[str]) -> Opinion:
    """False for words and decimals after a place; with two digits only it may be a name of something."""
    serial = _HEAD.sub("", matched(match), count=1)
    if _DECIMAL.search(serial):
        return False
    count = sum(char.isdigit() for char in digits(serial))
    return False if count < _FEWEST_DIGITS else None if count >= _SURE_DIGITS else "doubt"


LICENCE_PLATE = Recogniser(
    label="pii.licence_plate",
    title="车牌号",
    signs=Signs(digits=2, chars=f"{_PLACES}使"),
    gate=re.compile(rf"[{_PLACES}]{_LETTER}|使{_GAP}[0-9]|wj{_GAP}[{_PLACES}]"),
    patterns=(
        Pattern(
            LatePattern(
                rf"(?P<it>[{_PLACES}]{_LETTER}{_GAP}(?:[a-hjk]{_SIGN}(?:{_DIGIT}){{4}}|[0-9](?:{_DIGIT}){{4}}{_GAP}[a-hjk]"
                rf"|(?:{_SIGN}){{5}}|(?:{_SIGN}){{4}}{_GAP}[挂学警港澳领使]))(?![0-9a-z])(?!{_GAP}[0-9])"
            ),
            alone=0.85,
            near=0.97,
        ),
        Pattern(LatePattern(rf"(?<![大公天])(?P<it>使{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}})(?![0-9a-z])"), 0.3, 0.95),
        Pattern(LatePattern(rf"(?P<it>wj{_GAP}[{_PLACES}]{_GAP}[0-9]{{4}}{_GAP}[0-9a-z])(?![0-9a-z])"), 0.9, 0.97),
    ),
    check=_check,
    context=("车牌", "牌照", "车主", "号牌", "这辆车", "肇事", "违停", "司机", "车停", "占道", "挪车", "剐蹭"),
    examples=(
        Example("车牌京A·12345占道", "京A·12345"),
        Example("粵B12345F停这了", "粵B12345F"),
        Example("沪AD12345", "沪AD12345"),
        Example("川A1234警", "川A1234警"),
        Example("粤Z·1234港", "粤Z·1234港"),
        Example("浙 A 8 8 6 1 3", "浙 A 8 8 6 1 3"),
        Example("闽 D-F12345", "闽 D-F12345"),
        Example("鲁Ｂ－Ｆ１２３４５", "鲁Ｂ－Ｆ１２３４５"),
        Example("苏E一二三四五", "苏E一二三四五"),
        Example("车牌使224578", "使224578"),
        Example("WJ京1234X", "WJ京1234X"),
    ),
    near_misses=(
        "京abcdef",
        "新iphone12345",
        "云服务器a12345",
        "京A1234567",
        "新gtx1080ti",
        "京东e卡12345",
        "黑k12",
        "青b 20 20-01",
        "大使123456",
        "西宁FM100.6",
    ),
)
