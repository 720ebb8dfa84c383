"""Durations, clock times, moments and zones as people write them in YAML."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yaml.nodes import ScalarNode

from riskguard.policy.document import Document, written_as
from riskguard.policy.entry import Entries

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(?:\d{1,6}[smhd])+")
_PART = re.compile(r"(\d+)([smhd])")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
LONGEST = timedelta(days=3650)


def parsed_duration(text: str) -> timedelta | None:
    """'90s', '1h30m', '2d'; None for anything else."""
    if not _DURATION.fullmatch(text):
        return None
    parts = _PART.findall(text)
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta(0))


def written_duration(length: timedelta) -> str:
    """As people write it: '1h30m'; '0s' for nothing."""
    left, parts = int(length.total_seconds()), []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def duration(
    document: Document, entries: Entries, key: str, default: timedelta, *, low: timedelta = timedelta(0)
) -> timedelta:
    """The duration under `key`; the default where there is none, or after a fault."""
    if key not in entries:
        return default
    node = entries[key][1]
    text = node.value if isinstance(node, ScalarNode) else ""
    found = parsed_duration(text)
    if found is None:
        document.fault(node, f"'{key}' must be a duration, this is {written_as(node)}", "such as 30s, 5m, 4h or 1h30m")
        return default
    if not low <= found <= LONGEST:
        document.fault(node, f"'{key}' must be at least {low.total_seconds():.0f} s and at most ten years")
        return default
    return found


def clock_time(document: Document, entries: Entries, key: str) -> time | None:
    """The time of day under `key`, quoted or not; None after a fault."""
    if key not in entries:
        return None
    node = entries[key][1]
    found = _CLOCK.fullmatch(node.value) if isinstance(node, ScalarNode) else None
    if found is None:
        document.fault(node, f"'{key}' must be a time of day, this is {written_as(node)}", 'such as "22:30"')
        return None
    return time(int(found[1]), int(found[2]))


def moment(document: Document, entries: Entries, key: str) -> datetime | None:
    """The moment under `key`, which names its offset; None where there is none, or after a fault."""
    if key not in entries:
        return None
    node = entries[key][1]
    try:
        found = datetime.fromisoformat(node.value) if isinstance(node, ScalarNode) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        hint = "write the offset: 2026-11-27T22:30+08:00"
        document.fault(node, f"'{key}' must be a moment, this is {written_as(node)}", hint)
        return None
    return found


def zone(document: Document, entries: Entries, key: str) -> ZoneInfo | None:
    """The time zone named under `key`; None after a fault."""
    if key not in entries:
        return None
    node = entries[key][1]
    name = document.text(node, f"'{key}'")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        document.fault(node, f"unknown time zone '{name}'", "such as Asia/Shanghai")
        return None
