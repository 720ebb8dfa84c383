"""The parts of characters: 婊 is 女 beside 表. components.txt is made by riskguard/training/text_tables.py."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

RIGHT = frozenset("刂阝攵页鸟欠斤力见戈彡隹寸瓦殳且")
"""Components that stand to the right of the rest, which then is the core of the character."""

STROKES = frozenset("一丨丶丿乛乚亅乙")
"""Single strokes: nobody writes 大 as 一人."""

STACKED = "#"
"""The line of components.txt after which parts stand one above the other, or one inside the other."""

WRITTEN_AS: tuple[str, ...] = (
    *(
        "亻人イ",
        "氵水シ",
        "讠言",
        "钅金",
        "扌手才",
        "纟丝糸",
        "礻示ネ",
        "衤衣",
        "饣食",
        "刂刀リ",
        "忄心",
        "犭犬",
        "艹草",
    ),
    *("灬火", "阝耳", "口ロ", "力カ", "卜ト", "夕タ", "工エ", "二ニ", "八ハ"),
)
"""Parts that stand for one another when a character is taken apart."""

OTHERWISE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "款": ("士示欠",),
        "刷": ("尸巾刂",),
        "票": ("覀示",),
        "包": ("勹巳",),
        "微": ("彳山兀攵", "彳山几攵"),
        "谢": ("言身寸",),
        "操": ("扌品木",),
        "逼": ("辶畐", "畐辶"),
        "通": ("辶甬", "甬辶"),
        "进": ("辶井", "井辶"),
        "这": ("辶文", "文辶"),
        "送": ("辶关", "关辶"),
        "返": ("辶反", "反辶"),
        "迷": ("辶米", "米辶"),
        "黑": ("里灬",),
        "淫": ("氵爫壬",),
        "屌": ("尸吊",),
        "屄": ("尸穴",),
        "肏": ("入肉",),
        "傻": ("亻囟八夂",),
        "毒": ("龶母",),
    }
)
"""Other ways to write a character in parts, of two to four signs. Own observations."""


@cache
def beside() -> Mapping[str, tuple[str, str]]:
    """The two parts of each character whose parts stand side by side, as one writes them in a line: 婊 -> 女, 表."""
    return _pairs()[0]


@cache
def stacked() -> Mapping[str, tuple[str, str]]:
    """The two parts of the other characters, one above the other or one inside the other."""
    return _pairs()[1]


@cache
def _pairs() -> tuple[Mapping[str, tuple[str, str]], Mapping[str, tuple[str, str]]]:
    text = (files(__package__) / "components.txt").read_text(encoding="utf-8")
    first, second = ({line[0]: (line[1], line[2]) for line in part.split()} for part in text.split(f"{STACKED}\n"))
    return MappingProxyType(first), MappingProxyType(second)
