"""Terms as each channel writes them, ready to be sought in a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.sought import Sought
from riskguard.detectors.lexicon.way import Way
from riskguard.text.channels import Channel, Channels, TermForms, Windows, forms_of

_HEARD = (Way.SOUND, Way.INITIALS)
_TOGETHER = ((Way.HAN,), _HEARD, (Way.SPLIT,), (Way.GLYPH,), (Way.EMOJI,))
"""The ways whose forms are sought in han, sound, split, glyph and emoji."""

_MOST_SHUFFLED = 6
"""Nobody reads a longer term whose characters were moved, and every width costs."""

_MARKED_BITS = 18
_UNMARKED = np.uint64(64 - _MARKED_BITS)


_PICTURED, _MOVED = len(_TOGETHER), len(_TOGETHER) + 1
"""How places are numbered in the sound of emoji, and in windows; in the other channels by their order."""

Form = str | tuple[int, int]
"""A string that a channel reads, or the width and the number of a window."""

Meant = tuple[str, Way]
"""A key, and the way to disguise it."""


class Place(NamedTuple):
    """A form that a channel reads at raw characters [start, end) of text `number`."""

    channel: int
    form: Form
    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Index:
    """The keys that may be disguised, each with the ways. Their forms are made at the first search: 0.5 s for 3,000."""

    ways: Mapping[str, frozenset[Way]]

    def places(self, read: Channels) -> Iterator[Place]:
        """Wherever a channel of the batch reads a form of a key that does not stand there just so."""
        raw = [view.raw for view in read.views]
        channels = (read.han, read.sound, read.split, read.glyph, read.emoji, read.emoji_sound)
        for number, (searched, channel) in enumerate(zip(self._searched, channels, strict=True)):
            yield from searched.places(channel, raw, number)
        yield from self._shuffled.places(read.shuffled, raw)

    def meant(self, channel: int, form: Form) -> Sequence[Meant]:
        """The keys that a channel may write so."""
        if isinstance(form, tuple):
            width, number = form
            return [(key, Way.SHUFFLE) for key in self._shuffled.keys[width][number]]
        keys = self._searched[channel].keys[form]
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
            (*forms.shuffled, key)
            for key, forms in self._forms.items()
            if Way.SHUFFLE in self.ways[key] and forms.shuffled and forms.shuffled[0] <= _MOST_SHUFFLED
        )

    @cached_property
    def _forms(self) -> Mapping[str, TermForms]:
        keys = [key for key, ways in self.ways.items() if ways]
        return dict(zip(keys, forms_of(keys, mixed=False), strict=True))


@dataclass(frozen=True, slots=True)
class _Forms:
    """Strings to be sought, and the keys that each stands for; `alone` has those that stand for one."""

    keys: Mapping[str, Sequence[Meant]]
    alone: Mapping[str, str]
    sought: Sought

    @classmethod
    def of(cls, forms: Iterable[tuple[str, Meant]]) -> _Forms:
        known: dict[str, list[Meant]] = {}
        for form, key in forms:
            known.setdefault(form, []).append(key)
        alone = {form: keys[0][0] for form, keys in known.items() if len(keys) == 1}
        return cls(known, alone, Sought.of(known.keys()))

    def places(self, channel: Channel, raw: Sequence[str], by: int) -> Iterator[Place]:
        found = self.sought.places(channel)
        if found:
            joined, alone = channel.joined, self.alone
            spans = (each.tolist() for each in channel.raw_spans(*np.array(found).T))
            for (first, last), number, start, end in zip(found, *spans, strict=True):
                form = joined[first:last]
                if alone.get(form) != raw[number][start:end]:
                    yield Place(by, form, number, start, end)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """For each width the windows to be sought; `marked` says of the first bits of a number whether one has them."""

    keys: Mapping[int, Mapping[int, Sequence[str]]]
    marked: Mapping[int, NDArray[np.bool_]]

    @classmethod
    def of(cls, windows: Iterable[tuple[int, int, str]]) -> _Numbers:
        keys: dict[int, dict[int, list[str]]] = {}
        for width, number, key in windows:
            keys.setdefault(width, {}).setdefault(number, []).append(key)
        marked = {width: np.zeros(1 << _MARKED_BITS, np.bool_) for width in keys}
        for width, known in keys.items():
            marked[width][np.fromiter(known, np.uint64) >> _UNMARKED] = True
        return cls(keys, marked)

    def places(self, windows: Windows, raw: Sequence[str]) -> Iterator[Place]:
        for width, known in self.keys.items():
            sums = windows.sums(width)
            marked = np.flatnonzero(self.marked[width][sums >> _UNMARKED])
            found = [each in known for each in sums[marked].tolist()]
            if any(found):
                first = marked[found]
                spans = (each.tolist() for each in windows.channel.raw_spans(first, first + width))
                for window, number, start, end in zip(sums[first].tolist(), *spans, strict=True):
                    keys = known[window]
                    if len(keys) > 1 or keys[0] != raw[number][start:end]:
                        yield Place(_MOVED, (width, window), number, start, end)


def _of(forms: TermForms, way: Way) -> Sequence[str]:
    written: Sequence[str] = getattr(forms, way.value)
    return written
