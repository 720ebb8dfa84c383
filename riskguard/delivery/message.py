"""An event as it goes over the wire: a body under 20 kB and the headers of Standard Webhooks 1.0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

from riskguard import __version__
from riskguard.domain.event import Event

BODY_LIMIT_BYTES = 20_000
USER_AGENT = f"riskguard/{__version__}"

_STEPS = ((1_000, 60), (300, 20), (100, 8), (40, 3))
"""Longest string and most entries, tried in turn until a body fits."""


def rendered(event: Event) -> str:
    """The body: compact JSON. One that is too large loses its weakest labels, last entries and the ends of its long
    strings, and says `"trimmed": true`; what names the post is kept whole."""
    body = _body(event, event.data)
    if _fits(body):
        return body
    for chars, entries in _STEPS:
        data = {key: value if key == "post" else _shrunk(value, chars, entries) for key, value in event.data.items()}
        body = _body(event, {**data, "trimmed": True})
        if _fits(body):
            return body
    return _body(event, {"post": _shrunk(event.data.get("post"), 200, 8), "trimmed": True})


def signed(event_id: str, body: str, *, key: Webhook, at: datetime) -> dict[str, str]:
    """The headers of one try made at `at`: its id, time and signature."""
    moment = at.astimezone(UTC)
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": key.sign(event_id, moment, body),
    }


def _body(event: Event, data: Mapping[str, object]) -> str:
    whole = {
        "type": event.type.value,
        "timestamp": event.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    body = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return body if _encodable(body) else json.dumps(whole, separators=(",", ":"))


def _encodable(body: str) -> bool:
    try:
        body.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fits(body: str) -> bool:
    return len(body) * 4 < BODY_LIMIT_BYTES or len(body.encode()) < BODY_LIMIT_BYTES


def _shrunk(value: object, chars: int, entries: int) -> object:
    match value:
        case str():
            return value if len(value) <= chars else value[:chars] + "…"
        case Mapping():
            return {key: _shrunk(value[key], chars, entries) for key in _kept(value, entries)}
        case list() | tuple():
            return [_shrunk(each, chars, entries) for each in value[:entries]]
    return value


def _kept(mapping: Mapping[str, object], entries: int) -> list[str]:
    """The first keys, or where all values are numbers (scores), those of the highest."""
    keys = list(mapping)
    if all(isinstance(value, int | float) for value in mapping.values()):
        keys.sort(key=lambda key: mapping[key], reverse=True)  # type: ignore[arg-type, return-value]
    return keys[:entries]
