"""The line as requests use it: a Redis that hangs is paid for once, not by every request."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from riskguard.domain.errors import NotReady
from riskguard.domain.line import Ticket
from riskguard.services.ports import Line

REST_S = 2.0
"""How long a line that failed is left alone. What is not put in line meanwhile is found by the sweep."""

T = TypeVar("T")


class SteadyLine:
    """Passes on to `line`; after a failure, NotReady at once until it has rested."""

    def __init__(self, line: Line, *, now: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._now = now
        self._rests_until = 0.0

    def submit(self, tickets: Sequence[Ticket]) -> int:
        """See Line."""
        return self._tried(lambda: self._line.submit(tickets))

    def wait_for(self, post_id: str, *, timeout_s: float) -> bool:
        """See Line."""
        return self._tried(lambda: self._line.wait_for(post_id, timeout_s=timeout_s))

    def waiting(self) -> int:
        """See Line."""
        return self._tried(self._line.waiting)

    def _tried(self, call: Callable[[], T]) -> T:
        if self._now() < self._rests_until:
            raise NotReady("the line failed a moment ago", hint="is Redis up?")
        try:
            return call()
        except Exception:
            self._rests_until = self._now() + REST_S
            raise
