"""Text as it looks: each character as the one that stands for all that look like it."""

from __future__ import annotations

from functools import cache

from riskguard.text.channels.channel import Channel, Codes, mapped, table
from riskguard.text.tables.glyph import shapes


def glyph(channel: Channel) -> Channel:
    """The shapes of `channel`."""
    return Channel(mapped(channel.codes, _shapes()), channel.starts, channel.ends)


@cache
def _shapes() -> Codes:
    return table(0xA000, shapes())
