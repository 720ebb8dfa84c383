"""The embedded Redis as one of the supervised parts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from riskguard.domain.errors import NotReady
from riskguard.queue.embedded import EmbeddedRedis, start_redis

PAUSE_S = 2.0


class RedisPart:
    """Started at once, because others need its URL; started again at the same URL when it dies."""

    name = "redis"

    def __init__(self, folder: Path, *, say: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._say = say
        self._server: EmbeddedRedis = start_redis(folder)
        self._try_again_at = 0.0

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.url

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._server.process.pid if self._server.process.poll() is None else None

    def start(self) -> None:
        """It runs already."""

    def keep_alive(self) -> bool:
        """Start the server again if it has died; True on a start."""
        now = time.monotonic()
        if self.pid is not None or now < self._try_again_at:
            return False
        self._say(self.name, f"died (exit code {self._server.process.returncode}); starting it again")
        self._try_again_at = now + PAUSE_S
        self._server.stop()
        try:
            self._server = start_redis(self._folder)
        except NotReady as error:
            self._say(self.name, str(error))
            return False
        return True

    def ask_to_stop(self) -> None:
        """SIGTERM: it writes its file and ends."""
        if self.pid is not None:
            self._server.process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait until the monotonic time `deadline`, then kill."""
        self._server.stop(timeout_s=max(0.1, deadline - time.monotonic()))
