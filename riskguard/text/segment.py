"""Word borders by jieba with its stock dictionary. Slow (about 2 us a character): ask only where it matters."""

from __future__ import annotations

import logging
import warnings
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jieba import Tokenizer

_WINDOW = 12
"""Characters on each side that are segmented with a hit: enough context, and a bound on the cost."""


def crossed_words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words that begin outside [start, end) and end inside, or reach out of it: 交通 for '口交' in '路口交通'."""
    first = max(0, start - _WINDOW)
    words = pairwise(_borders(text[first : end + _WINDOW]))
    return [(first + a, first + b) for a, b in words if a < start - first < b or a < end - first < b]


def warm() -> None:
    """Load the dictionary now, rather than at the first hit."""
    _tokenizer()


def _borders(text: str) -> list[int]:
    """Where words begin and end. Words of the dictionary only: a guessed word ('出冰' in '出冰毒') proves nothing."""
    return [0, *accumulate(map(len, _tokenizer().cut(text, HMM=False)))]


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
