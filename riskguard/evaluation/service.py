"""A running service, started as a user would start it, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from riskguard.domain.errors import NotReady

HOST = "127.0.0.1"
READY_WITHIN_S = 120.0
STOP_WITHIN_S = 30.0
RISKGUARD = (sys.executable, "-m", "riskguard")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `riskguard admin create-community` shows once."""

    community: str
    key: str
    webhook_secret: str


class Service:
    """`riskguard up` as a child process; use it as a context manager. Its lines go to `data_dir`/up.log.

    It stands on an SQLite file and a Redis of its own, whatever our environment names; callbacks to this machine are
    allowed. Entering raises NotReady, with the last lines, when it does not come up.
    `options` are more words for `up`, such as '--demo'.
    """

    def __init__(
        self, data_dir: Path, *, workers: int, environ: Mapping[str, str] | None = None, options: Sequence[str] = ()
    ) -> None:
        self.data_dir = data_dir
        self.port = _free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._workers = workers
        self._options = tuple(options)
        self._log = data_dir / "up.log"
        self._environ = {
            **os.environ,
            "RISKGUARD_DATABASE_URL": "",
            "RISKGUARD_REDIS_URL": "",
            **(environ or {}),
            "RISKGUARD_DATA_DIR": str(data_dir),
            "RISKGUARD_CALLBACK_NETWORKS": "127.0.0.0/8",
        }
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        words = ["up", "--data-dir", str(self.data_dir), "--host", HOST, "--port", str(self.port)]
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [*RISKGUARD, *words, "--workers", str(self._workers), *self._options],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environ,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def create_community(self, name: str, *, webhook_url: str) -> Credentials:
        """A community with a key, whose events go to `webhook_url`."""
        shown = self._admin("create-community", name)
        self._admin("set-webhook", name, webhook_url)
        return Credentials(name, _after("API key:", shown), _after("webhook secret:", shown))

    def pids(self) -> dict[str, int]:
        """The processes of the service by their names."""
        try:
            pids: dict[str, int] = json.loads((self.data_dir / "pids.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):  # not written yet, or being written
            return {}
        return pids

    def kill(self, name: str) -> int:
        """End one process of the service at once, as a crash would; its id."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def last_lines(self, count: int = 15) -> str:
        """The end of what the service said."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])

    def _admin(self, *words: str) -> str:
        done = subprocess.run(
            [*RISKGUARD, "admin", *words], env=self._environ, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise NotReady(f"riskguard admin {words[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def _wait_until_ready(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + READY_WITHIN_S
        with PoolManager(retries=False, timeout=5) as pool:
            while time.monotonic() < deadline and self._child.poll() is None:
                try:
                    if pool.request("GET", f"{self.url}/readyz").status == 200:
                        return
                except HTTPError:
                    pass
                time.sleep(0.2)
        raise NotReady(f"the service did not come up; its last lines:\n{self.last_lines()}")

    def end(self, number: signal.Signals = signal.SIGINT) -> None:
        """Ask it to stop by this signal, and wait until it has."""
        if self._child is None or self._child.poll() is not None:
            return
        self._child.send_signal(number)
        try:
            self._child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def _after(words: str, shown: str) -> str:
    found = re.search(re.escape(words) + r"\s+(\S+)", shown)
    if found is None:
        raise NotReady(f"'riskguard admin' showed no '{words}'")
    return found.group(1)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])
