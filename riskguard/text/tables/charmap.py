"""One table over all code points: what each folds to. Built once, in about a tenth of a second."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt
from opencc import OpenCC

from riskguard.text.tables.enclosed import enclosed
from riskguard.text.tables.lookalike import lookalikes
from riskguard.text.tables.named import framed, named
from riskguard.text.tables.variant import variants

CODE_POINTS = 0x110000

_IDEOGRAPHS = (range(0x3400, 0xA000), range(0x20000, 0x323B0))
_OTHERS = (
    range(0x3400),
    range(0xA000, 0xAC00),
    range(0xD7A4, 0xD800),
    range(0xF900, 0x20000),
    range(0x2F800, 0x2FA20),
    range(0xE0000, 0xE1000),
)
"""Where characters other than plain ideographs, Hangul syllables and private ones live."""

_BREAKS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_BLANKS = "\u115f\u1160\u3164\uffa0"
"""Letters by category, yet nothing is drawn."""

_FIXED = {
    "\t": "\t",
    "\n": "\n",
    **dict.fromkeys(_BREAKS, "\n"),
    **dict.fromkeys(_BLANKS, ""),
    "\u2800": " ",
    **dict(enclosed()),
    **dict(framed()),
    **dict(lookalikes()),
}
_DROPPED_CATEGORIES = frozenset({"Mn", "Me", "Cf", "Cc"})
_PLAIN_CATEGORIES = frozenset({"Cn", "Lo"})


@dataclass(frozen=True, slots=True)
class CharMap:
    """`target[c]` is the code point that c folds to; where `length[c]` is not 1, see `expansions`."""

    target: npt.NDArray[np.uint32]
    length: npt.NDArray[np.uint8]
    expansions: dict[int, str]


@cache
def charmap() -> CharMap:
    """The table, the same for every caller. Folding twice changes nothing: each result folds to itself."""
    simplified = _simplified()
    target = np.arange(CODE_POINTS, dtype=np.uint32)
    length = np.ones(CODE_POINTS, dtype=np.uint8)
    expansions: dict[int, str] = {}
    for traditional, simple in simplified.items():
        target[ord(traditional)] = ord(simple)
    for code in chain.from_iterable(_OTHERS):
        if _stays(chr(code)):
            continue
        folded = _settled(chr(code), simplified)
        if len(folded) == 1:
            target[code] = ord(folded)
        else:
            length[code] = len(folded)
            expansions[code] = folded
    return CharMap(target, length, expansions)


def _simplified() -> dict[str, str]:
    """Each ideograph that has a simplified one of one character, by OpenCC's table without phrases or by `variants`."""
    every = [*map(chr, chain.from_iterable(_IDEOGRAPHS))]
    pairs = zip(every, OpenCC("t2s").convert("\n".join(every)).split("\n"), strict=True)
    table = {**variants(every), **{before: after for before, after in pairs if before != after and len(after) == 1}}
    return {before: _last(before, table) for before in table}


def _last(char: str, table: Mapping[str, str]) -> str:
    """What the table leads to from `char`, step by step: 鬪 -> 鬥 -> 斗."""
    seen = {char}
    while char in table and table[char] not in seen:
        char = table[char]
        seen.add(char)
    return char


def _stays(char: str) -> bool:
    """Whether a character surely folds to itself: most are unassigned, or letters without case and parts. Told quickly,
    which shows at each start."""
    category = unicodedata.category(char)
    if category not in _PLAIN_CATEGORIES or char in _FIXED:
        return False
    return category == "Cn" or not (unicodedata.decomposition(char) or named(char))


def _settled(char: str, simplified: dict[str, str]) -> str:
    """`char` folded until nothing changes any more."""
    before, after = "", char
    while after != before:
        before, after = after, "".join([_step(each, simplified) for each in after])
    return after


def _step(char: str, simplified: dict[str, str]) -> str:
    fixed = _FIXED.get(char)
    if fixed is not None:
        return fixed
    if unicodedata.category(char) in _DROPPED_CATEGORIES:
        return ""
    decomposed = unicodedata.normalize("NFKD", char)
    if decomposed == char:
        decomposed = named(char) or char
    elif decomposed[0] == "(" and decomposed[-1] == ")":
        decomposed = decomposed[1:-1]
    if len(decomposed) > 1:
        bare = "".join([c for c in decomposed if unicodedata.category(c) not in _DROPPED_CATEGORIES])
        decomposed = unicodedata.normalize("NFC", bare)
    folded = decomposed.casefold()
    return "".join([simplified.get(c, c) for c in folded])
