"""How a lure is hidden from a word list, and how harmless posts are adorned, so that the look alone tells nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

_HIDDEN_TERMS = 2

Way = Callable[[str, random.Random], str]


class _Marks(BaseModel):
    """disguise.yaml: what stands for a term, what characters fall apart into, what is strewn in, how people mistype."""

    model_config = ConfigDict(extra="forbid")

    terms: dict[str, list[str]]
    split: dict[str, str]
    symbols: list[str]
    emoji: list[str]
    tails: list[str]
    typos: dict[str, str]


def disguise(text: str, dice: random.Random) -> tuple[str, str]:
    """The text with some of its telling terms hidden, and the name of the way; without such a term as it is, and ''."""
    ways: Mapping[str, Way] = {"homophone": _replaced, "split": _split, "symbol": _strewn, "spaced": _spaced}
    for name in dice.sample(list(ways), len(ways)):
        changed = ways[name](text, dice)
        if changed != text:
            return changed, name
    return text, ""


def adorn(text: str, dice: random.Random) -> str:
    """The text with emoji, an ending, a typo or spaced letters, as peaceful posts have them too."""
    marks = _marks()
    way = dice.randrange(5)
    if way == 0:
        return text + dice.choice(marks.emoji) * dice.randint(1, 3)
    if way == 1:
        return dice.choice(marks.emoji) + text
    if way == 2:
        return text.rstrip("。！～") + dice.choice(marks.tails)
    if way == 3:
        return _mistyped(text, dice)
    start = dice.randrange(max(1, len(text) - 4))
    return text[:start] + " ".join(text[start : start + 4]) + text[start + 4 :]


def _mistyped(text: str, dice: random.Random) -> str:
    typos = _marks().typos
    there = [term for term in typos if term in text]
    return text.replace(term := dice.choice(there), typos[term], 1) if there else text


@cache
def _marks() -> _Marks:
    said = yaml.safe_load((files(__package__) / "disguise.yaml").read_text(encoding="utf-8"))
    return _Marks.model_validate(said)


def _present(text: str, known: Mapping[str, object], dice: random.Random) -> Sequence[str]:
    """Some of the listed terms that stand in the text, long ones before their parts."""
    there = [term for term in known if term in text]
    picked = dice.sample(there, min(_HIDDEN_TERMS, len(there)))
    return sorted(picked, key=len, reverse=True)


def _replaced(text: str, dice: random.Random) -> str:
    terms = _marks().terms
    for term in _present(text, terms, dice):
        text = text.replace(term, dice.choice(terms[term]))
    return text


def _split(text: str, dice: random.Random) -> str:
    split = _marks().split
    for char in _present(text, split, dice):
        text = text.replace(char, split[char], 1)
    return text


def _strewn(text: str, dice: random.Random) -> str:
    symbol = dice.choice(_marks().symbols)
    for term in _present(text, _marks().terms, dice):
        text = text.replace(term, symbol.join(term))
    return text


def _spaced(text: str, dice: random.Random) -> str:
    """A stretch around a telling term, with blanks between its characters."""
    terms = _present(text, _marks().terms, dice)
    if not terms:
        return text
    start = max(0, text.index(terms[0]) - dice.randrange(3))
    end = min(len(text), start + len(terms[0]) + dice.randint(2, 6))
    return text[:start] + " ".join(text[start:end]) + text[end:]
