"""One supervised process: started, its lines shown under its name, started again when it dies."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 15.0
STEADY_AFTER_S = 30.0


@dataclass(slots=True)
class Child:
    """A command that must always run. `say` prints one line under the child's name."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    say: Callable[[str, str], None]
    process: subprocess.Popen[str] | None = None
    _started_at: float = 0.0
    _restart_at: float = 0.0
    _pause_s: float = field(default=FIRST_PAUSE_S)

    def start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches only the supervisor."""
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            bufsize=1,
            start_new_session=True,
        )
        self._started_at = time.monotonic()
        threading.Thread(target=self._show, args=(self.process,), daemon=True).start()

    def _show(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.say(self.name, line.rstrip())

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def keep_alive(self) -> bool:
        """Start the process again if it has died, after a pause that doubles while it keeps dying; True on a start."""
        if self.pid is not None:
            return False
        now = time.monotonic()
        if self._restart_at == 0.0:
            self._note_death(now)
        if now < self._restart_at:
            return False
        self._restart_at = 0.0
        self.start()
        return True

    def _note_death(self, now: float) -> None:
        assert self.process is not None
        if now - self._started_at > STEADY_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        self.say(self.name, f"died ({_manner(self.process.returncode)}); starting it again in {self._pause_s:.1f} s")
        self._restart_at = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def ask_to_stop(self) -> None:
        """SIGTERM, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait until the monotonic time `deadline`, then kill; says so when it had to."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(self.name, "did not stop in time and was killed")
            self.process.kill()
            self.process.wait()


def _manner(returncode: int) -> str:
    if returncode >= 0:
        return f"exit code {returncode}"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"
