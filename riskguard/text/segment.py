"""Word borders by jieba with its stock dictionary. Slow (about 2 us a character): ask only where it matters."""

from __future__ import annotations

import logging
import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jieba import Tokenizer

_WINDOW = 12
"""Characters on each side that are segmented with a hit: enough context, and a bound on the cost."""


def crosses_words(text: str, start: int, end: int) -> bool:
    """Whether [start, end) begins or ends inside a word: '口交' does in '路口交通'."""
    first = max(0, start - _WINDOW)
    borders = _borders(text[first : end + _WINDOW])
    return not {start - first, end - first} <= borders


def warm() -> None:
    """Load the dictionary now, rather than at the first hit."""
    _tokenizer()


def _borders(text: str) -> set[int]:
    borders = {0}
    at = 0
    for word in _tokenizer().cut(text):
        at += len(word)
        borders.add(at)
    return borders


@cache
def _tokenizer() -> Tokenizer:
    """Our own tokenizer: no words are added, and the dictionary never passes through a shared cache file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.default_logger.setLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
