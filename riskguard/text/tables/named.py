"""What Unicode's names tell of characters that have no decomposition: 'LATIN SMALL LETTER O WITH STROKE' is an o."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SEEN_AS = "SMALL CAPITAL|TURNED|REVERSED|INVERTED|SIDEWAYS|DOTLESS|BARRED|INSULAR|SCRIPT|OPEN|MIDDLE-WELSH"
_LETTER = re.compile(
    rf"(?:LATIN|MODIFIER)(?: SUBSCRIPT)?(?: SMALL| CAPITAL)? LETTER(?: SMALL| CAPITAL)?(?: (?:{_SEEN_AS}))*"
    r" ([A-Z]{1,2})(?: DIGRAPH)?(?: WITH .+)?"
)
_IN_FRAMES = (
    ("SQUARED", "CL COOL FREE ID NEW NG OK SOS VS HV MV SD SS PPV WC HC HDR"),
    ("NEGATIVE SQUARED", "AB IC PA SA WC"),
    ("CIRCLED", "CD WZ X"),
)

_DRAWN = "๑"
"""A Thai digit by name; in Chinese posts the cheek of a face."""


def framed() -> Iterator[tuple[str, str]]:
    """Each character that is a word in a frame, with the word: 🆗."""
    for frame, words in _IN_FRAMES:
        for word in words.split():
            try:
                yield unicodedata.lookup(f"{frame} {word}"), word.lower()
            except KeyError:  # newer than this Python's Unicode
                continue


def named(char: str) -> str:
    """The Latin letters or the digit that the name speaks of; '' for any other character."""
    digit = unicodedata.decimal(char, None)
    if digit is not None and char != _DRAWN:
        return str(digit)
    told = _LETTER.fullmatch(unicodedata.name(char, ""))
    return told.group(1).lower() if told else ""
