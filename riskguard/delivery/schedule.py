"""When a failed webhook is tried again: soon at first, then ever more rarely, for about three days."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The wait after the first failed try, after the second, ...; the tenth try is the last."""

JITTER = 0.2
LONGEST_REST = timedelta(minutes=5)
LONGEST_RETRY_AFTER = timedelta(days=1)

Chance = Callable[[float, float], float]
"""A number between two others, such as `random.uniform`."""


def wait_after(tries: int, *, chance: Chance = random.uniform) -> timedelta | None:
    """The wait after this many failed tries (1 or more), moved by up to a fifth either way; None after the last one."""
    if tries > len(WAITS):
        return None
    return WAITS[tries - 1] * chance(1 - JITTER, 1 + JITTER)


def rest_after(timeouts: int, *, chance: Chance = random.uniform) -> timedelta:
    """How long a whole endpoint is left alone after it ran out of time this often in a row."""
    return min(wait_after(timeouts, chance=chance) or LONGEST_REST, LONGEST_REST)


def retry_after(header: str | None, *, at: datetime) -> timedelta | None:
    """What a Retry-After header asks for, in seconds or as a date, at most a day; None where it says nothing usable."""
    if header is None:
        return None
    said = header.strip()
    asked = _seconds(said) if said.isascii() and said.isdigit() else _until_date(said, at=at)
    return None if asked is None else min(max(asked, timedelta(0)), LONGEST_RETRY_AFTER)


def _seconds(header: str) -> timedelta:
    longest = math.ceil(LONGEST_RETRY_AFTER.total_seconds())
    return timedelta(seconds=longest if len(header) > len(str(longest)) else int(header))


def _until_date(header: str, *, at: datetime) -> timedelta | None:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - at
