"""Where one person was and when: a sequence of times and places, or whereabouts that come back every day.

Timetables, plans of an event and travel guides tell times and places too; what they lack is a person who moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from riskguard.detectors.person.people import NAMED, SELF, SOMEBODY
from riskguard.detectors.person.reader import Place, Reader, any_of, sentence_end, sentence_start
from riskguard.detectors.person.words import either, words
from riskguard.detectors.pii.recogniser import Example
from riskguard.text.late import LatePattern

_N = "[0-9一二三四五六七八九十两]"
_DATE = (
    rf"(?:{_N}{{1,3}}月{_N}{{1,3}}[日号]?|[0-9]{{1,2}}\.[0-9]{{1,2}}日?(?![0-9.%])|{_N}{{1,3}}[日号](?![楼线院店])"
    "|(?:前|昨|今|当|次|第二|同)[天日晚]|周[一二三四五六日末]|星期[一二三四五六日天])"
)
_PART = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|深夜|早|晚"
_HOUR = rf"{_N}{{1,3}}(?::[0-9]{{2}}|[点时](?:{_N}{{1,3}}分?|半|许|多|整)?)"
_CLOCK = rf"(?:(?:{_PART})\s?(?:{_HOUR})?|{_HOUR})"
_TIME = LatePattern(rf"(?:{_DATE}\s?[,、]?\s?(?:{_CLOCK})?|{_CLOCK})(?:\s?[-—~至到]\s?(?:{_CLOCK}))?(?:左右|许|前后)?")
_SITE = f"(?:{either('sites')}|{either('cities')}|{either('provinces')})"
_GOES = either("goes")
_WORD = r"[^,。!?;\n]"
_MOVE = LatePattern(
    rf"\s?[,、:]?{_WORD}{{0,10}}?{_GOES}{_WORD}{{0,18}}?(?:{_SITE}|[gdcktz][0-9]{{1,4}}次?|[a-z]{{2}}[0-9]{{3,4}})"
    rf"(?:{_WORD}{{0,6}}?(?:到|至|前往|去|返回){_WORD}{{0,12}}?{_SITE})?"
    rf"|{_WORD}{{0,6}}?(?:参加|出席|去|在)?{_WORD}{{0,4}}?(?:聚餐|聚会|婚宴|婚礼|葬礼|酒席|打牌|打麻将)"
)
_OFTEN = LatePattern(any_of(words("often")))
_STAYS = LatePattern(rf"{_WORD}{{0,18}}?(?:在|去|到|从|回|路过|经过|出现|坐|蹲|途经|走){_WORD}{{0,14}}{_SITE}")
_CLOCKED = re.compile(_CLOCK)
_VAGUE = LatePattern(
    "(?:家里?|家中|公司|单位|学校|食堂|宿舍|办公室|店|站|超市|市|医院|地铁站|图书馆|健身房|操场|公园|门口|楼下)$"
)
_TRACE = re.compile("轨迹|流调|流行病学调查|行程如下|行程:")
_PEOPLE = LatePattern(
    rf"(?P<named>{NAMED})|(?P<other>{SOMEBODY}|其(?=于|在|从|[0-9])|患者|病例|感染者|密接者?)|(?P<self>{SELF})"
)
_PUBLIC = LatePattern(any_of(words("trip_public")))
_UNREAL = LatePattern(any_of(words("trip_doubts")))
_FROM_TO = re.compile("[从由自乘坐搭].*[到至去往回]")
_MOMENT = re.compile(f"{_N}[:点时日号]")
_FEWEST = 2
_NEAR, _BEFORE, _MOST_SAID = 90, 40, 400
_MOST = 0.97
_SCORES = {"named": 0.9, "trace": 0.85, "other": 0.8, "implied": 0.6, "self": 0.55}
_FOUND_OUT = {"named", "trace"}
"""These are somebody's way, whatever is announced beside it."""

_SOMEBODYS = 3
"""So many places in a row are somebody's way though nobody is named."""


class _Event(NamedTuple):
    """Characters [start, end) tell one time and one place."""

    start: int
    end: int


