from datetime import UTC, datetime, timedelta

import pytest

from riskguard.delivery.schedule import LONGEST_REST, WAITS, rest_after, retry_after, wait_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _plain(low: float, high: float) -> float:
    return (low + high) / 2


@pytest.mark.parametrize(
    ("tries", "wait"),
    [
        pytest.param(1, timedelta(seconds=5), id="soon-after-the-first"),
        pytest.param(2, timedelta(minutes=5), id="then-minutes"),
        pytest.param(4, timedelta(hours=2), id="then-hours"),
        pytest.param(9, timedelta(hours=24), id="a-day-before-the-tenth"),
        pytest.param(10, None, id="the-tenth-is-the-last"),
        pytest.param(400, None, id="long-over"),
    ],
)
def test_waits_grow_and_end(tries: int, wait: timedelta | None) -> None:
    assert wait_after(tries, chance=_plain) == wait


def test_all_tries_take_about_three_days() -> None:
    assert sum(WAITS, timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)


def test_jitter_spreads_a_wait_by_a_fifth_either_way() -> None:
    earliest, latest = (wait_after(4, chance=pick) for pick in (min, max))
    assert (earliest, latest) == (timedelta(hours=1.6), timedelta(hours=2.4))


def test_an_endpoint_rests_longer_the_second_time_but_never_long() -> None:
    assert rest_after(1, chance=_plain) == timedelta(seconds=5)
    assert {rest_after(n, chance=max) for n in range(2, 40)} == {LONGEST_REST}


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        pytest.param(None, None, id="absent"),
        pytest.param("120", timedelta(seconds=120), id="seconds"),
        pytest.param(" 0 ", timedelta(0), id="at-once"),
        pytest.param("999999999999999999999", timedelta(days=1), id="capped-at-a-day"),
        pytest.param("Sun, 01 Mar 2026 12:10:00 GMT", timedelta(minutes=10), id="date"),
        pytest.param("Sun, 01 Mar 2026 12:10:00 -0000", timedelta(minutes=10), id="date-without-zone"),
        pytest.param("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0), id="date-gone-by"),
        pytest.param("Mon, 01 Mar 2027 12:00:00 GMT", timedelta(days=1), id="date-capped-at-a-day"),
        pytest.param("-5", None, id="negative-says-nothing"),
        pytest.param("soon", None, id="words-say-nothing"),
        pytest.param("٣", None, id="foreign-digits-say-nothing"),
        pytest.param("", None, id="empty"),
    ],
)
def test_retry_after(header: str | None, asked: timedelta | None) -> None:
    assert retry_after(header, at=NOW) == asked
