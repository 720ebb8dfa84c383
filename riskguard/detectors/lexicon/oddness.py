"""How odd a spelling is: what nobody would write by accident was written on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskguard.detectors.lexicon.words import surprises

ORDINARY, ODD, ODDEST = 6.5, 8.5, 10.0
"""Nats a character: what everybody writes, hardly anybody, and nobody. Chosen on `tune` and dev of ordinary posts."""

_REMEMBERED = 65536
_LATIN = re.compile("[a-z]")
_HAN = re.compile("[\u3400-\u9fff]")


class Oddness:
    """Of spellings without noise, in nats a character; what was asked once is remembered."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def learn(self, spellings: Iterable[str]) -> None:
        """Find out about all of them at once; one by one each would cost a hundred times as much."""
        if len(self._known) > _REMEMBERED:
            self._known = {}
        self._known |= _found([each for each in dict.fromkeys(spellings) if each not in self._known])

    def of(self, spelling: str) -> float:
        """Letters among characters are odd, letters or digits alone are neither odd nor ordinary."""
        found = self._known.get(spelling)
        if found is None:
            found = self._known[spelling] = _found([spelling])[spelling]
        return found


def _found(spellings: Iterable[str]) -> dict[str, float]:
    told = {each: _without_words(each) for each in spellings}
    asked = [each for each, nats in told.items() if nats is None]
    found = {each: nats for each, nats in told.items() if nats is not None}
    return found | dict(zip(asked, surprises(asked), strict=True)) if asked else found


def _without_words(spelling: str) -> float | None:
    """None where it takes a dictionary to tell."""
    if not _HAN.search(spelling):
        return ORDINARY
    if _LATIN.search(spelling):
        return ODDEST
    return None if spelling.isalpha() else 0.0
