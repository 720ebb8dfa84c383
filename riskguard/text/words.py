"""Words of a text, as jieba cuts it. Its dictionary takes half a second and 60 MB, so it is read when first asked for:
of what serves, only the scheduler ever does."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jieba import Tokenizer

_first = threading.Lock()


def cut(text: str) -> list[str]:
    """The text in words, in order and without a character lost; known words only, nothing is guessed."""
    return list(_tokenizer().cut(text, HMM=False))


def commonness(words: Iterable[str]) -> float:
    """Share of all words in jieba's corpus that the rarest of these has, 0..1; 0 where it is not known."""
    known = _tokenizer()
    return float(min((known.FREQ.get(word) or 0 for word in words), default=0)) / float(known.total)


@cache
def _made() -> Tokenizer:
    import logging

    import jieba

    jieba.setLogLevel(logging.ERROR)
    jieba.dt.initialize()
    return jieba.dt


def _tokenizer() -> Tokenizer:
    with _first:
        return _made()
