"""Pictures as numbers: where the bars of a timeline and the dots of a group of accounts go, for inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, pi, sin

from riskguard.domain.campaign import BUCKET, Bucket, Group

WIDTH, HEIGHT = 720, 120
_MOST_BARS = 96
_MOST_DOTS = 14
_WIDEST = 22
_RING, _MIDDLE, _GAP = 74, 135, 12
_STEEP = 0.3


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time: what was posted, and how much of it by accounts that are new here (drawn stronger)."""

    at: datetime
    posts: int
    fresh: int
    x: float
    width: float
    height: float
    fresh_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from left to right, each `step` of time long; `top` is what the highest stands for."""

    bars: tuple[Bar, ...]
    top: int
    step: timedelta
    first: datetime
    last: datetime
    width: int = WIDTH
    height: int = HEIGHT


def steps(buckets: Sequence[Bucket]) -> Chart:
    """The timeline as bars; so many five minutes are put together that all fit."""
    first, last = buckets[0].at, buckets[-1].at
    together = -(-((last - first) // BUCKET + 1) // _MOST_BARS)
    step = BUCKET * together
    count = (last - first) // step + 1
    posts, fresh = [0] * count, [0] * count
    for bucket in buckets:
        posts[(bucket.at - first) // step] += bucket.posts
        fresh[(bucket.at - first) // step] += bucket.fresh
    top, wide = max(posts), WIDTH / count
    bars = tuple(
        Bar(
            first + at * step,
            posts[at],
            fresh[at],
            x=round(at * wide + max(0.0, wide - _WIDEST) / 2, 1),
            width=round(min(_WIDEST, wide * 0.8), 1),
            height=round(HEIGHT * posts[at] / top, 1),
            fresh_height=round(HEIGHT * fresh[at] / top, 1),
        )
        for at in range(count)
        if posts[at]
    )
    return Chart(bars, top, step, first, last + BUCKET)


@dataclass(frozen=True, slots=True)
class Dot:
    """An account on the ring, and where its number is written: outside."""

    account: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What two accounts share, drawn as wide as it is strong."""

    one: Dot
    other: Dot
    shared: int
    width: float


@dataclass(frozen=True, slots=True)
class Net:
    """The strongest accounts of a group on a ring, and how many are left out."""

    dots: tuple[Dot, ...]
    threads: tuple[Thread, ...]
    hidden: int
    size: int = 2 * _MIDDLE


def ring(group: Group) -> Net:
    """Where the dots and threads of a group go."""
    shown = group.accounts[:_MOST_DOTS]
    dots = {account: _dot(account, at / len(shown)) for at, account in enumerate(shown)}
    threads = tuple(
        Thread(dots[bond.one], dots[bond.other], bond.shared, round(min(5.0, 0.6 + 0.7 * bond.shared), 1))
        for bond in group.bonds
        if bond.one in dots and bond.other in dots
    )
    return Net(tuple(dots.values()), threads, len(group.accounts) - len(shown))


def _dot(account: str, turn: float) -> Dot:
    right, up = sin(2 * pi * turn), cos(2 * pi * turn)
    anchor = "middle" if abs(right) < _STEEP else "start" if right > 0 else "end"
    return Dot(
        account,
        x=round(_MIDDLE + _RING * right, 1),
        y=round(_MIDDLE - _RING * up, 1),
        label_x=round(_MIDDLE + (_RING + _GAP) * right, 1),
        label_y=round(_MIDDLE - (_RING + _GAP) * up + 3, 1),
        anchor=anchor,
    )
