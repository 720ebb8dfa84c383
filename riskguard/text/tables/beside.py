"""Traditional characters that are read by what stands beside them: 看著 is 看着, 著名 stays; 甚麼 is 什么.

The table of single characters (OpenCC's, without phrases) leaves them. Each still becomes one character.
"""

from __future__ import annotations

import re

_ASKED = re.compile("[著甚瞭藉]")
_PARTICLE = re.compile(
    "著(?=[急火凉迷眼手装实落想重陆力])|(?<![显名原编卓土合论巨译专拙昭遗共所])著(?![名作称者书述录])"
)
_WORDS = {"甚么": "什么", "瞭解": "了解", "藉口": "借口", "藉由": "借由", "凭藉": "凭借"}


def asked(text: str) -> bool:
    """Whether a text, or any of several that stand end to end, holds such a character."""
    return _ASKED.search(text) is not None


def read_beside(folded: str) -> str:
    """A text in which single characters are folded already; as long as before."""
    read = _PARTICLE.sub("着", folded)
    for written, meant in _WORDS.items():
        read = read.replace(written, meant)
    return read
