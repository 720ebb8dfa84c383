"""Whose key it is, remembered for a moment so that not every request costs a query."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from riskguard.domain.audit import named_key
from riskguard.domain.errors import NotAuthenticated
from riskguard.services.accounts import community_of, prefix_of
from riskguard.services.ports import Begin

REMEMBERED_S = 4.0
"""A revoked key stops working within this time. Unknown keys are never remembered."""

_SCHEME = "bearer "


class Keyring:
    """Answers which community a request speaks for."""

    def __init__(self, begin: Begin, *, now: Callable[[], float] = time.monotonic) -> None:
        self._begin = begin
        self._now = now
        self._known: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    def community(self, authorization: str) -> str:
        """The community whose key stands in an Authorization header. NotAuthenticated for any other header."""
        key = _key_in(authorization)
        name, until = self._known.get(key, ("", 0.0))
        if self._now() < until:
            return name
        return self._asked(key)

    def actor(self, authorization: str) -> str:
        """The key in the header as the audit log names it; it must have been found valid before."""
        return named_key(prefix_of(_key_in(authorization)))

    def _asked(self, key: str) -> str:
        now = self._now()
        try:
            name = community_of(key, begin=self._begin)
        except NotAuthenticated:
            with self._lock:
                self._known.pop(key, None)
            raise
        with self._lock:
            self._known[key] = (name, now + REMEMBERED_S)
        return name


def _key_in(authorization: str) -> str:
    if not authorization[: len(_SCHEME)].lower() == _SCHEME:
        raise NotAuthenticated("no API key came with the request", hint="send 'Authorization: Bearer rg_...'")
    return authorization[len(_SCHEME) :].strip()
