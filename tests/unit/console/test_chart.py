"""Charts as numbers: what is drawn lies inside the picture, and a page with little data draws little."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from riskguard.console.chart import HEIGHT, WIDTH, spark, timeline
from riskguard.domain.opinion import Grain, Series, SeriesKind, Surge
from riskguard.services.opinion.picture import Index, Picture, Point
from tests.unit.services.opinion.samples import NOW

DAY = timedelta(days=1)


def drawn(points: tuple[Point, ...], surges: tuple[Surge, ...] = ()) -> Picture:
    nothing = Index("sameness", None, (), ())
    return Picture(
        community="forum",
        scene=None,
        since=NOW - DAY,
        until=NOW,
        grain=Grain.FIVE_MINUTES,
        points=points,
        posts=sum(point.posts for point in points),
        accounts=0,
        posts_before=0,
        accounts_before=0,
        copies=0,
        tallies={"sentiment": {}},
        moods={},
        moods_before={},
        topics=(),
        surges=surges,
        sameness=nothing,
        health=nothing,
    )


def points(counts: list[int]) -> tuple[Point, ...]:
    start = NOW - DAY
    return tuple(
        Point(start + at * Grain.FIVE_MINUTES.width, count, count, count // 2, 0) for at, count in enumerate(counts)
    )


def numbers(path: str) -> list[float]:
    return [float(each) for each in re.findall(r"[\d.]+", path)]


@pytest.mark.parametrize("counts", [[], [0], [5] * 288, [0] * 287 + [12_345]], ids=["none", "one", "flat", "peak"])
def test_all_that_is_drawn_lies_inside(counts: list[int]) -> None:
    chart = timeline(drawn(points(counts)))
    for path in (chart.posts, chart.negative, chart.accounts):
        found = numbers(path)
        assert all(0 <= x <= WIDTH for x in found[::2])
        assert all(0 <= y <= HEIGHT for y in found[1::2])


def test_a_surge_from_before_begins_at_the_edge() -> None:
    surge = Surge(
        "srg", "forum", Series(SeriesKind.VOLUME), NOW - 3 * DAY, NOW - 3 * DAY, NOW - DAY / 2, 60, 9, 1.0, 9.0
    )
    (band,) = timeline(drawn(points([1] * 288), (surge,))).bands
    assert (round(band.x), round(band.width)) == (44, 534)


def test_flags_do_not_cover_one_another_and_every_surge_has_its_band() -> None:
    surges = tuple(
        Surge(f"srg_{at}", "forum", Series(SeriesKind.VOLUME), NOW - ago, NOW - ago, NOW, 60, 9, 1.0, 9.0)
        for at, ago in enumerate([DAY / 2, DAY / 2 - DAY / 200, DAY / 4])
    )
    bands = timeline(drawn(points([1] * 288), surges)).bands
    assert [(band.number, band.flagged) for band in bands] == [(1, True), (2, False), (3, True)]


def test_the_axis_names_hours_of_beijing() -> None:
    assert [tick.words for tick in timeline(drawn(points([1] * 288))).hours] == [
        "15:00",
        "18:00",
        "21:00",
        "00:00",
        "03:00",
        "06:00",
        "09:00",
        "12:00",
    ]


def test_a_spark_needs_two_days_and_shows_where_days_usually_lie() -> None:
    assert spark([]) is None
    assert spark([1.0]) is None
    line = spark([1, 1, 1, 1, 5])
    assert line is not None
    assert line.last_y < line.low
