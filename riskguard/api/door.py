"""What every route needs: the house, who asks, what they may, and how answers are written."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import cast

from flask import Response, request

from riskguard.api.keyring import Keyring
from riskguard.api.limiter import Backlog, RateLimiter
from riskguard.api.meters import Meters
from riskguard.api.problems import UnusableMedia
from riskguard.api.steady import SteadyLine
from riskguard.bootstrap import House, callback_check, open_counter
from riskguard.domain.case import CaseStatus
from riskguard.domain.errors import InvalidInput, TooLarge
from riskguard.services.ports import Line

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SWITCH = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
WAITERS = 32
"""Requests that may be held open by `Prefer: wait` at once; the next is answered 202, so that threads stay free."""


class Door:
    """One per app."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        self.house = house
        self.waiters = BoundedSemaphore(WAITERS)
        self.line = cast("Line", SteadyLine(house.line))  # all of a line that requests use
        self.meters = Meters(house, self.line)
        self.check_callback = callback_check(settings)
        self._keyring = Keyring(house.begin)
        self._backlog = Backlog(self.line, limit=settings.max_waiting)
        self._limiter = RateLimiter(open_counter(settings, "rate"), per_minute=settings.rate_posts_per_minute)

    def community(self) -> str:
        """Who asks. NotAuthenticated without a valid key."""
        return self._keyring.community(request.headers.get("Authorization", ""))

    def actor(self) -> str:
        """The key of a request that `community` has let in, as the audit log names it."""
        return self._keyring.actor(request.headers.get("Authorization", ""))

    def pay(self, community: str, posts: int) -> None:
        """Count `posts` against the limits. TooManyRequests when there is no room."""
        self._backlog.check()
        self.count(community, posts)

    def count(self, community: str, texts: int) -> None:
        """Count `texts` that wait for no worker against the rate alone. TooManyRequests when they are too many."""
        self._limiter.pay(community, texts)


def sent_body() -> bytes:
    """The bytes of the request, without a byte order mark. 415 for what is not plain JSON, TooLarge over the limit.

    A body that comes in chunks tells no length in advance, and is cut at the limit while it is read.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnusableMedia("a compressed body is not read", hint="send it as it is, without Content-Encoding")
    if request.mimetype in _FORMS:
        raise UnusableMedia(f"{request.mimetype} is not read", hint="send 'Content-Type: application/json'")
    raw = request.get_data(cache=False)
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(raw) >= limit:
        raise TooLarge(f"the body is larger than {limit} bytes", hint="send smaller batches")
    return raw.removeprefix(BOM_UTF8)


def answer(body: Mapping[str, object], status: int = 200, **headers: str) -> Response:
    """A JSON answer; Chinese is written as itself. An underscore in a header's name stands for a hyphen."""
    shown = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json")
    for name, value in headers.items():
        shown.headers[name.replace("_", "-")] = value
    return shown


def whole_number(name: str, *, default: int, low: int, high: int) -> int:
    """A number of the query string; InvalidInput when it is none or out of range."""
    raw = request.args.get(name, "").strip()
    if not raw:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9 and low <= int(raw) <= high):
        raise InvalidInput(f"'{name}' should be a whole number from {low} to {high}", field=name)
    return int(raw)


def flag(name: str) -> bool:
    """Whether a switch of the query string is on, `?all_scores` or `?all_scores=1`; InvalidInput for other words."""
    raw = request.args.get(name, "false").lower()
    if raw not in _SWITCH:
        raise InvalidInput(f"'{name}' should be true or false", field=name)
    return _SWITCH[raw]


def wait_preference() -> float | None:
    """The seconds of `Prefer: wait=N`; None when there is no such wish or it is no number."""
    for wish in ",".join(request.headers.getlist("Prefer")).split(","):
        name, _, value = wish.split(";")[0].partition("=")
        value = value.strip().strip('"')
        if name.strip().lower() == "wait" and value.isascii() and value.isdigit() and len(value) <= 6:
            return float(value)
    return None


def wished_status() -> CaseStatus | None:
    """The wished status; open unless said otherwise, None for all."""
    word = request.args.get("status", CaseStatus.OPEN.value)
    if word == "all":
        return None
    try:
        return CaseStatus(word)
    except ValueError:
        raise InvalidInput(f"'{word}' is no status", field="status", hint="choose from open, decided, all") from None
