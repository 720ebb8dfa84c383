"""How much one community may send, and how much may wait. A limiter that cannot count lets posts pass."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from riskguard.domain.errors import TooManyRequests
from riskguard.services.ports import Line

_log = logging.getLogger(__name__)

_SEEN_FOR_S = 1.0
_SILENT_FOR_S = 5.0
_BACKLOG_PAUSE_S = 5.0


class RateLimiter:
    """Posts per community and minute, counted in a sliding window that all API processes share through Redis."""

    def __init__(self, storage: Storage, *, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._strategy = SlidingWindowCounterRateLimiter(storage)
        self._now = now
        self._silent_until = 0.0

    def pay(self, community: str, posts: int) -> None:
        """Count `posts`. TooManyRequests when they do not fit in the window; nothing is counted then."""
        if posts > self._item.amount:
            raise TooManyRequests(
                f"{posts} posts at once are more than the {self._item.amount} of a whole minute",
                retry_after_s=60,
                hint="send smaller batches",
            )
        if self._now() < self._silent_until:
            return
        try:
            allowed = self._strategy.hit(self._item, community, cost=posts)
            retry_after_s = 0.0 if allowed else self._until_free(community, posts)
        except Exception as error:  # whatever Redis raises: the database is the truth, so posts pass
            self._silent_until = self._now() + _SILENT_FOR_S
            _log.warning("the rate limiter cannot count, so posts pass: %s", error)
            return
        if not allowed:
            raise TooManyRequests(
                f"more than {self._item.amount} posts in a minute", retry_after_s=retry_after_s, hint="slow down"
            )

    def _until_free(self, community: str, posts: int) -> float:
        """Seconds until `posts` fit again, if nothing else is sent; the window slides evenly."""
        stats = self._strategy.get_window_stats(self._item, community)
        missing = max(1, posts - stats.remaining)
        return min(60.0, max(1.0, missing * 60.0 / self._item.amount))


class Backlog:
    """Refuses posts while too many wait; the length of the line is looked at once a second."""

    def __init__(self, line: Line, *, limit: int, now: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._limit = limit
        self._now = now
        self._waiting = 0
        self._until = 0.0

    def check(self) -> None:
        """TooManyRequests while more than the limit wait."""
        if self._now() >= self._until:
            self._until = self._now() + _SEEN_FOR_S  # already while it is looked at: one request asks for all
            self._waiting = self._looked()
        if self._waiting >= self._limit:
            raise TooManyRequests(
                f"{self._waiting} posts wait for a worker already",
                retry_after_s=_BACKLOG_PAUSE_S,
                hint="send them later, or start more workers",
            )

    def _looked(self) -> int:
        try:
            return self._line.waiting()
        except Exception as error:  # whatever the transport raises: the sweep empties the backlog later
            _log.warning("the line cannot be measured, so posts pass: %s", error)
            return 0
