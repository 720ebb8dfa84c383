"""The supervisor with real, tiny children."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from riskguard.up.child import Child
from riskguard.up.supervisor import Supervisor

SLEEPER = [sys.executable, "-S", "-c", "import time; print('here', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-S",
    "-c",
    "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
]


class Ear:
    """Keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def heard(self, words: str) -> bool:
        return any(words in line for _, line in self.lines)


def until(claim: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.02)
    return claim()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_is_started_again_and_said_so(tmp_path: Path) -> None:
    ear = Ear()
    pids = tmp_path / "pids.json"
    supervisor = Supervisor([Child("one", SLEEPER, os.environ, ear)], pids_file=pids, say=ear)
    seen: list[int] = []

    def kill_and_look() -> None:
        until(lambda: ear.heard("here"))
        seen.append(json.loads(pids.read_text())["one"])
        os.kill(seen[0], signal.SIGKILL)
        until(lambda: pids.exists() and json.loads(pids.read_text() or "{}").get("one") not in {None, seen[0]})
        seen.append(json.loads(pids.read_text())["one"])
        supervisor.ask_to_stop()

    supervisor.run(meanwhile=kill_and_look)

    assert seen[0] != seen[1]
    assert ear.heard("died (SIGKILL)")
    assert not any(alive(pid) for pid in seen)
    assert not pids.exists()


def test_an_end_comes_by_signal_and_takes_every_child_along(tmp_path: Path) -> None:
    ear = Ear()
    children = [Child(name, SLEEPER, os.environ, ear) for name in ("one", "two")]
    supervisor = Supervisor(children, pids_file=tmp_path / "pids.json", say=ear)

    def end() -> None:
        until(lambda: len(ear.lines) >= 2)
        os.kill(os.getpid(), signal.SIGTERM)

    started = time.monotonic()
    supervisor.run(meanwhile=end)

    assert time.monotonic() - started < 8
    assert [child.pid for child in children] == [None, None]
    assert ear.heard("stopped in")


def test_a_child_that_will_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskguard.up.supervisor.STOP_WITHIN_S", 0.5)
    ear = Ear()
    first, stubborn = Child("first", SLEEPER, os.environ, ear), Child("stubborn", STUBBORN, os.environ, ear)
    supervisor = Supervisor([first, stubborn], pids_file=tmp_path / "pids.json", say=ear)

    def end() -> None:
        until(lambda: len(ear.lines) >= 2)
        supervisor.ask_to_stop()

    supervisor.run(meanwhile=end)

    assert ("stubborn", "did not stop in time and was killed") in ear.lines
    assert stubborn.pid is None


def test_the_pause_before_a_restart_doubles_while_a_child_keeps_dying() -> None:
    ear = Ear()
    child = Child("brief", [sys.executable, "-S", "-c", "raise SystemExit(3)"], os.environ, ear)
    child.start()

    def announced() -> int:
        child.keep_alive()
        return len(ear.lines)

    assert until(lambda: announced() >= 3)
    assert [line for _, line in ear.lines[:3]] == [
        "died (exit code 3); starting it again in 0.2 s",
        "died (exit code 3); starting it again in 0.4 s",
        "died (exit code 3); starting it again in 0.8 s",
    ]
