"""All channels of a batch; each is made when it is first asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from riskguard.text.channels import bare, emoji, glyph, han, shuffle, sound, split
from riskguard.text.channels.channel import Channel, Numbers, opened
from riskguard.text.view import TextView


@dataclass(frozen=True)
class Channels:
    """The texts of `views` in every channel, in their order.

    In `han`, `split`, `emoji` and `emoji_sound` a text is empty that has nothing for the channel to read otherwise.
    """

    views: Sequence[TextView]

    @cached_property
    def folded(self) -> Channel:
        """The folded texts as they are."""
        return opened(self.views)

    def folded_spans(self, texts: Numbers, starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
        """Where in the folded texts of these numbers what was made of their raw characters [start, end) stands."""
        uneven = np.flatnonzero(np.array([not view.even for view in self.views], np.bool_)[texts])
        starts, ends = starts.astype(np.int64), ends.astype(np.int64)
        columns = (each.tolist() for each in (uneven, texts[uneven], starts[uneven], ends[uneven]))
        for at, text, start, end in zip(*columns, strict=True):
            origin = self.views[text].origin
            starts[at], ends[at] = bisect_left(origin, start), bisect_right(origin, end - 1)
        return starts, ends

    @cached_property
    def plain_at(self) -> Numbers:
        """Where the characters of `plain` stand in `folded.joined`."""
        return bare.letters(self.folded)

    @cached_property
    def plain(self) -> Channel:
        """Letters, digits and characters only: the texts without noise."""
        return self.folded.at(self.plain_at)

    @cached_property
    def quiet(self) -> Channel:
        """`plain`, but three or more of the same in a row, digits aside, are one."""
        return bare.quiet(self.plain)

    @cached_property
    def bare(self) -> Channel:
        """`quiet` without any repeats, and with digits where a number is spelt: '微微信幺三八零零' -> '微信13800'."""
        return bare.bare(self.quiet)

    @cached_property
    def han(self) -> Channel:
        """Chinese characters alone: '刷1单x日o结' -> '刷单日结'."""
        return han.han(self.quiet)

    @cached_property
    def sound(self) -> Channel:
        """Syllables, one private character each (`spoken` writes them out); letters that spell none stay letters."""
        return sound.sound(self.quiet)

    @cached_property
    def split(self) -> Channel:
        """Characters put together that were taken apart: '女表子' -> '婊子'."""
        return split.split(self.quiet)

    @cached_property
    def glyph(self) -> Channel:
        """Each character as one that stands for all that look like it: '徽信' and '微信' read the same."""
        return glyph.glyph(self.quiet)

    @cached_property
    def emoji(self) -> Channel:
        """Words in place of emoji: '草泥🐴' -> '草泥马'."""
        return emoji.emoji(self.folded)

    @cached_property
    def emoji_sound(self) -> Channel:
        """The sound of `emoji`: '威❤' sounds as '微信'."""
        return sound.sound(self.emoji)

    @cached_property
    def shuffled(self) -> shuffle.Windows:
        """The windows of `quiet`, whatever the order of their characters."""
        return shuffle.Windows(self.quiet)


def channels_of(views: Sequence[TextView]) -> Channels:
    """The channels of folded texts."""
    return Channels(tuple(views))
