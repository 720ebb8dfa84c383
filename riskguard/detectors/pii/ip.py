"""Addresses of machines on the internet, IPv4 and IPv6; those that lead nowhere outside a house score low."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, ip_address

from riskguard.detectors.pii.gate import Signs
from riskguard.detectors.pii.recogniser import Example, Opinion, Pattern, Recogniser, matched
from riskguard.text.late import LatePattern

_OF_EVERYBODY = frozenset({"1.1.1.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "114.114.114.114", "223.5.5.5", "119.29.29.29"})
"""Name servers that anybody may ask."""

_LEAST_DIGITS = 6
"""1.2.3.4 is a version or a paragraph."""

_VERSION = re.compile(r"(?:版本?号?|固件|系统|驱动|ios|android|安卓|win(?:dows)?|第|章|节|v(?:er(?:sion)?)?)[\s:.]?$")
_VERSION_AFTER = re.compile(r"\s?(?:正式|内测|测试|更新|预览)?(?:版|内测|固件|更新|补丁|系统)")
_LONGEST_WORD = 10

_LEFT, _RIGHT = r"(?<![0-9a-z.])(?<![0-9a-z][-_])", r"(?![0-9a-z])(?!\.[0-9])"
_DOT = r"\s?(?:\.|[(\[]\.[)\]]|[点。])\s?"
_FOUR = rf"[0-9]{{1,3}}(?:{_DOT}[0-9]{{1,3}}){{3}}"
_SIX = r"(?:\s?:\s?[0-9a-f]{0,4}){2,7}"
_DOTS = str.maketrans("点。", "..")
_HOUSE = (
    r"(?:0|10|127|169\.254|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])"
    r"|22[4-9]|2[3-5][0-9])\."
)
"""Private, local, shared and multicast ranges: they lead nowhere outside a house."""


def is_ipv4(text: str) -> bool:
    """Whether `text` is an IPv4 address and nothing else."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def _check(match: re.Match[str]) -> Opinion:
    """False for what is no address or a version; those of few digits and those of everybody need a word beside them."""
    it = re.sub(r"[\s()\[\]]", "", matched(match).translate(_DOTS))
    try:
        ip_address(it)
    except ValueError:
        return False
    before = match.string[max(0, match.start() - _LONGEST_WORD) : match.start()]
    if _VERSION.search(before) or _VERSION_AFTER.match(match.string, match.end()):
        return False
    few = ":" not in it and sum(char.isdigit() for char in it) < _LEAST_DIGITS
    return "doubt" if few or it in _OF_EVERYBODY else None


IP = Recogniser(
    label="pii.ip",
    title="IP地址",
    signs=Signs(digits=4, chars=".:点。"),
    gate=re.compile(rf"{_FOUR}|[23f][0-9a-f]{{3}}\s?:"),
    patterns=(
        Pattern(LatePattern(rf"{_LEFT}(?!{_HOUSE})(?P<it>{_FOUR}){_RIGHT}"), alone=0.45, near=0.95),
        Pattern(LatePattern(rf"{_LEFT}(?={_HOUSE})(?P<it>{_FOUR}){_RIGHT}"), 0.1, 0.2, "内网IP地址", "private"),
        Pattern(LatePattern(rf"{_LEFT}(?P<it>[23][0-9a-f]{{3}}{_SIX}){_RIGHT}"), 0.85, 0.97, "IPv6地址"),
        Pattern(LatePattern(rf"{_LEFT}(?P<it>f[cde][0-9a-f]{{2}}{_SIX}){_RIGHT}"), 0.1, 0.2, "内网IPv6地址", "private"),
    ),
    check=_check,
    context=("ip", "登录", "登陆", "上网", "地址", "属地", "服务器", "主机", "机房", "封禁", "ping", "代理", "端口"),
    examples=(
        Example("他登录的IP是123.125.71.38，查一下", "123.125.71.38"),
        Example("ip：２２１．２１２．９．１４７", "２２１．２１２．９．１４７"),
        Example("从61.135.169.121登录过", "61.135.169.121"),
        Example("ip 61[.]135[.]169[.]121", "61[.]135[.]169[.]121"),
        Example("ip是61点135点169点121", "61点135点169点121"),
        Example("IP：2408 : 8207 : 1850 : 2a60 : 1 : 2 : 3 : 4c8", "2408 : 8207 : 1850 : 2a60 : 1 : 2 : 3 : 4c8"),
        Example("内网192.168.1.103连不上", "192.168.1.103"),
        Example("本机fe80::1a2b:3c4d:5e6f:7081", "fe80::1a2b:3c4d:5e6f:7081"),
        Example("IPv6地址：2408:8207:1850:2a60::4c8", "2408:8207:1850:2a60::4c8"),
    ),
    near_misses=(
        "版本10.0.190.41",
        "升级到v8.123.16.12了",
        "12.256.3.14",
        "1.2.3",
        "1.2.3.4.5",
        "2020.01.13",
        "12:30:45",
        "std::vector",
        "00:1a:2b:3c:4d:5e",
        "微信16.20.17.51版本更新",
        "Android 11.120.30.41",
    ),
)
