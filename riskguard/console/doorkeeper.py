"""How often one may try to sign in, and how many may try at once: a password costs time and memory to check."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import BoundedSemaphore
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from riskguard.console import wording
from riskguard.domain.errors import TooManyRequests

ATTEMPTS: RateLimitItem = RateLimitItemPerMinute(5, 5)
"""Failed sign-ins that one address may make for one name."""
STRAYS: RateLimitItem = RateLimitItemPerMinute(30, 5)
"""Failed sign-ins that one address may make for all names together; an office behind one address makes some, too."""
AT_ONCE = 8
"""Sign-ins that are worked on at once; the threads that serve them serve the API too."""
_BUSY_PAUSE_S = 2.0
_NAME_DIGITS = 24
"""Hex digits that stand for a name where it is counted: people type telephone numbers there."""
_HOME_BITS = 64
"""What one household or server gets of IPv6: it has more addresses than could ever be counted."""

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Doorkeeper:
    """Counts failed sign-ins; shared between processes where `storage` is, and in this one while it does not answer."""

    def __init__(self, storage: Storage) -> None:
        self._shared = MovingWindowRateLimiter(storage)
        self._spare = MovingWindowRateLimiter(MemoryStorage())
        self._room = BoundedSemaphore(AT_ONCE)

    @contextmanager
    def attempt(self, name: str, address: str) -> Iterator[None]:
        """Around one attempt: it counts unless the block ends well, which clears what was counted for the name.

        TooManyRequests when there were too many, or when too many are under way.
        """
        home, name = _home(address), sha256(name.encode()).hexdigest()[:_NAME_DIGITS]
        if not self._room.acquire(blocking=False):
            raise TooManyRequests(wording.BUSY_DOOR, retry_after_s=_BUSY_PAUSE_S)
        try:
            admitted = self._ask(lambda limiter: limiter.test(STRAYS, home) and limiter.hit(ATTEMPTS, name, home))
            if not admitted:
                raise TooManyRequests(wording.CLOSED_DOOR, retry_after_s=ATTEMPTS.get_expiry())
            try:
                yield
            except BaseException:
                self._ask(lambda limiter: limiter.hit(STRAYS, home))
                raise
            self._ask(lambda limiter: limiter.clear(ATTEMPTS, name, home))
        finally:
            self._room.release()

    def _ask(self, question: Callable[[MovingWindowRateLimiter], T]) -> T:
        try:
            return question(self._shared)
        except StorageError as error:
            _log.warning("sign-ins are counted in this process only: %s", error)
            return question(self._spare)


def _home(address: str) -> str:
    """The address as it is counted: of IPv6 its network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, _HOME_BITS), strict=False)) if found.version == 6 else address
