"""The same text in disguise, as people write to slip past a filter: for training, so that a twin is read as its text.

A kind of disguise is a way of choosing places and what to write there; everything comes from tables that are made once.
Sounds, parts, shapes and pictures are the tables by which text is read; words are jieba's.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from opencc import OpenCC

from riskguard.text.tables.component import beside, stacked
from riskguard.text.tables.glyph import families, groups
from riskguard.text.tables.picture import pictures
from riskguard.text.tables.sound import syllables

_TABLES = "disguise.yaml"
_HAN = re.compile("[\u3400-\u9fff]")
_HAN_PAIR = re.compile("[\u3400-\u9fff]{2}")
_MOST_LOOKALIKES = 8
_RAREST_WORD = 20
_FUNCTION_CHARS = 100
_WHOLE_WORDS = 0.3
_SIGNS = (*"*.·-_/|+~^#,。、!…'=xov1", "  ", " ", "\u3000", "★", "❤", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
"""What people put between characters: marks, letters, spaces and what nobody sees."""

T = TypeVar("T")
Change = tuple[int, int, str]
"""What is written instead of text[start:end]."""


def disguise(text: str, kind: str, dice: random.Random, *, share: float = 0.3) -> str:
    """The text with about `share` of its characters (or words) disguised, at least one; as it was where none can be."""
    return _WRITERS[kind](text, share, dice)


def twins(texts: Iterable[str], seed: int, *, share: float = 0.3) -> list[str]:
    """One twin per text, of a kind drawn by chance among those that can change it; same seed, same twins."""
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    return [_twin(text, dice, share) for text in texts]


def _twin(text: str, dice: random.Random, share: float) -> str:
    for kind in dice.sample(KINDS, len(KINDS)):
        twin = disguise(text, kind, dice, share=share)
        if twin != text:
            return twin
    return text


# --- tables that others may use too


@cache
def homophones() -> Mapping[str, str]:
    """The common characters of each syllable, the most frequent first."""
    found: dict[str, str] = {}
    for char in common():
        sound = syllables()[char]
        found[sound] = found.get(sound, "") + char
    return MappingProxyType(found)


@cache
def splits() -> Mapping[str, tuple[str, str]]:
    """The two parts of every character of GB 2312 that has just two; a part that is a radical is written as one."""
    return MappingProxyType({**beside(), **stacked()})


@cache
def common() -> str:
    """The 3,755 characters of the first level of GB 2312, the most frequent first."""
    counts = _jieba()
    return "".join(sorted(gb2312(last_row=0xD7), key=lambda char: -counts.get(char, 0)))


@cache
def gb2312(*, last_row: int) -> str:
    """The Chinese characters of GB 2312 up to a row: 0xD7 ends the common ones (level 1), 0xF7 all of them."""
    codes = (bytes((row, cell)) for row in range(0xB0, last_row + 1) for cell in range(0xA1, 0xFF))
    return "".join(code.decode("gb2312", "ignore") for code in codes)


@cache
def known_words() -> frozenset[str]:
    """Words of two to four characters that people use: the frequent ones of jieba's dictionary, and slang."""
    known = syllables()
    words = (word for word, count in _jieba().items() if 2 <= len(word) <= 4 and count >= _RAREST_WORD)
    return frozenset(word for word in (*words, *_tables()["words"].split()) if all(char in known for char in word))


# --- kinds of disguise


def _by_table(table: Callable[[], Mapping[str, Sequence[str]]]) -> Callable[[str, float, random.Random], str]:
    """A kind that writes, for a character, one of those that a table holds for it."""

    def write(text: str, share: float, dice: random.Random) -> str:
        known = table()
        places = [at for at, char in enumerate(text) if char in known]
        chars = list(text)
        for at in _some(places, share * _size(text), dice):
            chars[at] = dice.choice(known[chars[at]])
        return "".join(chars)

    return write


@cache
def _sound_alikes() -> Mapping[str, str]:
    """For each character of GB 2312 the common ones of the same syllable."""
    others = {char: homophones().get(syllables()[char], "").replace(char, "") for char in gb2312(last_row=0xF7)}
    return {char: found for char, found in others.items() if found}


@cache
def _look_alikes() -> Mapping[str, Sequence[str]]:
    """Characters of the same shape at a glance: listed ones, and those that differ in what stands at their left."""
    place = {char: at for at, char in enumerate(common())}
    alike: dict[str, list[str]] = {}
    for group in groups():
        for char in group:
            alike.setdefault(char, []).extend(other for other in group if other != char)
    kept = [(core, [char for char in common() if char in family]) for core, family in families().items()]
    for core, family in sorted(kept, key=lambda each: place[each[1][0]] if each[1] else 0):
        members = [core, *family] if core in place else family
        for char in members:
            alike.setdefault(char, []).extend(other for other in members[:_MOST_LOOKALIKES] if other != char)
    return {char: tuple(dict.fromkeys(others)) for char, others in alike.items() if others}


@cache
def _beside() -> Mapping[str, Sequence[str]]:
    return {char: (a + b,) for char, (a, b) in beside().items()}


@cache
def _stacked() -> Mapping[str, Sequence[str]]:
    return {char: (a + b,) for char, (a, b) in stacked().items()}


def _in_parts(text: str, share: float, dice: random.Random) -> str:
    """Characters taken apart; those of stacked parts only where no other can be."""
    apart = _by_table(_beside)(text, share, dice)
    return apart if apart != text else _by_table(_stacked)(text, share, dice)