def _places(text: str) -> Iterator[Place]:
    several = len(_MOMENT.findall(text)) >= _FEWEST
    if not (several or _OFTEN.search(text)):
        return
    public = _PUBLIC.search(text) is not None
    for run in _runs(list(_events(text)) if several else ()):
        score = _tied(text, run, public=public)
        if score:
            yield Place(run[0].start, run[-1].end, score, f"{len(run)} 处时间与地点")
    if not public:
        yield from _habits(text)


def _events(text: str) -> Iterator[_Event]:
    last = 0
    for time in _TIME.finditer(text):
        move = _MOVE.match(text, time.end()) if time.start() >= last else None
        if move is not None:
            last = move.end()
            yield _Event(time.start(), last)


def _runs(events: Sequence[_Event]) -> Iterator[Sequence[_Event]]:
    """The events in groups that follow one another closely."""
    run: list[_Event] = []
    for event in events:
        if run and event.start - run[-1].end > _NEAR:
            yield run
            run = []
        run.append(event)
    if run:
        yield run


def _tied(text: str, run: Sequence[_Event], *, public: bool) -> float:
    """How likely it is one person's way; 0 when nobody is spoken of, or too little is told."""
    event = text[run[0].start : run[0].end]
    exact = re.search(_DATE, event) is not None and re.search(_HOUR, event) is not None
    if len(run) == 1 and not (exact and _FROM_TO.search(event)):
        return 0.0
    first, last = sentence_start(text, run[0].start), sentence_end(text, run[-1].end)
    said = text[max(0, first - _BEFORE) : min(last, run[0].start + _MOST_SAID)]
    ties = [str(match.lastgroup) for match in _PEOPLE.finditer(said)]
    if _TRACE.search(said):
        ties.append("trace")
    if not ties and len(run) >= _SOMEBODYS:
        ties.append("implied")
    if not ties or _UNREAL.search(said) or (public and not _FOUND_OUT & set(ties)):
        return 0.0
    score = max(_SCORES[tie] for tie in ties)
    if len(run) == 1:
        return 0.0 if score <= _SCORES["implied"] else round(score - 0.1, 3)
    return round(min(_MOST, score + 0.03 * (len(run) - 2)), 3)


def _habits(text: str) -> Iterator[Place]:
    for often in _OFTEN.finditer(text):
        stays = _STAYS.match(text, often.end())
        if stays is None:
            continue
        first, last = sentence_start(text, often.start()), sentence_end(text, stays.end())
        people = {str(m.lastgroup) for m in _PEOPLE.finditer(text, max(first, often.start() - 24), stays.end())}
        if not people or _UNREAL.search(text, first, last):
            continue
        exact, vague = _CLOCKED.search(stays[0]) is not None, _VAGUE.search(stays[0]) is not None
        if people == {"self"}:
            score = 0.5 if exact and not vague else 0.3
        else:
            score = 0.8 if exact else 0.45 if vague else 0.6
        yield Place(often.start(), stays.end(), score, "固定的时间与地点")


TRAJECTORY = Reader(
    label="pii.trajectory",
    title="行踪轨迹",
    gate=(*words("often"), *(f"{n}{unit}" for n in "0123456789一二三四五六七八九十两" for unit in ":点时日号")),
    places=_places,
    examples=(
        Example(
            "病例3：1月18日9:30从武汉乘G1234次到长沙，1月19日14:00前往人民医院就诊",
            "1月18日9:30从武汉乘G1234次到长沙，1月19日14:00前往人民医院",
        ),
        Example("他3月5日14:00从武昌站坐车到汉口站", "3月5日14:00从武昌站坐车到汉口站"),
        Example("她每天晚上十点从图书馆走回宿舍", "每天晚上十点从图书馆走回宿舍"),
        Example("患者李某，2日上午到永辉超市购物，3日下午去红星小区走亲戚", "2日上午到永辉超市购物，3日下午去红星小区"),
        Example("那个男的每天早上七点半在人民路公交站等车", "每天早上七点半在人民路公交站"),
    ),
    near_misses=(
        "营业时间每天9:00到21:00，地址在人民路",
        "会议于3月5日9:00在人民大会堂召开",
        "地铁2号线首班车6:00从机场站发车",
        "今天下午去了超市",
        "第一天9:00从酒店出发，14:00到西湖",
        "明天多云，上午8时气温12度",
        "各位同学，周一8:00到体育馆集合，周二9:00到图书馆",
        "每天三点一线",
    ),
)
