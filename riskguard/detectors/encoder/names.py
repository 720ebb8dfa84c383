"""Names and addresses out of the margins of tags: the likeliest sequence of B, I and O that can be, and its places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

OUTSIDE = "O"
_NEVER = -1e9
_NAME = re.compile(
    r"[^\W\d_a-z〇零一二三四五六七八九十百幺号弄栋幢座楼室组层院舍单元门牌房第左右前后上下里是在的我你他她家住]"
)
_OF_A_NAME = 2
"""So many characters of an address must name something: '三楼' and '门牌号是3栋' are in every estate."""
_COUNT = "〇零一二三四五六七八九十百"
_DOOR = re.compile(
    rf"(?:(?<![0-9])[0-9]{{1,5}}|[{_COUNT}])\s*(?:号(?!线)|[弄栋幢座楼室组层院舍]|单元|门|#|-(?![0-9]{{5}})|$)"
)
"""A number as short as those of doors are: longer ones are of telephones and papers."""
_LATIN = re.compile("[0-9a-z]{2}")


class Mention(NamedTuple):
    """Characters [start, end) name something of this kind; `score` is the mean probability of the kind there."""

    kind: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Tagger:
    """Reads mentions out of margins. `tags` are named O, B-PER, I-PER, ...: an I follows only a B or I of its kind, and
    each B is followed by its I, for a single character names nothing in posts."""

    tags: tuple[str, ...]

    def mentions(self, margins: NDArray[np.float32], sizes: Sequence[int]) -> list[list[Mention]]:
        """Per text of a batch, in the order of the text. `margins` has a place for the begin mark before each text."""
        if OUTSIDE not in self.tags:
            return [[] for _ in sizes]
        places = np.arange(1, margins.shape[1]) <= np.asarray(sizes)[:, None]
        said = (margins[:, 1:].argmax(axis=2) != self.tags.index(OUTSIDE)) & places
        rows = np.flatnonzero(said.any(axis=1)).tolist()
        found: list[list[Mention]] = [[] for _ in sizes]
        if rows:
            odds = _log_probabilities(margins[rows, 1:])
            paths = self._paths(odds, places[rows])
            for row, path, chances in zip(rows, paths, np.exp(odds), strict=True):
                found[row] = list(self._spans(path[: sizes[row]].tolist(), chances))
        return found

    def _paths(self, odds: NDArray[np.float32], places: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The likeliest tags of each row that obey the rule (Viterbi); what lies behind a text's end is O."""
        outside = self.tags.index(OUTSIDE)
        silent = np.full(len(self.tags), _NEVER, np.float32)
        silent[outside] = 0.0
        odds = np.where(places[..., None], odds, silent)
        steps, starts, ends = self._allowed()
        best = odds[:, 0] + starts
        came = np.zeros(odds.shape, np.int64)
        for place in range(1, odds.shape[1]):
            ways = best[:, :, None] + steps
            came[:, place] = ways.argmax(axis=1)
            best = np.take_along_axis(ways, came[:, place][:, None], axis=1)[:, 0] + odds[:, place]
        paths = np.zeros(odds.shape[:2], np.int64)
        paths[:, -1] = (best + ends).argmax(axis=1)
        for place in range(odds.shape[1] - 1, 0, -1):
            paths[:, place - 1] = np.take_along_axis(came[:, place], paths[:, place][:, None], axis=1)[:, 0]
        return paths

    def _allowed(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """What may follow what, what may begin, and what may end: 0, or so unlikely that it never wins."""
        steps = np.zeros((len(self.tags), len(self.tags)), np.float32)
        starts, ends = np.zeros((2, len(self.tags)), np.float32)
        for column, tag in enumerate(self.tags):
            if tag.startswith("I-"):
                starts[column] = _NEVER
                steps[[_kind(before) != _kind(tag) for before in self.tags], column] = _NEVER
            if tag.startswith("B-"):
                ends[column] = _NEVER
                steps[column, [after != f"I-{_kind(tag)}" for after in self.tags]] = _NEVER
        return steps, starts, ends

    def _spans(self, path: list[int], chances: NDArray[np.float32]) -> Iterator[Mention]:
        start = 0
        while start < len(path):
            tag = self.tags[path[start]]
            end = start + 1
            while end < len(path) and self.tags[path[end]] == f"I-{_kind(tag)}":
                end += 1
            if tag != OUTSIDE:
                columns = [column for column, name in enumerate(self.tags) if _kind(name) == _kind(tag)]
                score = float(chances[start:end, columns].sum(axis=1).mean())
                yield Mention(_kind(tag), start, end, min(1.0, score))
            start = end


def leads_to_a_door(address: str) -> bool:
    """Whether the name of a place, folded, tells a house or flat in it: a town or a road is nobody's home, and a floor
    or a number without a name may be anywhere."""
    return _DOOR.search(address) is not None and len(_NAME.findall(address)) >= _OF_A_NAME


def cuts_a_word(folded: str, start: int, end: int) -> bool:
    """Whether [start, end) begins or ends within a word of Latin letters and digits, such as an e-mail's."""
    return any(at and _LATIN.fullmatch(folded, at - 1, at + 1) for at in (start, end))


def _kind(tag: str) -> str:
    """'PER' of B-PER and I-PER; nothing of O."""
    return tag.partition("-")[2]


def _log_probabilities(margins: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = margins - margins.max(axis=-1, keepdims=True)
    odds: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return odds