def _in_latin(text: str, share: float, dice: random.Random) -> str:
    """Single characters in Latin letters ('zha骗'), or else whole words ('zhapian')."""
    known = syllables()
    pieces = _words(text) if dice.random() < _WHOLE_WORDS else []
    if not pieces:
        pieces = [(at, at + 1) for at, char in enumerate(text) if char in known]
    chosen = _some(pieces, share * len(pieces), dice)
    return _rewritten(text, [(a, b, "".join(known[char] for char in text[a:b])) for a, b in chosen])


def _in_initials(text: str, share: float, dice: random.Random) -> str:
    """Words by the first letters of their syllables."""
    known = syllables()
    words = _words(text)
    chosen = _some(words, share * len(words), dice)
    return _rewritten(text, [(a, b, "".join(known[char][0] for char in text[a:b])) for a, b in chosen])


def _in_pictures(text: str, share: float, dice: random.Random) -> str:
    shown = _pictures()
    found = [(match.start(), match.end(), match.group()) for match in _pictured().finditer(text)]
    chosen = _some(found, share * _size(text), dice)
    return _rewritten(text, [(a, b, dice.choice(shown[word])) for a, b, word in chosen])


@cache
def _pictures() -> Mapping[str, Sequence[str]]:
    """Words and characters with their pictures; common characters have those of a listed one that sounds alike."""
    listed = pictures()
    by_sound: dict[str, list[str]] = {}
    for word, shown in listed.items():
        if len(word) == 1:
            by_sound.setdefault(syllables()[word], []).extend(shown)
    heard = {char: by_sound[syllables()[char]] for char in common() if syllables()[char] in by_sound}
    return {**heard, **listed}


@cache
def _pictured() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_pictures(), key=len, reverse=True)))


def _with_signs(text: str, share: float, dice: random.Random) -> str:
    """One or two signs of the writer's choice between characters that stood together."""
    gaps = [at for at in range(1, len(text)) if text[at - 1].isalnum() and text[at].isalnum()]
    signs = dice.choices(_SIGNS, k=2)
    chosen = _some(gaps, share * len(gaps), dice)
    return _rewritten(text, [(at, at, dice.choice(signs)) for at in chosen])


def _in_traditional(text: str, share: float, dice: random.Random) -> str:
    converted: str = _traditional().convert(text)
    if len(converted) != len(text):
        return converted
    places = [at for at, (old, new) in enumerate(zip(text, converted, strict=True)) if old != new]
    chars = list(text)
    for at in _some(places, share * _size(text), dice):
        chars[at] = converted[at]
    return "".join(chars)


def _shuffled(text: str, share: float, dice: random.Random) -> str:
    """Neighbours that changed places: 'one can read ti'. A pair is two characters, so half as many pairs."""
    pairs = [at for at, (one, other) in enumerate(pairwise(text)) if one != other and _HAN_PAIR.match(one + other)]
    changes: list[Change] = []
    for at in _some(pairs, share * _size(text) / 2, dice):
        if not changes or at >= changes[-1][1]:
            changes.append((at, at + 2, text[at + 1] + text[at]))
    return _rewritten(text, changes)


# --- choosing and writing


def _size(text: str) -> int:
    return len(_HAN.findall(text))


def _some(places: Sequence[T], wanted: float, dice: random.Random) -> list[T]:
    """About so many of the places, in their order; at least one if there is any."""
    count = min(len(places), max(1, round(wanted)))
    return [places[at] for at in sorted(dice.sample(range(len(places)), count))]


def _rewritten(text: str, changes: Sequence[Change]) -> str:
    """The text with every change made; they come in order and do not overlap."""
    pieces: list[str] = []
    done = 0
    for start, end, new in changes:
        pieces += (text[done:start], new)
        done = end
    return "".join(pieces) + text[done:]


def _words(text: str) -> list[tuple[int, int]]:
    """The longest words from left to right; two neighbours that belong to none are one: it may be slang."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text) - 1:
        size = _longest_word(text, at)
        if size == 1 and _unknown_pair(text, at) and _longest_word(text, at + 1) == 1:
            size = 2
        if size > 1:
            found.append((at, at + size))
        at += size
    return found


def _longest_word(text: str, at: int) -> int:
    known = known_words()
    return next((size for size in (4, 3, 2) if text[at : at + size] in known), 1)


def _unknown_pair(text: str, at: int) -> bool:
    """Whether both are Chinese characters, and none is so frequent that it may go with anything."""
    known, frequent = syllables(), _function_chars()
    return all(char in known and char not in frequent for char in text[at : at + 2])


# --- what the tables are made of


@cache
def _function_chars() -> frozenset[str]:
    return frozenset(common()[:_FUNCTION_CHARS])


@cache
def _jieba() -> Mapping[str, int]:
    """How often each word and character of jieba's dictionary was counted; its file is read, for no cut is needed."""
    package = find_spec("jieba")
    assert package is not None
    assert package.origin is not None
    lines = (Path(package.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    return {word: int(count) for word, count, *_ in map(str.split, lines)}


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


@cache
def _tables() -> Mapping[str, Any]:
    tables: Mapping[str, Any] = yaml.safe_load((files(__package__) / _TABLES).read_text(encoding="utf-8"))
    return tables


_WRITERS: Mapping[str, Callable[[str, float, random.Random], str]] = {
    "homophone": _by_table(_sound_alikes),
    "pinyin": _in_latin,
    "initials": _in_initials,
    "split": _in_parts,
    "lookalike": _by_table(_look_alikes),
    "emoji": _in_pictures,
    "inserted": _with_signs,
    "traditional": _in_traditional,
    "shuffle": _shuffled,
}

KINDS: tuple[str, ...] = tuple(_WRITERS)
"""Every kind of disguise, by name."""
