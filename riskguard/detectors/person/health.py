"""Health of one person: a result, a diagnosis, a code, a contact, a medicine, a pregnancy, tied to somebody.

A state alone is talk about health, and so is a state of 'patients', of a number of cases, or of an 'if'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskguard.detectors.person.people import NAMED, SELF, SOMEBODY
from riskguard.detectors.person.reader import STOPS, Place, Reader, any_of, sentence_end, sentence_start
from riskguard.detectors.person.states import KINDS, STATE
from riskguard.detectors.person.words import words
from riskguard.detectors.pii.recogniser import Example
from riskguard.text.late import LatePattern

_SIGNS = (*words("health_signs"), *words("diseases"), *words("drugs"))
_SIGN = LatePattern(any_of(_SIGNS))
_PEOPLE = LatePattern(rf"(?P<named>{NAMED})|(?P<other>{SOMEBODY})|(?P<self>{SELF})")
_NAMED = LatePattern(NAMED)
_DOUBT = LatePattern(
    any_of(words("health_doubts")) + "|吗[?,]|[0-9一二两三四五六七八九十百千万]+[例名位人]|患者?(?=应|需|可|要)"
)
_WELL = re.compile("阴性|转阴|绿码")
_BACK, _AHEAD, _OWN, _INTO = 32, 14, 4, 2
_TIES = {"named": 0.15, "other": 0.1, "self": 0.0}
_LOWERED, _MILDER = 0.3, 0.1
_MOST = 0.97


def _places(text: str) -> Iterator[Place]:
    read = 0
    for sign in _SIGN.finditer(text):
        if sign.start() >= read:
            first, read = max(read, sentence_start(text, sign.start())), sentence_end(text, sign.end())
            for state in STATE.finditer(text, first, read):
                yield from _told(text, state)


def _told(text: str, state: re.Match[str]) -> Iterator[Place]:
    tie = _tie(text, state)
    if tie is None:
        return
    start, end = state.span()
    kind, score = KINDS[str(state.lastgroup)]
    score += _TIES[tie] - (_MILDER if _WELL.search(state[0]) else 0.0)
    first, last = _around(text, start, end)
    comma = text.find(",", end, last)  # what is said in the clause behind is no doubt of this
    if doubt := _DOUBT.search(text, first, comma if comma >= 0 else last):
        yield Place(start, end, round(score * _LOWERED, 3), f"{kind}，但写着「{doubt[0]}」")
    else:
        yield Place(start, end, min(_MOST, round(score, 3)), kind)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of the sentence in which a doubt counts."""
    return max(sentence_start(text, start), start - _BACK), min(sentence_end(text, end), end + _AHEAD)


def _tie(text: str, state: re.Match[str]) -> str | None:
    """How well the person is known whose state it is; None for nobody.

    A sentence that begins with the state speaks of the person of the sentence before.
    """
    first, last = _around(text, state.start(), state.end())
    if state.start() - first <= _OWN and first > 0 and text[first - 1] in STOPS:
        first = max(sentence_start(text, first - 1), state.start() - _BACK)
    ties = [str(person.lastgroup) for person in _PEOPLE.finditer(text, first, state.start() + _INTO)]
    if not ties:
        named = _NAMED.search(text, state.end(), last)
        return "named" if named else None
    return max(ties, key=lambda tie: _TIES[tie])


HEALTH = Reader(
    label="pii.health",
    title="健康信息",
    gate=_SIGNS,
    places=_places,
    examples=(
        Example("3栋的王阿姨核酸阳性", "核酸阳性"),
        Example("我妈上周确诊了糖尿病", "确诊了糖尿病"),
        Example("我同事昨天查出HIV阳性", "查出HIV阳性"),
        Example("患者张某，男，45岁，1月20日确诊", "确诊"),
        Example("他的健康码变红了，别让他进来", "健康码变红"),
        Example("我同事被判定为次密接", "被判定为次密接"),
        Example("她昨晚被拉去方舱了", "被拉去方舱"),
        Example("我在吃舍曲林，已经三个月了", "吃舍曲林"),
        Example("我们班李某某怀孕了", "怀孕了"),
        Example("室友有双相，住过精神科", "有双相"),
        Example("我抗原两道杠", "抗原两道杠"),
        Example("邻居是艾滋病携带者", "是艾滋病携带者"),
    ),
    near_misses=(
        "今天全市新增确诊病例32例",
        "核酸检测点在体育馆门口",
        "糖尿病患者应少吃甜食",
        "如果抗原阳性请立即上报",
        "我快被气出心脏病了",
        "专家称感染者多为轻症",
        "懒癌晚期的我又赖床了",
        "怀孕期间能不能喝咖啡",
        "健康码怎么申请",
        "方舱医院今天休舱了",
        "你有病吧",
        "预防流感要勤洗手",
        "抑郁症不是矫情，请多一点理解",
        "我今天去打了新冠疫苗",
    ),
)
