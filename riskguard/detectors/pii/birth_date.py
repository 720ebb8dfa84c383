"""Days of birth: a date beside a word of birth, in digits or in Chinese."""

from __future__ import annotations

import re
from datetime import date

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched
from riskguard.text.late import LatePattern
from riskguard.text.tables.number import SPELT

_HAN = "".join(SPELT)
_NUMBER = f"[0-9{_HAN}十廿]"
_DAY = rf"{_NUMBER}{{1,2}}\s?月\s?{_NUMBER}{{1,3}}+(?:\s?[日号])?+"
_DATE = (
    rf"(?P<it>(?:[0-9{_HAN}]{{4}}|[0-9{_HAN}]{{2}})\s?年\s?{_DAY}"
    r"|(?:19|20)[0-9]{2}\s?[-./]\s?[0-9]{1,2}\s?[-./]\s?[0-9]{1,2}(?![0-9])|(?:19|20)[0-9]{6}(?![0-9]))"
)
_SAYS = r"(?:(?!那天|当天|快乐|祝|派对|会|礼物)[^0-9零一二三四五六七八九十,，。;；!！?？\n]){0,8}"
_WORD = r"(?:出生|生日|(?<![先医学师考女男新卫])生于|诞辰|诞生于|生辰|破壳日|dob|born|birthday|date of birth)"
_BORN = r"[^0-9,，。;；!！?？\n]{0,8}(?:出生|出世|降生)"
_NO_PARTY = r"(?![日号]?\s?(?:快乐|派对|聚会|蛋糕|会|礼物|party|[之以]?[前后]))"
_TO_DIGIT = str.maketrans(dict(SPELT))
_FIRST_YEAR, _LAST_YEAR = 1910, 2099
_CENTURY, _NOW = 1900, 30


def _check(match: re.Match[str]) -> Opinion:
    """False for no date, and for those who are long dead."""
    parts = [_value(part) for part in re.findall(rf"{_NUMBER}+", matched(match))]
    if len(parts) == 1:
        number = str(parts[0])
        parts = [int(number[:4]), int(number[4:6]), int(number[6:])]
    if len(parts) == 2:
        parts = [2000, *parts]
    year, month, day = parts
    if year < 100:
        year += _CENTURY if year > _NOW else 2000
    try:
        return None if _FIRST_YEAR <= date(year, month, day).year <= _LAST_YEAR else False
    except ValueError:
        return False


def _value(written: str) -> int:
    """'十一' -> 11, '二十' -> 20, '一九九〇' -> 1990, '07' -> 7."""
    text = written.translate(_TO_DIGIT).replace("廿", "2十")
    tens, ten, ones = text.partition("十")
    return int(text) if not ten else 10 * int(tens or 1) + int(ones or 0)


BIRTH_DATE = Recogniser(
    label="pii.birth_date",
    title="出生日期",
    signs=Signs(digits=2, chars="生诞破b"),
    gate=re.compile(r"生|诞|破壳|dob|born|birth"),
    patterns=(
        Pattern(LatePattern(rf"{_WORD}{_SAYS}{_DATE}{_NO_PARTY}"), alone=0.85, near=0.95),
        Pattern(
            LatePattern(rf"(?<![0-9]){_DATE}(?:{_BORN}|\s?(?:的?生日|生人|生(?![活意产气效成物动长存日])){_NO_PARTY})"),
            0.85,
            0.95,
        ),
        Pattern(
            LatePattern(rf"生日\s?(?:[:是为在]|[农公阴阳]历|\s)*(?P<it>{_DAY}){_NO_PARTY}"),
            alone=0.5,
            near=0.65,
            title="生日",
        ),
    ),
    check=_check,
    context=("我", "他", "她", "本人", "身份", "姓名", "女儿", "儿子", "孩子"),
    examples=(
        Example("她1990年1月2日出生", "1990年1月2日"),
        Example("出生日期：１９９０－０１－０２", "１９９０－０１－０２"),
        Example("我生于一九九〇年十一月二十三日", "一九九〇年十一月二十三日"),
        Example("生日19900102", "19900102"),
        Example("出生证上写的是2001.5.6", "2001.5.6"),
        Example("他2001年5月6日凌晨在医院出生", "2001年5月6日"),
        Example("90年5月6日生，属马", "90年5月6日"),
        Example("我的生日是5月6日", "5月6日"),
    ),
    near_misses=(
        "2020年1月2日生效",
        "1990年1月2日，祝大家生活愉快",
        "今天5月6日，祝他生日快乐",
        "她先生于2012年6月14日晚到京",
        "出生日期在1957年12月31日之前的老人",
        "鲁迅1881年9月25日生于绍兴",
        "生日那天2020年5月6日我们去了海边",
        "公司2010年5月6日成立",
        "出生率2019年10.48",
        "1990年13月2日出生",
    ),
)
