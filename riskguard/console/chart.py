"""Charts as plain numbers: the templates write them as SVG attributes, since the pages allow no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from riskguard.console.wording import BEIJING
from riskguard.domain.opinion import Grain, Surge
from riskguard.services.opinion.picture import Picture

WIDTH, HEIGHT = 1120, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 18, 26
_TICKS = 8
_MOST_POINTS = 300
_FLAG = 20.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis with its words."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A surge on the time axis: from `x`, `width` wide; `number` is what the list calls it. `flagged`: there is room
    for its number beside those of the others."""

    x: float
    width: float
    number: int
    surge: Surge
    flagged: bool = True

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.surge.ended_at is not None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Posts as an area, negative posts as an area within, accounts as a line; surges as bands behind."""

    posts: str
    negative: str
    accounts: str
    hours: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    bands: tuple[Band, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def timeline(picture: Picture) -> Timeline:
    """The picture's points, drawn over its time; neighbours are put together where there are too many to see."""
    points = _thinned(picture)
    top = _ceiling(max([posts for posts, _, _ in points], default=0))
    span = (picture.until - picture.since).total_seconds() or 1.0
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points))
    xs = [LEFT + step * (at + 0.5) for at in range(len(points))]

    def when(at: datetime) -> float:
        share = (at - picture.since).total_seconds() / span
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share))

    bands = [
        Band(x := when(surge.started_at), max(4.0, when(surge.ended_at or surge.last_at) - x), number, surge)
        for number, surge in enumerate(picture.surges, start=1)
    ]
    return Timeline(
        posts=_area(xs, [posts for posts, _, _ in points], top),
        negative=_area(xs, [negative for _, negative, _ in points], top),
        accounts=_line(xs, [accounts for _, _, accounts in points], top),
        hours=tuple(Tick(round(when(at), 1), words) for at, words in _moments(picture)),
        levels=tuple(Tick(round(_y(level, top), 1), f"{level:g}") for level in (0, top / 2, top)),
        bands=_flagged(bands),
    )


def _flagged(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The bands, flagged where the flag covers none of those before it in the list."""
    placed: list[Band] = []
    for band in bands:
        free = all(abs(band.x - other.x) >= _FLAG for other in placed if other.flagged)
        placed.append(replace(band, flagged=free))
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line over days, with the band in which it usually lies."""

    line: str
    low: float
    high: float
    last_x: float
    last_y: float
    width: int = 260
    height: int = 56


def spark(values: Sequence[float]) -> Spark | None:
    """The line of these values, oldest first; the band holds the middle half of the earlier ones. None for fewer than
    two."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    room = (high - low) or 1.0
    step = 252 / (len(values) - 1)
    points = [(4 + step * at, 50 - 44 * (value - low) / room) for at, value in enumerate(values)]
    before = sorted(values[:-1])
    quarter = len(before) // 4
    band = [50 - 44 * (each - low) / room for each in (before[-1 - quarter], before[quarter])]
    drawn = " ".join(f"{'M' if at == 0 else 'L'}{x:.1f} {y:.1f}" for at, (x, y) in enumerate(points))
    x, y = points[-1]
    return Spark(drawn, round(band[0], 1), round(max(2.0, band[1] - band[0]), 1), round(x, 1), round(y, 1))


def _thinned(picture: Picture) -> list[tuple[int, int, int]]:
    """Posts, negative posts and accounts of each point that is drawn; of several put together, accounts are the most
    that any has, since they cannot be added."""
    points = picture.points
    together = max(1, -(-len(points) // _MOST_POINTS))
    groups = [points[first : first + together] for first in range(0, len(points), together)]
    return [
        (sum(each.posts for each in some), sum(each.negative for each in some), max(each.accounts for each in some))
        for some in groups
    ]


def _ceiling(most: int) -> float:
    """A round number at or above the highest point."""
    for step in (4, 10, 20, 40, 60, 100, 200, 400, 600, 1000, 2000, 4000, 6000, 10_000):
        if most <= step:
            return step
    return -(-most // 10_000) * 10_000.0


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _line(xs: Sequence[float], values: Sequence[float], top: float) -> str:
    drawn = [f"{x:.1f} {_y(min(value, top), top):.1f}" for x, value in zip(xs, values, strict=True)]
    return "M" + " L".join(drawn) if drawn else ""


def _area(xs: Sequence[float], values: Sequence[float], top: float) -> str:
    if not xs:
        return ""
    floor = HEIGHT - BOTTOM
    return f"M{xs[0]:.1f} {floor} L{_line(xs, values, top)[1:]} L{xs[-1]:.1f} {floor} Z"


def _moments(picture: Picture) -> list[tuple[datetime, str]]:
    """Where the time axis is marked, at whole hours or days of Beijing, and what is written there."""
    days = (picture.until - picture.since) / timedelta(days=1)
    step = timedelta(hours=3) if days <= 2 else timedelta(days=max(1, round(days / _TICKS)))
    form = "%H:%M" if days <= 2 else "%m-%d"
    local = picture.since.astimezone(BEIJING)
    at = local.replace(hour=local.hour // 3 * 3 if days <= 2 else 0, minute=0, second=0, microsecond=0) + step
    found = []
    while at < picture.until:
        found.append((at, at.strftime(form)))
        at += step
    return found


def width_of(grain: Grain) -> str:
    """What one point stands for, in Chinese."""
    return {Grain.FIVE_MINUTES: "5 分钟", Grain.HOUR: "1 小时", Grain.DAY: "1 天"}[grain]
