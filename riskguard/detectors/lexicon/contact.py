"""Whether somebody asks to be reached, or offers something, in the words beside a place."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.dictionary import Numbers
from riskguard.detectors.lexicon.gate import Gate, begun_between
from riskguard.text.channels import Channel

_AROUND = 20
_ACCOUNT = re.compile(r"[a-z0-9_-](?<![a-z0-9_-]{2})(?:(?<=\d)|(?=[a-z_-]*\d))[a-z0-9_-]{4,}")
_OFFER = re.compile(
    "加(?:我|微|v|q|薇|威|群)|微信|扣扣|私(?:聊|信|我)|联系|电话|进群|找我|有货|出货|包邮|现货|日结|返佣|提现|开户|vx|wx|qq"
)
"""Two patterns rather than one, and no class where a branch begins: so `re` passes over what can begin no match."""

_GATE = Gate(
    "加我 加微 加v 加q 加薇 加威 加群 微信 扣扣 私聊 私信 私我 联系 电话 进群 找我 有货 出货 包邮 现货 日结 返佣 提现"
    " 开户 " + " ".join([f"{char}a a{char}" for char in "abcdefghijklmnopqrstuvwxyz0123456789_-"])
)
"""What a match of either holds: of letters any two will do."""


def contact_near(folded: str, start: int, end: int) -> bool:
    """Whether it stands beside [start, end) of a folded text."""
    before, behind = max(0, start - _AROUND), end + _AROUND
    return bool(
        _OFFER.search(folded, before, start)
        or _OFFER.search(folded, end, behind)
        or _ACCOUNT.search(folded, before, start)
        or _ACCOUNT.search(folded, end, behind)
    )


def contact_may_be_near(folded: Channel, starts: Numbers, ends: Numbers) -> NDArray[np.bool_]:
    """Of places [start, end) in many texts, whether it is worth asking. Words of a text beside may say yes, too."""
    (marks,) = _GATE.marks(folded.codes)
    return begun_between(marks, starts - _AROUND, starts) | begun_between(marks, ends, ends + _AROUND)
