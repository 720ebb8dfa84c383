"""Keeps a set of children alive until it is asked to stop, then ends them in order."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

STOP_WITHIN_S = 8.0
LOOK_EVERY_S = 0.1


class Part(Protocol):
    """What is kept alive: a child process or the embedded Redis."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def keep_alive(self) -> bool: ...
    def ask_to_stop(self) -> None: ...
    def wait_or_kill(self, deadline: float) -> None: ...


class Supervisor:
    """Keeps parts alive. A `foundation` is what the others stand on: it is started first and stopped last."""

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        pids_file: Path,
        say: Callable[[str, str], None],
        foundation: Part | None = None,
    ) -> None:
        self._foundation = [foundation] if foundation else []
        self._parts = [*self._foundation, *parts]
        self._pids_file = pids_file
        self._say = say
        self._stopping = False

    def ask_to_stop(self, *_: object) -> None:
        """End everything soon. A plain flag, since a signal handler must not take a lock."""
        self._stopping = True

    def wait(self, timeout_s: float) -> bool:
        """Pause; True when an end was asked for meanwhile."""
        deadline = time.monotonic() + timeout_s
        while not self._stopping and time.monotonic() < deadline:
            time.sleep(min(LOOK_EVERY_S, timeout_s))
        return self._stopping

    def run(self, *, meanwhile: Callable[[], None]) -> None:
        """Start all parts and keep them alive until asked to stop. `meanwhile` runs once, in a thread beside."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        previous = {number: signal.signal(number, self.ask_to_stop) for number in signals}
        try:
            for part in self._parts:
                part.start()
            self._write_pids()
            threading.Thread(target=meanwhile, daemon=True).start()
            while not self.wait(LOOK_EVERY_S):
                started = [part.name for part in self._parts if part.keep_alive()]
                if started:
                    self._write_pids()
        finally:
            self._stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self) -> None:
        """End all parts: all that stand on another at once, and last the one that they stand on."""
        started = time.monotonic()
        others = [part for part in self._parts if part not in self._foundation]
        for group in (others, self._foundation):
            for part in group:
                part.ask_to_stop()
            deadline = time.monotonic() + STOP_WITHIN_S
            for part in group:
                part.wait_or_kill(deadline)
        self._pids_file.unlink(missing_ok=True)
        self._say("up", f"stopped in {time.monotonic() - started:.1f} s; every accepted post is in the database")

    def _write_pids(self) -> None:
        running = {part.name: part.pid for part in self._parts if part.pid is not None}
        self._pids_file.write_text(json.dumps(running) + "\n", encoding="utf-8")


class Voice:
    """Prints lines of all children under their names, one at a time, in colour on a terminal."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._colour = sys.stdout.isatty()

    def __call__(self, name: str, line: str) -> None:
        """One line under `name`."""
        shown = f"{name:>10} │ {line}"
        if self._colour:
            shown = f"\x1b[{31 + sum(map(ord, name)) % 6}m{name:>10} │\x1b[0m {line}"
        with self._lock:
            sys.stdout.write(shown + "\n")
            sys.stdout.flush()
