"""The ways to disguise a term in which it is looked for, besides the plain one."""

from __future__ import annotations

from enum import StrEnum


class Way(StrEnum):
    """How a term may be disguised; the value is its name in the lists."""

    __hash__ = str.__hash__  # Enum's own is Python, and costs a tenth of a microsecond wherever a way is a key

    HAN = "han"
    SOUND = "sound"
    INITIALS = "initials"
    SPLIT = "split"
    GLYPH = "glyph"
    EMOJI = "emoji"
    SHUFFLE = "shuffle"


_SHORT = frozenset({Way.SOUND, Way.SPLIT, Way.GLYPH, Way.EMOJI, Way.SHUFFLE})
_LONGER = _SHORT | {Way.HAN}
_SHORTEST_INITIALS = 4


def usual_ways(key: str, *, weak: bool) -> frozenset[Way]:
    """The ways of a term whose list names none: fewer for a short one, fewest for one that says little by itself."""
    if key.isascii():
        return frozenset({Way.GLYPH})
    if len(key) <= 2:
        return _SHORT - {Way.SHUFFLE} if weak else _LONGER
    if weak or len(key) < _SHORTEST_INITIALS:
        return _LONGER
    return _LONGER | {Way.INITIALS}
