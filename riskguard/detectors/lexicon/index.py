"""Terms as each channel writes them, ready to be sought in a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.dictionary import Numbers
from riskguard.detectors.lexicon.sought import Found, Sought
from riskguard.detectors.lexicon.way import Way
from riskguard.text.channels import Channels, Sums, TermForms, Windows, forms_of

_HEARD = (Way.SOUND, Way.INITIALS)
_TOGETHER = ((Way.HAN,), _HEARD, (Way.SPLIT,), (Way.GLYPH,), (Way.EMOJI,))
"""The ways whose forms are sought in han, sound, split, glyph and emoji."""

_MOST_SHUFFLED = 6
"""Nobody reads a longer term whose characters were moved, and every width costs."""

_MARKED_BITS = 18
_UNMARKED = np.uint64(64 - _MARKED_BITS)


_PICTURED, _MOVED = len(_TOGETHER), len(_TOGETHER) + 1
"""How places are numbered in the sound of emoji, and in windows; in the other channels by their order."""

Meant = tuple[str, Way]
"""A key, and the way to disguise it."""


class Places(NamedTuple):
    """Wherever a channel reads a form: numbers of channel, form and text, and the raw characters [start, end) there."""

    channels: Numbers
    forms: Numbers
    texts: Numbers
    starts: Numbers
    ends: Numbers


@dataclass(frozen=True)
class Index:
    """The keys that may be disguised, each with the ways. Their forms are made at the first search: 0.5 s for 3,000."""

    ways: Mapping[str, frozenset[Way]]

    def places(self, read: Channels) -> Places:
        """Of all channels of the batch."""
        channels = (read.han, read.sound, read.split, read.glyph, read.emoji, read.emoji_sound)
        found = [
            (searched.sought.places(channel), channel)
            for searched, channel in zip(self._searched, channels, strict=True)
        ]
        found.append((self._shuffled.places(read.shuffled), read.quiet))
        spans = zip(*(channel.raw_spans(each.starts, each.ends) for each, channel in found), strict=True)
        numbers = np.repeat(np.arange(len(found)), [len(each.strings) for each, _ in found])
        return Places(numbers, np.concatenate([each.strings for each, _ in found]), *map(np.concatenate, spans))

    def meant(self, channel: int, form: int) -> Sequence[Meant]:
        """The keys that a channel may write so."""
        if channel == _MOVED:
            return self._shuffled.meant[form]
        keys = self._searched[channel].meant[form]
        if channel == _PICTURED:
            return [(key, Way.EMOJI) for key, _ in keys if Way.EMOJI in self.ways[key]]
        return keys

    @cached_property
    def _searched(self) -> Sequence[_Forms]:
        """The forms that are sought in each channel but the last."""
        made = [
            _Forms.of(
                (form, (key, way))
                for key, forms in self._forms.items()
                for way in ways
                if way in self.ways[key]
                for form in _of(forms, way)
            )
            for ways in _TOGETHER
        ]
        return [*made, made[_TOGETHER.index(_HEARD)]]

    @cached_property
    def _shuffled(self) -> _Numbers:
        return _Numbers.of(
            (forms.shuffled, (key, Way.SHUFFLE))
            for key, forms in self._forms.items()
            if Way.SHUFFLE in self.ways[key] and forms.shuffled and forms.shuffled[0] <= _MOST_SHUFFLED
        )

    @cached_property
    def _forms(self) -> Mapping[str, TermForms]:
        keys = [key for key, ways in self.ways.items() if ways]
        return dict(zip(keys, forms_of(keys, mixed=False), strict=True))


class _Forms(NamedTuple):
    """Strings to be sought, and the keys that each stands for."""

    meant: Sequence[Sequence[Meant]]
    sought: Sought

    @classmethod
    def of(cls, forms: Iterable[tuple[str, Meant]]) -> _Forms:
        known: dict[str, list[Meant]] = {}
        for form, meant in forms:
            known.setdefault(form, []).append(meant)
        return cls(list(known.values()), Sought.of(list(known)))


class _Numbers(NamedTuple):
    """The keys that each window stands for. For each width those to be sought, sorted, and which each is; `marks` says
    of the first bits of a number whether one has them."""

    meant: Sequence[Sequence[Meant]]
    windows: Mapping[int, tuple[Sums, Numbers]]
    marks: Mapping[int, NDArray[np.bool_]]

    @classmethod
    def of(cls, windows: Iterable[tuple[tuple[int, int], Meant]]) -> _Numbers:
        known: dict[tuple[int, int], list[Meant]] = {}
        for window, meant in windows:
            known.setdefault(window, []).append(meant)
        by_width: dict[int, list[tuple[int, int]]] = {}
        for number, (width, sum_) in enumerate(known):
            by_width.setdefault(width, []).append((sum_, number))
        sought, marks = {}, {}
        for width, unsorted in by_width.items():
            rows = sorted(unsorted)
            sums = np.array([window for window, _ in rows], np.uint64)
            sought[width] = sums, np.array([number for _, number in rows])
            marks[width] = np.zeros(1 << _MARKED_BITS, np.bool_)
            marks[width][sums >> _UNMARKED] = True
        return cls(list(known.values()), sought, marks)

    def places(self, windows: Windows) -> Found:
        """Where they are: those of one width after those of another."""
        found = [np.zeros((3, 0), np.int64)]
        for width, (known, numbers) in self.windows.items():
            sums = windows.sums(width)
            first = np.flatnonzero(self.marks[width][sums >> _UNMARKED])
            rows = np.minimum(np.searchsorted(known, sums[first]), len(known) - 1)
            same = known[rows] == sums[first]
            found.append(np.stack((first[same], first[same] + width, numbers[rows[same]])))
        return Found(*np.concatenate(found, axis=1))


def _of(forms: TermForms, way: Way) -> Sequence[str]:
    written: Sequence[str] = getattr(forms, way.value)
    return written
