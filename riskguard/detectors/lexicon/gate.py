"""Where an expression may match at all: most places of a batch need not be asked, for none of its words is near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.dictionary import Numbers

_SINGLE, _FIRST, _SECOND = 1, 2, 4
_BITS = 3
_SIZE = 0x10000
"""No word has characters beyond."""


class Gate:
    """Up to five lists of words with spaces between, of which an expression needs one of its own list to match.

    Of a word only the first two characters count, and two words lend each other theirs: it may say yes where none is.
    """

    def __init__(self, *lists: str) -> None:
        self._lists = len(lists)
        self._kinds = np.zeros(_SIZE + 1, np.uint16)
        for number, words in enumerate(lists):
            for word in words.split():
                first, *second = (ord(char) for char in word[:2])
                self._kinds[first] |= (_FIRST if second else _SINGLE) << (_BITS * number)
                self._kinds[second] |= _SECOND << (_BITS * number)

    def marks(self, codes: NDArray[np.uint32]) -> list[NDArray[np.bool_]]:
        """For each list, of each character whether a word seems to begin there."""
        kinds = self._kinds[np.minimum(codes, _SIZE)]
        return [_begun(kinds >> np.uint16(_BITS * number)) for number in range(self._lists)]


def _begun(kinds: NDArray[np.uint16]) -> NDArray[np.bool_]:
    begun: NDArray[np.bool_] = (kinds & _SINGLE) > 0
    begun[:-1] |= (((kinds[:-1] & _FIRST) << 1) & kinds[1:]) > 0
    return begun


def begun_between(marks: NDArray[np.bool_], starts: Numbers, ends: Numbers) -> NDArray[np.bool_]:
    """Of many stretches [start, end), which may reach out of the texts, whether a word begins there."""
    begun = np.zeros(len(marks) + 1, np.int64)
    np.cumsum(marks, out=begun[1:])
    found: NDArray[np.bool_] = begun[np.minimum(ends, len(marks))] > begun[np.maximum(starts, 0)]
    return found
