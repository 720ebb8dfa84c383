"""Addresses by rule: numbers of a door, and before them the named places that lead to it.

A town or a road is nobody's home, and a building without the name of where it stands could be anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from riskguard.detectors.person.reader import Place, Reader
from riskguard.detectors.person.words import either
from riskguard.detectors.pii.recogniser import Example
from riskguard.text.late import LatePattern

_DIGITS = "0123456789〇零一二三四五六七八九十百"
_D = f"[{_DIGITS}]"
_NO = rf"(?:{_D}{{1,5}}(?:-{_D}{{1,5}}){{0,3}}|[a-z]{_D}{{0,3}}|[甲乙丙丁东西南北中])"
_BUILDING = (
    rf"(?:(?:附|第)?(?!一[栋幢座]){_NO}\s?(?:号楼|号院|弄|栋|幢|座(?![城桥山庙塔跑车位])|单元|室|户|组|队|号(?!线|码|店|机|令|称|角|文))"
    rf"|[0-9]{{1,3}}#(?=[0-9楼])楼?|(?!(?:19|20)[0-9]{{2}}-){_D}{{1,4}}(?:-{_D}{{1,5}}){{2,3}}(?!{_D}))"
)
"""Numbers that an address may begin its door with."""

_WITHIN = (
    rf"(?:{_BUILDING}|第?{_NO}\s?(?:层|楼(?![上下道主盘市])|门(?![口店票诊铃]))"
    "|[0-9]{3,4}(?![0-9年月日元块分米斤个人次万%:./多路]))"
)
"""Numbers that only follow others."""

_BRIDGE = r"[^\W\d_我你他她的了在到是去住和有]{0,8}?"
_DASHED = re.compile(rf"{_D}{{1,4}}-{_D}{{1,5}}(?!{_D})")
_DOOR = LatePattern(rf"(?:{_BUILDING}|{_DASHED.pattern})(?:\s?{_BRIDGE}\s?{_WITHIN})*")

_AREA = re.compile(rf"{either('provinces')}|{either('cities')}")
_UPPER = re.compile(r"[省市区县旗镇乡州]|街道|社区|开发区|新区")
_LOWER = LatePattern(
    rf"(?:路|街|巷|弄|道|胡同|村|屯|寨|庄|组|队|里|坊|条|{either('estates')})(?:[东西南北中一二三四五六七八九十0-9a-z]{{1,2}}(?:[路段街区期里巷]|$))?\s?$"
)
_LEADS = re.compile(
    r".*(?:[^\w\s-]|家住|住在|住址|地址|户籍地?|位于|寄[到往去给]?|送[到往去]|[搬租]到?在?|就在|[在到是去住从往跟与找叫有我你他她的了那这]|和(?!平|田|县)|于(?!家|都|洪)|老家|妈家|邮编\d*|号码)"
    r"(?:\s*:)?\s*",
    re.DOTALL,
)
_HOME = re.compile("(?:小区|花园|家园|公寓|新村|苑|园|里|庭|居|府|城|湾|庄|村|院|弄|宿舍|舍|寓)$")
_VENUE = re.compile("地点|举办|会场|活动|讲座|报名|营业|邮寄地址|投稿|展览|演出|开业|门店|总部|校区|走失")
_LIVES = re.compile(r"住|家|地址|收货|收件|寄|快递|户籍|送到|门牌|租|上门|邻居")
_DEEP = re.compile(r"栋|幢|单元|室|号楼|座|号院|#|-")
_SMALL = re.compile(r"[村屯寨庄](?:[^\W\d_]|\s)*$")
_REACH, _NAME_CHARS = 40, 2
_MOST = 0.97


def _places(text: str) -> Iterator[Place]:
    last = 0
    for door in _DOOR.finditer(text):
        window = text[max(last, door.start() - _REACH) : door.start()]
        led = _LEADS.match(window)
        named = window[led.end() if led else 0 :].lstrip()
        if area := _AREA.search(named):  # what stands before a province is no part of the address
            named = named[area.start() :]
        score = _score(named, door[0], window)
        if score:
            end = door.end() - (len(door[0]) - len(door[0].rstrip()))
            yield Place(door.start() - len(named), end, score, "逐级写到门牌")
            last = end


def _score(named: str, door: str, before: str) -> float:
    """By how many levels are named, how deep the numbers lead, and whether somebody lives there; 0 for no address."""
    levels = len(_AREA.findall(named)) + len(_UPPER.findall(named))
    ends = _LOWER.search(named) is not None
    if _DASHED.fullmatch(door) and not _HOME.search(named):  # 8-9 级风, 2017-2018 年
        return 0.0
    deep = len(_DEEP.findall(door))
    rooms = deep - door.count("-")
    if len(named) < _NAME_CHARS or not (ends or (deep and levels) or rooms > 1):
        return 0.0
    score = 0.3 + 0.1 * min(levels, 2) + 0.1 * min(deep, 2) + (0.1 if ends else 0.0)
    score += (0.15 if _LIVES.search(before) else 0.0) - (0.2 if _VENUE.search(before) else 0.0)
    return round(min(_MOST, score), 3)


ADDRESS = Reader(
    label="pii.address",
    title="详细住址",
    gate=(
        *(f"{digit}{part}" for digit in _DIGITS for part in ("号", "栋", "幢", "弄", "单元", "室", "号楼", "座")),
        *(f"{digit}{part}" for digit in "0123456789" for part in "#-"),
        *(f"{letter}{part}" for letter in "abcdef甲乙丙" for part in "栋幢座"),
    ),
    places=_places,
    examples=(
        Example("我家住在浙江省杭州市西湖区文三路100号3幢2单元501室", "浙江省杭州市西湖区文三路100号3幢2单元501室"),
        Example("寄到海淀区学院路30号", "海淀区学院路30号"),
        Example("收货地址：广州市天河区棠下小区5栋302", "广州市天河区棠下小区5栋302"),
        Example("她住幸福花园12栋3单元402", "幸福花园12栋3单元402"),
        Example("地址 红旗镇向阳村6组18号", "红旗镇向阳村6组18号"),
        Example("幸福家园7-2-301，晚上有人", "幸福家园7-2-301"),
        Example("龙山镇海丰北路602号", "龙山镇海丰北路602号"),
    ),
    near_misses=(
        "地铁3号线换乘",
        "今天是8号",
        "住在杭州",
        "3栋502有人吗",
        "2号楼在左边",
        "一路走来",
        "排队到100号了",
        "坐12路公交车",
        "第3单元的课文",
        "4-2大胜",
        "工单1234-5678-90",
        "电话0571-88888888",
    ),
)
