"""Places on the globe, fine enough to find a house: pairs of latitude and longitude, in decimals or in minutes."""

from __future__ import annotations

import re

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched
from riskguard.text.late import LatePattern

_BETWEEN = r"\s?[,，、/;和与 ]\s?"
_NAME = r"(?:[东西]经|[南北]纬|经度|纬度|lng|lon(?:gitude)?|lat(?:itude)?)\s?[:=是为]?\s?"
_MARKED = r"(?<=[°度'′’分\"”秒])"
_FINE = re.compile(r"\.[0-9]{2}|['′’分]")


def _decimal(name: str) -> str:
    return rf"(?P<{name}>-?[0-9]{{1,3}}\.[0-9]{{3,15}})"


def _degrees(name: str) -> str:
    """Degrees with a decimal part or with minutes and seconds; the group is the number of degrees."""
    return (
        rf"(?P<{name}>-?[0-9]{{1,3}}(?:\.[0-9]{{1,15}})?)\s?[°度]?\s?(?:[0-9]{{1,2}}(?:\.[0-9]+)?\s?['′’分]\s?)?"
        r"(?:[0-9]{1,2}(?:\.[0-9]+)?\s?(?:[\"”秒]|'{1,2}|′{1,2}))?"
    )


_TIDINGS = re.compile(r"地震|震中|震源|[0-9]级|台风|海域|航线|热带气旋")
"""What else is told with coordinates: news, which show nobody's house."""

_MOST_LATITUDE, _MOST_LONGITUDE = 90.0, 180.0
_NEAR_TIDINGS = 20
_CHINA_N, _CHINA_E = (3.0, 54.0), (73.0, 136.0)


def _check(match: re.Match[str]) -> Opinion:
    """False for what is nowhere, coarse or in the news; a bare pair outside China may be two other numbers."""
    it = matched(match)
    start, end = match.span("it")
    if len(_FINE.findall(it)) < 2 or _TIDINGS.search(match.string[max(0, start - _NEAR_TIDINGS) : end + _NEAR_TIDINGS]):
        return False
    low, high = sorted((float(match["one"]), float(match["other"])), key=abs)
    if abs(low) > _MOST_LATITUDE or abs(high) > _MOST_LONGITUDE:
        return False
    return None if _CHINA_N[0] <= low <= _CHINA_N[1] and _CHINA_E[0] <= high <= _CHINA_E[1] else "doubt"


COORDINATES = Recogniser(
    label="pii.coordinates",
    title="经纬度",
    signs=Signs(digits=6),
    gate=re.compile(r"[0-9]\.[0-9]{3,15}\s?[,，、/;和与 ]\s?-?[0-9]|[经纬]|[0-9][°度]|l(?:at|ng|on)"),
    patterns=(
        Pattern(
            LatePattern(rf"(?<![0-9.a-z])(?P<it>{_decimal('one')}{_BETWEEN}{_decimal('other')})(?![0-9.])"),
            alone=0.65,
            near=0.95,
        ),
        Pattern(
            LatePattern(rf"(?P<it>{_NAME}{_degrees('one')}(?:{_BETWEEN})?{_NAME}{_degrees('other')})(?![0-9]|\.[0-9])"),
            alone=0.9,
            near=0.97,
        ),
        Pattern(
            LatePattern(
                rf"(?<![0-9.a-z])(?P<it>[nsew]?\s?{_degrees('one')}{_MARKED}\s?[nsew]?(?:{_BETWEEN})?"
                rf"[nsew]?\s?{_degrees('other')}{_MARKED}(?:\s?[nsew])?)(?![0-9a-z]|\.[0-9])"
            ),
            alone=0.85,
            near=0.97,
        ),
    ),
    check=_check,
    context=("经纬", "坐标", "定位", "位置", "gps", "导航", "地址", "经度", "纬度"),
    examples=(
        Example("定位39.908722,116.397499，来吧", "39.908722,116.397499"),
        Example("坐标：１１６．３９７４９９，３９．９０８７２２", "１１６．３９７４９９，３９．９０８７２２"),
        Example("她家在北纬39.9087°，东经116.3974°", "北纬39.9087°，东经116.3974°"),
        Example("经度116.3974 纬度39.9087", "经度116.3974 纬度39.9087"),
        Example("31°13′57″N 121°28′22″E", "31°13′57″N 121°28′22″E"),
        Example("北纬31度13分57秒，东经121度28分22秒", "北纬31度13分57秒，东经121度28分22秒"),
        Example("lat: 31.2325, lng: 121.4728", "lat: 31.2325, lng: 121.4728"),
    ),
    near_misses=(
        "神秘的北纬30度",
        "北纬28.34度、东经104.90度发生5.1级地震",
        "台风中心位于北纬19.25度，东经115.33度",
        "3.14159",
        "版本1.2345.6789",
        "气温36.5度，38.2度",
        "200.12345,300.12345",
    ),
)
