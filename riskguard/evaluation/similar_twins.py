"""Real posts as people change them to say the same again, and how far two texts agree letter by letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random

from opencc import OpenCC

from riskguard.text.tables.sound import syllables

Change = Callable[[str, Random], str | None]
"""The text as somebody posts it again; None where there is nothing to change in this way."""

_ADS = (
    "想了解的加薇信咨询",
    "点我头像看更多福利",
    "全场低至三折欢迎下单",
    "需要的私聊我拉你进群",
    "关注我每天领红包",
)
"""Written for this measurement."""

_EMOJI = ("😂", "🔥", "❤️", "[泪]", "[哈哈]", "👍🏻", "～", "！！", "…")
_CLAUSE = re.compile(r"[^，。！？；,!?;\s]+[，。！？；,!?;\s]*")
_MOST_AD_PLACES = 2


def changes(letters: Sequence[str]) -> Mapping[str, Change]:
    """Every way to change a text, by name; `letters` are drawn from where new characters are needed."""
    sounds = _sound_alikes(letters)
    to_traditional = OpenCC("s2t").convert
    return {
        "1 character": lambda text, dice: _edited(text, 1, letters, dice),
        "3 characters": lambda text, dice: _edited(text, 3, letters, dice),
        "5 characters": lambda text, dice: _edited(text, 5, letters, dice),
        "reordered": _reordered,
        "an advert put in": _advertised,
        "emoji": _decorated,
        "traditional": lambda text, _: _changed(text, to_traditional(text)),
        "3 homophones": lambda text, dice: _misspelt(text, 3, sounds, dice),
    }


def agreement(one: str, other: str) -> float:
    """The share of characters that the best alignment of two texts has in common, 0..1."""
    together = len(one) + len(other)
    return 2 * _common(one, other) / together if together else 1.0


def _common(one: str, other: str) -> int:
    """The length of the longest common subsequence, 64 characters and more at a time (Hyyrö's bits)."""
    places: dict[str, int] = {}
    for at, char in enumerate(one):
        places[char] = places.get(char, 0) | 1 << at
    full = (1 << len(one)) - 1
    row = full
    for char in other:
        matched = row & places.get(char, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(one) - row.bit_count()


def _edited(text: str, edits: int, letters: Sequence[str], dice: Random) -> str | None:
    """Characters replaced, put in or left out, by chance a third each, at letters of the text."""
    found = list(text)
    for _ in range(edits):
        places = [at for at, char in enumerate(found) if char.isalnum()]
        if len(places) <= edits:
            return None
        at, kind = dice.choice(places), dice.choice("rid")
        found[at : at + (kind != "i")] = [] if kind == "d" else [dice.choice(letters)]
    return "".join(found)


def _reordered(text: str, dice: Random) -> str | None:
    """Two neighbouring clauses change places."""
    clauses = _CLAUSE.findall(text)
    if len(clauses) < 2:
        return None
    at = dice.randrange(len(clauses) - 1)
    clauses[at], clauses[at + 1] = f"{clauses[at + 1]}，", clauses[at]
    return _changed(text, "".join(clauses))


def _advertised(text: str, dice: Random) -> str:
    ad = dice.choice(_ADS)
    return f"{ad}，{text}" if dice.randrange(_MOST_AD_PLACES) else f"{text}，{ad}"


def _decorated(text: str, dice: Random) -> str:
    found = text
    for _ in range(5):
        at = dice.randrange(len(found) + 1)
        found = found[:at] + dice.choice(_EMOJI) + found[at:]
    return found


def _misspelt(text: str, most: int, sounds: Mapping[str, str], dice: Random) -> str | None:
    places = [at for at, char in enumerate(text) if len(sounds.get(char, "")) > 1]
    if len(places) < most:
        return None
    found = list(text)
    for at in dice.sample(places, most):
        found[at] = dice.choice(sounds[found[at]].replace(found[at], ""))
    return "".join(found)


def _sound_alikes(letters: Sequence[str]) -> Mapping[str, str]:
    """For each character that occurs, the eight most frequent of its sound."""
    by_sound: dict[str, str] = {}
    known = syllables()
    for char, _ in Counter(letters).most_common():
        if (sound := known.get(char)) and len(by_sound.get(sound, "")) < 8:
            by_sound[sound] = by_sound.get(sound, "") + char
    return {char: alike for alike in by_sound.values() for char in alike}


def _changed(before: str, after: str) -> str | None:
    return None if after == before else after
