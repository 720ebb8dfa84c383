"""Texts as their authors may have meant them: 'zha骗', '女表子', '傻.逼' read as 诈骗, 婊子, 傻逼, where ordinary posts
make that far likelier.

A noisy channel (Kernighan, Church and Gale, 1990): a reading gains what its characters are likelier to follow one
another, and pays for each disguise that it supposes, and once for supposing any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from riskguard.text.restoring.counts import LAST, Codes, Counts, Floats
from riskguard.text.restoring.edits import Edits, Kind, Meanings, Places
from riskguard.text.restoring.spread import surplus

_PRICE: Mapping[Kind, float] = {
    Kind.SOUND: 9.75,
    Kind.TWO_SOUNDS: 14.5,
    Kind.SHAPE: 6.25,
    Kind.SWAP: 8.25,
    Kind.PARTS: 1.0,
    Kind.SIGNS: -1.25,
    Kind.CLAUSE_SIGNS: 1.5,
    Kind.LETTER: 6.0,
    Kind.PINYIN: -3.25,
    Kind.INITIALS: -1.0,
    Kind.PICTURE: -3.0,
}
"""What an edit of each kind costs, in natural logarithms; chosen with what follows on training texts."""

_PRICE_OF_A_SIGN: Mapping[Kind, float] = {Kind.SIGNS: 14.0, Kind.CLAUSE_SIGNS: 15.5}
_PRICE_AGAIN = 4.0
"""Of a sign that the writer has put between characters before."""

_FEE, _FEE_OF_A_CHAR = 9.6, 0.34
"""What all edits of a text must gain together, for its being disguised at all is unlikely."""

_PROMISING = 0.3
"""A text that has not gained this share of it by now never will."""

_ROUNDS = 6
_AT_ONCE = 256
_BORDER = "\0\0"


class Change(NamedTuple):
    """`chars` for [start, end). If they are as many and not `moved`, each was written where one stood."""

    start: int
    end: int
    chars: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """`text` is what is read; character i of it was written as [starts[i], ends[i])."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the text was written."""
        return min(self.starts[start:end]), max(self.ends[start:end])

    def edited(self, changes: Iterable[Change]) -> Restored:
        """With all the changes, which come in order and do not overlap."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for start, end, chars, moved in changes:
            text += (self.text[done:start], chars)
            first, last = self.starts[start:end], self.ends[start:end]
            if moved or len(chars) != end - start:
                first, last = [min(first)] * len(chars), [max(last)] * len(chars)
            starts += (*self.starts[done:start], *first)
            ends += (*self.ends[done:start], *last)
            done = end
        whole = "".join(text) + self.text[done:]
        return Restored(whole, [*starts, *self.starts[done:]], [*ends, *self.ends[done:]])


class _Chosen(NamedTuple):
    """A change of one text, and what it gains."""

    change: Change
    gain: float


@dataclass(frozen=True)
class Restorer:
    """Reads folded texts; most stay as they are."""

    counts: Counts
    meanings: Meanings

    def restore(self, texts: Sequence[str]) -> list[Restored]:
        """One reading per text."""
        found = [_gathered(text) for text in texts]
        gains = [0.0 if len(each.text) == len(text) else _fee(text) for text, each in zip(texts, found, strict=True)]
        signs: list[set[str]] = [set() for _ in texts]
        live: Sequence[int] = range(len(texts))
        for _ in range(_ROUNDS):
            chosen = self._chosen([found[at].text for at in live], [signs[at] for at in live])
            for at, edits in zip(live, chosen, strict=True):
                if edits:
                    signs[at].update(found[at].text[a:b] for (a, b, chars, _), _ in edits if not chars)
                    found[at] = found[at].edited(sorted(change for change, _ in edits))
                    gains[at] += sum(gain for _, gain in edits)
            hopeful = [at for at, edits in zip(live, chosen, strict=True) if edits]
            live = [at for at in hopeful if gains[at] > _PROMISING * _fee(texts[at])]
        return [
            each if gain >= _fee(text) else unchanged(text)
            for text, each, gain in zip(texts, found, gains, strict=True)
        ]

    def read(self, texts: Sequence[str]) -> list[str]:
        """What is read for each of many texts, where nobody asks for places."""
        parts = (texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE))
        return [each.text for part in parts for each in self.restore(part)]

    def _chosen(self, texts: Sequence[str], signs: Sequence[set[str]]) -> list[list[_Chosen]]:
        """Per text the edits that gain most; between two of them at least one character stays. `signs` were left out
        of each text before."""
        found: list[list[_Chosen]] = [[] for _ in texts]
        if not texts:
            return found
        joined = _BORDER + "".join(text + _BORDER for text in texts)
        raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = np.minimum(raw, LAST).astype(np.uint16)
        log = np.zeros(len(codes))
        log[2:] = self.counts.log_chance(codes[:-2], codes[1:-1], codes[2:])
        edits = self.meanings.edits(joined, codes, log)
        bases = [*accumulate((len(text) + len(_BORDER) for text in texts), initial=len(_BORDER))]
        of = np.searchsorted(bases, edits.start, side="right") - 1
        gains = self._gains(codes, log, edits) - _prices_of_signs(edits, joined, of, signs)
        for at in _best(edits, gains):
            text = int(of[at])
            start, end = (int(place[at]) - bases[text] for place in (edits.start, edits.end))
            chars = "".join(map(chr, edits.chars[at, : edits.size[at]].tolist()))
            change = Change(start, end, chars, bool(edits.kind[at] == Kind.SWAP))
            found[text].append(_Chosen(change, float(gains[at])))
        return found

    def _gains(self, codes: Codes, log: Floats, edits: Edits) -> Floats:
        """How much likelier each edit makes the characters that it writes and the two behind, less its price."""
        sums = np.concatenate(([0.0], np.cumsum(log)))
        gains: Floats = sums[edits.start] - sums[edits.end + 2] - _PRICES[edits.kind]
        for size in np.unique(edits.size).tolist():
            rows = np.flatnonzero(edits.size == size)
            before, behind = edits.start[rows, None] + (-2, -1), edits.end[rows, None] + (0, 1)
            read = np.concatenate([codes[before], edits.chars[rows, :size], codes[behind]], axis=1).T
            for at in range(size + 2):
                hopeful = np.flatnonzero(gains[rows] > 0.0)
                rows, read = rows[hopeful], read[:, hopeful]
                gains[rows] += self.counts.log_chance(*read[at : at + 3])
        return gains


def unchanged(text: str) -> Restored:
    """The text as it was written."""
    return Restored(text, range(len(text)), range(1, len(text) + 1))


def _gathered(text: str) -> Restored:
    """Without what hides a text as a whole."""
    found = surplus(text)
    whole = unchanged(text)
    return whole.edited(Change(start, end, "", moved=False) for start, end in found) if found else whole


def _fee(text: str) -> float:
    return _FEE + _FEE_OF_A_CHAR * len(text)


def _prices_of_signs(edits: Edits, joined: str, of: Places, signs: Sequence[set[str]]) -> Floats:
    """What leaving out signs costs, by how many there are; less for those that were left out of the text before."""
    prices: Floats = _PRICES_OF_A_SIGN[edits.kind] * (edits.end - edits.start)
    for at in np.flatnonzero(edits.size == 0).tolist() if any(signs) else ():
        if joined[edits.start[at] : edits.end[at]] in signs[of[at]]:
            prices[at] = _PRICE_AGAIN
    return prices


def _best(edits: Edits, gains: Floats) -> Iterator[int]:
    """Those that gain anything, the greediest first, but none beside one before it.

    What gains the same is taken in the order of the edits, so that a text is read alike in every batch.
    """
    order = np.argsort(-gains.round(6), kind="stable")
    taken: set[int] = set()
    for at in order[gains[order] > 0.0].tolist():
        around = range(int(edits.start[at]) - 1, int(edits.end[at]) + 1)
        if taken.isdisjoint(around):
            taken.update(around)
            yield at


_PRICES = np.array([_PRICE[kind] for kind in Kind])
_PRICES_OF_A_SIGN = np.array([_PRICE_OF_A_SIGN.get(kind, 0.0) for kind in Kind])
