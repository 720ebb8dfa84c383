"""A term seen in a text: how it stands there, and how much that takes from its weight."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from riskguard.text.view import TextView

_WIDEST_GAP = 3
_BY_CHANCE = 3
"""Two words that meet may spell a term of so many characters, but hardly a longer one."""

_PAUSES = frozenset(",.!?;:、。\n\t…")
_DOTS = frozenset(".…\t")
_PARTING = _PAUSES | frozenset(" -—~")
_WIDE = re.compile(rf"[\W_]{{{_WIDEST_GAP + 1},}}")
_ADDRESS = re.compile(r"[a-z0-9:/._?=&%#~-]*")
_LONGEST_ADDRESS = 60
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")


Stretch = tuple[int, int]
"""A place [start, end) in folded text."""


class Manner(StrEnum):
    """How a term stands in the text; the value is said to the moderator."""

    __hash__ = str.__hash__  # as in `Way`

    PLAIN = ""
    DENOISED = "，去除干扰字符后"
    PAUSED = "，中间有停顿"
    CROSSING = "，跨越词语边界"
    HAN = "，去除夹杂的字母数字后"
    SOUND = "，读音相同"
    INITIALS = "，拼音首字母相同"
    SPLIT = "，拆开的字合起来"
    GLYPH = "，字形相近"
    EMOJI = "，用表情代字"
    SHUFFLE = "，字序打乱"
    SPELLING = "，人们常用的代替写法"


OPEN = {Manner.PLAIN, Manner.PAUSED, Manner.CROSSING}
_CLARITY = {Manner.DENOISED: 0.98, Manner.PAUSED: 0.5, Manner.CROSSING: 0.5}


class Sighting(NamedTuple):
    """A key of the lexicon at [start, end) of the folded text.

    `believed` is less than 1 where a disguise may be an accident, and more where it cannot be one.
    """

    key: str
    start: int
    end: int
    manner: Manner
    believed: float = 1.0

    @property
    def clarity(self) -> float:
        """By what its weight is multiplied."""
        return self.believed * _CLARITY.get(self.manner, 1.0)

    @property
    def disguised(self) -> bool:
        """Whether somebody took pains to hide the term."""
        return self.manner not in OPEN

    def explain(self, written: str) -> str:
        """Why, in words for the moderator."""
        return f"命中词条「{written}」" + self.manner


def sighting(view: TextView, key: str, start: int, end: int, gap: int) -> Sighting | None:
    """The term that stands at [start, end) of the folded text with noise in it, at most `gap` characters in a row; None
    if that is no way to write it."""
    if gap > _WIDEST_GAP and not _only_wide_runs(view.folded[start:end]):
        return None
    if has_latin(key) and not stands_free(view.folded, key, start, end):
        return None
    if key.isascii() and in_address(view.folded, start, end):
        return None
    return Sighting(key, start, end, _noise(view, key, start, end))


def _only_wide_runs(written: str) -> bool:
    """Whether all that is wide between the characters is one sign again and again: '无*****码'."""
    return all(len({*run}) == 1 and run[0] not in _PARTING for run in _WIDE.findall(written))


def only_dotted(written: str) -> bool:
    """Whether nothing but points and tabs stands between the characters: a Chinese clause hardly ends with one."""
    return {char for char in written if not char.isalnum()} <= _DOTS


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same places, those that touch or overlap as one: 刷单 and 日结 in '刷单日结' cover 单日 together."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _noise(view: TextView, key: str, start: int, end: int) -> Manner:
    if end - start > len(key):
        noise = {char for char in view.folded[start:end] if not char.isalnum()}
        return Manner.PAUSED if noise <= _PAUSES else Manner.DENOISED
    if view.origin[end - 1] - view.origin[start] >= len(key):
        return Manner.DENOISED
    return Manner.PLAIN


def may_meet_by_chance(key: str) -> bool:
    """Whether two words that meet may spell it."""
    return len(key) <= _BY_CHANCE and not has_latin(key)


def has_latin(key: str) -> bool:
    """Whether there are letters a to z in a key."""
    return not _LATIN.isdisjoint(key)


def inside(place: Stretch, sorted_places: Sequence[Stretch]) -> bool:
    """Whether one of the places, which do not touch each other, contains this one."""
    at = bisect_right(sorted_places, place[0], key=itemgetter(0)) - 1
    return at >= 0 and place[1] <= sorted_places[at][1]


def stands_free(folded: str, key: str, start: int, end: int) -> bool:
    """A term that begins or ends with a Latin letter is no part of a longer word, nor of s p e l l e d one."""
    spelled = end - start > len(key)
    if key[0] in _LATIN and _goes_on(folded[max(0, start - _WIDEST_GAP - 2) : start][::-1], spelled=spelled):
        return False
    return key[-1] not in _LATIN or not _goes_on(folded[end : end + _WIDEST_GAP + 2], spelled=spelled)


def in_address(folded: str, start: int, end: int) -> bool:
    """Whether the term stands in a link, where letters mean nothing: 't.cn/r5sbx'."""
    if not folded[start:end].isascii():
        return False
    address = _ADDRESS.match(folded[max(0, start - _LONGEST_ADDRESS) : start][::-1])
    return address is not None and "/" in address.group()


def _goes_on(outward: str, *, spelled: bool) -> bool:
    """Whether the word continues in `outward`, read away from the term."""
    if outward[:1] in _LATIN:
        return True
    if not spelled:
        return False
    rest = outward.lstrip(" .-_*")
    return len(rest) < len(outward) and rest[:1] in _LATIN and rest[1:2] not in _LATIN
