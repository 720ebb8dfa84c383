"""One request and its answer over a connection that is kept for the next one."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from riskguard.delivery.guard import Connection, Guard, Target, connection_to

ANSWER_BYTES = 4096
"""As much of an answer as is read; a connection with a longer one is closed."""

_LEAST_S = 0.001
"""A socket's timeout of 0 would mean not to wait at all."""

IDLE_S = 30.0
"""A connection unused for longer is not trusted to be open still."""


class TimeIsUp(Exception):
    """The whole try took longer than it may, however busy the line was."""


class CutOff(Exception):
    """The try was ended from this side, because the process leaves."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an endpoint answered; of the body its first ANSWER_BYTES."""

    status: int
    retry_after: str | None
    body: bytes = b""


class Watch:
    """Cuts connections whose try has run out of time; looks about every half second."""

    def __init__(self) -> None:
        self._until: dict[Connection, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="webhook-watch", daemon=True)
        self._thread.start()

    @contextmanager
    def over(self, connection: Connection, *, until: float) -> Iterator[None]:
        """The block, ended with TimeIsUp if it fails after its time, and with CutOff if it fails after `close`."""
        self._until[connection] = until
        try:
            if self._stop.is_set():
                raise CutOff
            yield
        except Exception:
            if self._stop.is_set():
                raise CutOff from None
            if time.monotonic() >= until:
                raise TimeIsUp from None
            raise
        finally:
            del self._until[connection]

    def close(self) -> None:
        """Cut every try that still runs, and stop looking."""
        self._stop.set()
        self._thread.join()
        for connection in list(self._until):
            connection.cut()

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            now = time.monotonic()
            for connection, until in list(self._until.items()):
                if now >= until:
                    connection.cut()


class Wire:
    """Connections to one origin. Not more than one thread may use each at a time, so they are taken and put back."""

    def __init__(self, target: Target, *, guard: Guard, watch: Watch, timeout_s: float, tls: ssl.SSLContext) -> None:
        self._target = target
        self._guard = guard
        self._watch = watch
        self._timeout_s = timeout_s
        self._tls = tls
        self._idle: list[Connection] = []

    def post(self, path: str, *, body: bytes, headers: Mapping[str, str]) -> Said:
        """Send once. Redirects are not followed and no proxy is asked. A kept connection that turns out to be closed is
        replaced within the same time.

        When there is no answer: ForbiddenAddress, TimeIsUp, CutOff, OSError, http.client.HTTPException or urllib3's
        HTTPError.
        """
        until = time.monotonic() + self._timeout_s
        kept = self._kept()
        if kept is not None:
            with suppress(ConnectionError):  # closed by the other side before it read us: says nothing about it
                return self._exchange(kept, path, body, headers, until=until)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeIsUp
        fresh = connection_to(self._target, self._guard, timeout_s=left, tls=self._tls)
        return self._exchange(fresh, path, body, headers, until=until)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().drop()

    def _kept(self) -> Connection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread took the last one
                return None
            if time.monotonic() - connection.used_at < IDLE_S and connection.is_connected:
                return connection
            connection.drop()
        return None

    def _exchange(
        self, connection: Connection, path: str, body: bytes, headers: Mapping[str, str], *, until: float
    ) -> Said:
        reusable = False
        connection.timeout = max(_LEAST_S, until - time.monotonic())
        try:
            with self._watch.over(connection, until=until):
                connection.request("POST", path, body, headers, preload_content=False, decode_content=False)
                answer = connection.getresponse()
                said = answer.read(ANSWER_BYTES)
            reusable = answer.closed and not connection.is_closed
            if not reusable:
                answer.close()
        finally:
            if reusable:
                connection.used_at = time.monotonic()
                self._idle.append(connection)
            else:
                connection.drop()
        return Said(answer.status, answer.headers.get("retry-after"), said)
