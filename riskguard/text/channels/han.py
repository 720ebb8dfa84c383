"""Chinese characters alone: '刷1单x日o结' -> '刷单日结'."""

from __future__ import annotations

import numpy as np

from riskguard.text.channels.channel import Channel

_FIRST, _LAST = 0x3400, 0x9FFF


def han(channel: Channel) -> Channel:
    """`channel` without letters and digits. A text in which none stands between two Chinese characters is empty."""
    other = (channel.codes < _FIRST) | (channel.codes > _LAST)
    end = channel.codes == 0
    alone = channel.kept(~other | end)
    place = np.flatnonzero(~other | end)
    after = np.append(place[1:], len(other))
    both = (alone.codes != 0) & (np.append(alone.codes[1:], 0) != 0)
    return alone.only(both & (after > place + 1))


def is_han(text: str) -> bool:
    """Whether all of `text` are Chinese characters."""
    return all(_FIRST <= ord(char) <= _LAST for char in text)
