"""What a text must hold at least to be read: asked of a whole batch at once, for less than a microsecond a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskguard.text.tables.number import CALLED, SPELT

_WINDOW = 20
_DIGIT = np.uint32(1)
_MOST_SETS = 31
_END = "\0"
_UTF32 = "utf-32-le"
_CODE_POINTS = 0x110000


@dataclass(frozen=True, slots=True)
class Signs:
    """So many `digits`, Arabic or Chinese, within twenty characters, and one of `chars`. Every text holds Signs()."""

    digits: int = 0
    chars: str = ""


class Sieve:
    """Tells which texts hold which signs."""

    def __init__(self, wanted: Sequence[Signs]) -> None:
        self._digits = np.array([[signs.digits] for signs in wanted])
        sets = list(dict.fromkeys(signs.chars for signs in wanted))
        if len(sets) > _MOST_SETS:
            raise ValueError(f"more than {_MOST_SETS} sets of characters")
        self._kinds = np.zeros(_CODE_POINTS, np.uint32)
        self._kinds[[ord(char) for char in ("0123456789", *SPELT, *CALLED) for char in char]] = _DIGIT
        for number, chars in enumerate(sets, start=1):
            self._kinds[[ord(char) for char in set(chars)]] |= np.uint32(1 << number)
        masks = [1 << (1 + sets.index(signs.chars)) if signs.chars else 0 for signs in wanted]
        self._masks = np.array(masks, np.uint32)[:, None]

    def passing(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """For each of the signs and each folded text whether it may hold them; rather yes than no."""
        joined = _END.join(texts) + _END
        kinds = self._kinds[np.frombuffer(joined.encode(_UTF32, "surrogatepass"), np.uint32)]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
        starts = np.cumsum(lengths) - lengths
        held = np.bitwise_or.reduceat(kinds, starts)
        counted = np.zeros(len(kinds) + _WINDOW, np.int32)
        np.cumsum(kinds & _DIGIT, out=counted[_WINDOW:])
        digits = np.maximum.reduceat(counted[_WINDOW:] - counted[:-_WINDOW], starts)
        passing: NDArray[np.bool_] = (digits >= self._digits) & ((held & self._masks != 0) | (self._masks == 0))
        return passing
