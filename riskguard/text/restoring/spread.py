"""Texts that hide as a whole: a sign behind nearly every character, or nearly every character written twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_HAN = "\u3400-\u9fff"
_SIGNS = re.compile(rf"(?<=[{_HAN}])[\W_]{{1,4}}(?=[{_HAN}])")
_TOGETHER = re.compile(rf"(?<=[{_HAN}])(?=[{_HAN}])")
_TWICE = re.compile(rf"([{_HAN}])\1")
_CLAUSE = re.compile("[,.!?;:、。…]")
_USUALLY_TWICE = frozenset(
    "爸妈爷奶哥姐弟妹公婆叔伯舅姑姨宝娃囡星猩蛐蝈饽馍哈呵嘿嘻呜啊哇呀嗯唉喵汪咕嘟叽喳滴答咚轰隆呼哗"
    "常慢好天年人看试想说走笑谢太多少刚偏渐仅乖轻悄往处时事家个件种样层步次句点片朵暗默匆缓徐纷频明白红绿"
    "满干净高兴清楚整齐平安快乐甜蜜圆胖瘦小大长短深浅早晚细粗静冷热暖软硬弯直远近高低嫩香臭酸辣苦"
)
"""Characters that people write twice: 妈妈, 常常, 看看."""

_FEWEST = 4
_SHARE_OF_ONE = 0.6
"""A sign that is so much of all signs is the one that hides."""

_SHARE_OF_SIGNS, _SHARE_OF_CLAUSE_SIGNS, _SHARE_OF_TWICE = 0.45, 0.6, 0.25
"""From these shares on: of the places between two Chinese characters, and of the characters. Where people put a comma
or say 妈妈, shares are a third of it."""


def surplus(text: str) -> list[tuple[int, int]]:
    """Where in a folded text [start, end) stands only to hide the rest; nothing in an ordinary one."""
    if text.isalnum() and not _TWICE.search(text):
        return []
    return sorted([*_between(text), *_twice(text)])


def _between(text: str) -> Iterator[tuple[int, int]]:
    """The sign that stands between characters all over the text; if it is not one alone, all that part no clauses."""
    found = list(_SIGNS.finditer(text))
    if len(found) < _FEWEST:
        return
    (first, times), *_ = Counter(match.group() for match in found).most_common(1)
    one = times >= _SHARE_OF_ONE * len(found)
    chosen = [match for match in found if (match.group() == first if one else not _CLAUSE.search(match.group()))]
    share = _SHARE_OF_CLAUSE_SIGNS if one and _CLAUSE.search(first) else _SHARE_OF_SIGNS
    if _many(len(chosen), len(found) + len(_TOGETHER.findall(text)), share):
        yield from (match.span() for match in chosen)


def _twice(text: str) -> Iterator[tuple[int, int]]:
    """The second of each two characters, where different ones are written twice all over the text."""
    found = list(_TWICE.finditer(text))
    different = {match.group(1) for match in found} - _USUALLY_TWICE
    if _many(min(len(found), len(different)), sum("\u3400" <= char <= "\u9fff" for char in text), _SHARE_OF_TWICE):
        yield from ((match.start() + 1, match.end()) for match in found)


def _many(count: int, of: int, share: float) -> bool:
    return count >= _FEWEST and count >= share * of
