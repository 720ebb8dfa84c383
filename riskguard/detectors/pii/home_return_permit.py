"""What residents of Hong Kong (H) and Macau (M) travel with to the mainland: 回乡证."""

from __future__ import annotations

from riskguard.detectors.pii.number import DIGIT, DIGITS, LONG_NUMBER, RIGHT, begun, grouped
from riskguard.detectors.pii.recogniser import ORDERS, Example, Pattern, Recogniser
from riskguard.text.late import LatePattern


def _pattern(rest: int, alone: float) -> Pattern:
    return Pattern(LatePattern(rf"(?P<it>{begun('[hm]')}(?:{DIGIT}){{{rest}}}){RIGHT}"), alone, 0.97)


HOME_RETURN_PERMIT = Recogniser(
    label="pii.travel_permit",
    title="港澳居民来往内地通行证号（回乡证）",
    signs=DIGITS,
    gate=LONG_NUMBER,
    patterns=(_pattern(10, 0.35), _pattern(8, 0.3)),
    check=grouped,
    context=("回乡证", "通行证", "来往内地", "港澳居民", "证件号"),
    against=(*ORDERS, "航班", "车次"),
    examples=(
        Example("回乡证H1234567801", "H1234567801"),
        Example("回乡证号码是M12345678", "M12345678"),
        Example("港澳居民来往内地通行证：Ｈ１２３４５６７８", "Ｈ１２３４５６７８"),
        Example("回乡证 H 一二三四五六七八", "H 一二三四五六七八"),
    ),
    near_misses=("H123456789", "回乡证明天办", "型号HM12345678", "M1234567", "m 2016-11-13", "ISBN M1234567890123"),
)
