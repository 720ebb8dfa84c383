"""The server as `riskguard api` starts it: one real process on a real port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from riskguard.domain.errors import NotReady
from riskguard.settings import Settings
from riskguard.web import serve

SERVE = """
import sys
from riskguard.settings import Settings
from riskguard.web import serve
serve(Settings.load(), host="127.0.0.1", port=int(sys.argv[1]))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str, accept: str = "application/json") -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read()
    finally:
        connection.close()


def until(claim: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        try:
            if claim():
                return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(sqlite_template: Path, tmp_path: Path, redis_url: str) -> Iterator[Start]:
    """Starts the server on a port with a database and a Redis; it is gone after the test."""
    (tmp_path / "riskguard.db").write_bytes(sqlite_template.read_bytes())
    processes: list[subprocess.Popen[str]] = []

    def started(port: int, **more: str) -> subprocess.Popen[str]:
        environ = os.environ | {"RISKGUARD_DATA_DIR": str(tmp_path), "RISKGUARD_REDIS_URL": redis_url} | more
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)], env=environ, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def test_it_serves_leads_people_to_the_console_and_stops_in_time(start: Start) -> None:
    port = free_port()
    process = start(port)
    assert until(lambda: get(port, "/readyz")[0] == 200)
    assert get(port, "/", "text/html,*/*;q=0.8")[:2] == (302, "/console/")
    status, _, index = get(port, "/")
    assert (status, json.loads(index)["docs"]) == (200, "/v1/docs")
    assert get(port, "/console/")[0] in (200, 302)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_a_server_whose_parent_was_killed_lets_the_port_go(start: Start) -> None:
    port = free_port()
    process = start(port)
    assert until(lambda: get(port, "/healthz")[0] == 200)
    process.kill()
    process.wait()

    def port_is_free() -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return True

    assert until(port_is_free, timeout_s=10)


def test_a_missing_part_is_one_clear_line(start: Start) -> None:
    process = start(free_port(), RISKGUARD_REDIS_URL="")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "riskguard: no Redis is named" in said
    assert "Traceback" not in said


def test_a_taken_port_is_said_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(NotReady, match="cannot listen on") as refused:
            serve(Settings(), port=other.getsockname()[1])
    assert "--port" in refused.value.hint


def test_an_address_of_another_machine_is_said_too() -> None:
    with pytest.raises(NotReady, match="cannot listen on") as refused:
        serve(Settings(), host="192.0.2.1", port=free_port())
    assert "--host" in refused.value.hint
