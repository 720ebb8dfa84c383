"""Raw text folded once, with the origin of every folded character."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from riskguard.domain.finding import EvidenceSpan
from riskguard.text.tables.beside import asked, read_beside
from riskguard.text.tables.charmap import charmap

_UTF32 = "utf-32-le"
_LAST_LATIN_1 = "\xff"
_MARKS = frozenset({"Mn", "Me"})
"""Accents, frames of keycaps, variation selectors: they belong to the character before them."""


@dataclass(frozen=True, slots=True)
class TextView:
    """`raw` as the author typed it; `folded` as detectors read it; `origin[i]` is where folded[i] stands in raw."""

    raw: str
    folded: str
    origin: tuple[int, ...]

    @property
    def even(self) -> bool:
        """Whether each folded character stands where it stands in `raw`; False may also mean that nobody knows."""
        return self.origin is _identity(len(self.folded))

    def span(self, start: int, end: int, reason: str) -> EvidenceSpan:
        """Evidence at [start, end) of the folded text, in the author's own text, with the marks on the last one."""
        last = self.origin[end - 1] + 1
        while (
            last < len(self.raw) and self.raw[last] > _LAST_LATIN_1 and unicodedata.category(self.raw[last]) in _MARKS
        ):
            last += 1
        return EvidenceSpan(self.origin[start], last, reason)


def fold(raw: str) -> TextView:
    """Width, case, script, accents, enclosures and invisible characters folded away: 'ＶⅩ\\u200b威❶' -> 'vx威1'.

    Each character folds by itself, but for a few traditional ones (看著, 甚麼) whose neighbours tell how they are read.
    Folding folded text changes nothing.
    """
    return fold_all([raw])[0]


def fold_all(raws: Sequence[str]) -> list[TextView]:
    """One view per text, in order; many at once cost a few microseconds each."""
    table = charmap()
    joined = "".join(raws)
    codes = np.frombuffer(joined.encode(_UTF32, "surrogatepass"), dtype=np.uint32)
    lengths = table.length[codes]
    if lengths.size == 0 or (lengths.min() == 1 and lengths.max() == 1):
        folded = _text(table.target[codes])
        views = [
            TextView(raw, folded[end - len(raw) : end], _identity(len(raw)))
            for raw, end in zip(raws, accumulate(map(len, raws)), strict=True)
        ]
    else:
        views = _uneven(raws, codes, lengths)
    if not asked(joined):
        return views
    return [replace(view, folded=read_beside(view.folded)) if asked(view.folded) else view for view in views]


def _uneven(raws: Sequence[str], codes: npt.NDArray[np.uint32], lengths: npt.NDArray[np.uint8]) -> list[TextView]:
    """As fold_all, where some characters vanish or become several."""
    origin = np.repeat(np.arange(codes.size), lengths)
    joined = _expanded(codes, lengths, origin)
    bases = [0, *accumulate(map(len, raws))]
    bounds = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))[bases].tolist()
    odd = np.flatnonzero(lengths != 1).tolist()
    views = []
    for raw, (base, following), (start, end) in zip(raws, pairwise(bases), pairwise(bounds), strict=True):
        even = bisect_left(odd, base) == bisect_left(odd, following)
        origins = _identity(len(raw)) if even else tuple((origin[start:end] - base).tolist())
        views.append(TextView(raw, joined[start:end], origins))
    return views


def _expanded(codes: npt.NDArray[np.uint32], lengths: npt.NDArray[np.uint8], origin: npt.NDArray[np.int64]) -> str:
    table = charmap()
    folded = table.target[codes][origin]
    if lengths.max() > 1:
        firsts = np.searchsorted(origin, np.flatnonzero(lengths > 1))
        for first in firsts.tolist():
            meaning = table.expansions[int(codes[origin[first]])]
            folded[first : first + len(meaning)] = [ord(char) for char in meaning]
    return _text(folded)


def _text(codes: npt.NDArray[np.uint32]) -> str:
    return codes.tobytes().decode(_UTF32, "surrogatepass")


@lru_cache(maxsize=512)
def _identity(length: int) -> tuple[int, ...]:
    return tuple(range(length))
