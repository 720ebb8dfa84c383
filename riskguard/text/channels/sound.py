"""Text as it sounds: a syllable for each character, for Latin letters that spell one, and for digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

import numpy as np

from riskguard.text.channels.channel import Channel, Codes, mapped, table
from riskguard.text.tables.sound import DIGITS, LETTERS, NUMBERS, readings, syllables

_FIRST = 0xE000
"""Syllables are written as private characters, which quiet text does not hold."""

_LONGEST = 6
_REMEMBERED = 24
_FEWEST_CHARS = 3
_TYPED = {"lue": "lve", "nue": "nve"}


def sound(channel: Channel) -> Channel:
    """The sound of `channel`; letters that spell no syllable, and other scripts, stay as they are."""
    codes = sound_codes(channel.codes)
    ends, inner = channel.ends, np.zeros(0, np.bool_)
    for first, end in _runs(channel.codes):
        run = channel.joined[first:end]
        if run.isdigit():
            said = NUMBERS.get(run, "")
            codes[first : first + len(said)] = [ord(code_of(syllables()[char])) for char in said]
            continue
        for start, syllable in spelt(run):
            if not len(inner):
                ends, inner = ends.copy(), np.zeros(len(codes), np.bool_)
            last = first + start + len(syllable) - 1
            codes[first + start] = ord(code_of(syllable))
            ends[first + start] = ends[last]
            inner[first + start + 1 : last + 1] = True
    heard = Channel(codes, channel.starts, ends)
    return heard.kept(~inner) if len(inner) else heard


def _runs(codes: Codes) -> Iterator[tuple[int, int]]:
    """Where letters stand in a row, or digits, two or more; most characters are neither."""
    letter = (codes >= ord("a")) & (codes <= ord("z"))
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    inside = np.zeros(len(codes) + 1, np.bool_)  # of each border
    inside[1:-1] = (letter[1:] & letter[:-1]) | (digit[1:] & digit[:-1])
    firsts = np.flatnonzero(inside[1:] & ~inside[:-1])
    lasts = np.flatnonzero(inside[:-1] & ~inside[1:])
    return zip(firsts.tolist(), (lasts + 1).tolist(), strict=True)


def sound_codes(codes: Codes) -> Codes:
    """The usual sound of each code point by itself, in an array of whatever shape."""
    return mapped(codes, _sounds())


def code_of(syllable: str) -> str:
    """The private character that stands for a toneless syllable in the channel."""
    return chr(_FIRST + _numbers()[_TYPED.get(syllable, syllable)])


def spoken(text: str) -> str:
    """Text of the channel for people to read: syllables with spaces between them."""
    names = {code_of(name): f" {name} " for name in _numbers()}
    return " ".join("".join([names.get(char, char) for char in text]).split())


def options(char: str) -> tuple[str, ...]:
    """What a character of folded text may sound as, as the channel writes it: its syllables, itself, or both (v)."""
    if char in LETTERS.values():
        return char, *(code_of(sound) for sound, letter in LETTERS.items() if letter == char)
    sounds = readings().get(char) or tuple(each for each in (_named().get(char),) if each)
    return tuple(map(code_of, sounds)) or (char,)


def letters(char: str) -> tuple[str, ...]:
    """The letters by which a character is written: the initials of its syllables, and 'v' for 微."""
    sounds = readings().get(char) or tuple(each for each in (syllables().get(char),) if each)
    return tuple(dict.fromkeys([*(each[0] for each in sounds), *(LETTERS[each] for each in sounds if each in LETTERS)]))


def spelt(run: str) -> tuple[tuple[int, str], ...]:
    """The syllables in a run of letters, each with its place; what a short run spells is remembered."""
    return _remembered(run) if len(run) <= _REMEMBERED else _spelt(run)


def _spelt(run: str) -> tuple[tuple[int, str], ...]:
    """Where syllables begin in a run of letters: as many letters as can be are in one, and they are few.

    Of equal ways, the one in which fewer syllables begin with a vowel: 'shangao' is shan gao, as pinyin is written.
    """
    best = [(0, 0, 0, 0)] * (len(run) + 1)  # letters left over, pieces, vowels, the size of the first piece, negative
    for at in range(len(run) - 1, -1, -1):
        left, pieces, vowels, _ = best[at + 1]
        best[at] = (left + 1, pieces + 1, vowels, -1)
        begins = at > 0 and run[at] in "aoe"
        for size in range(2, min(_LONGEST, len(run) - at) + 1):
            if run[at : at + size] in _typed():
                left, pieces, vowels, _ = best[at + size]
                best[at] = min(best[at], (left, pieces + 1, vowels + begins, -size))
    found = []
    at = 0
    while at < len(run):
        size = -best[at][3]
        if size > 1:
            found.append((at, run[at : at + size]))
        at += size
    return tuple(found)


_remembered = lru_cache(maxsize=16384)(_spelt)


@cache
def _named() -> Mapping[str, str]:
    return {**syllables(), **DIGITS}


@cache
def _numbers() -> Mapping[str, int]:
    return {name: at for at, name in enumerate(sorted({*syllables().values(), *_besides()}))}


@cache
def _besides() -> frozenset[str]:
    return frozenset(name for names in readings().values() for name in names)


@cache
def _typed() -> frozenset[str]:
    """The syllables that people type: not those of one letter, nor those that hardly any character has."""
    chars = Counter(syllables().values())
    frequent = {name for name, count in chars.items() if count >= _FEWEST_CHARS} | _besides() | _TYPED.keys()
    return frozenset(name for name in frequent if len(name) > 1)


@cache
def _sounds() -> Codes:
    return table(0xA000, {char: code_of(name) for char, name in _named().items()})
