"""The roles of compose.yaml as plain commands, each on its own, on PostgreSQL and a Redis that others started."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from riskguard.evaluation.receiver import Receiver
from tests.fixtures.database import Cluster

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.service]

COMPOSE = yaml.safe_load((Path(__file__).parents[2] / "compose.yaml").read_text("utf-8"))
COMMANDS = {name: service["command"] for name, service in COMPOSE["services"].items() if "command" in service}
ROLES = ("api", "worker", "messenger", "scheduler")


@pytest.fixture
def environ(postgres_cluster: Cluster, redis_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the roles are told: an empty PostgreSQL database, a Redis, a secret."""
    postgres_cluster.run("CREATE DATABASE roles TEMPLATE template0")
    yield os.environ | {
        "RISKGUARD_DATABASE_URL": postgres_cluster.url("roles"),
        "RISKGUARD_REDIS_URL": redis_url,
        "RISKGUARD_SECRET_KEY": "k" * 48,
        "RISKGUARD_DATA_DIR": str(tmp_path / "never-used"),
        "RISKGUARD_CALLBACK_NETWORKS": "127.0.0.0/8",
    }
    postgres_cluster.run("DROP DATABASE roles WITH (FORCE)")


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def roles(environ: dict[str, str], port: int, tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All roles running, started at once: whoever comes first makes the tables."""
    words = {name: [str(word) for word in COMMANDS[name]] for name in ROLES}
    words["api"] = ["api", "--port", str(port)]
    running = {}
    for name in ROLES:
        with (tmp_path / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "riskguard", *words[name]]
            running[name] = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
    yield running
    for process in running.values():
        process.kill()
        process.wait()


def test_roles_on_postgresql_judge_call_back_and_leave(
    roles: dict[str, subprocess.Popen[bytes]], environ: dict[str, str], port: int, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{port}"
    await_ready(url, roles)
    made = admin(environ, "create-community", "roles")
    key = re.search(r"rg_\S+", made)
    secret = re.search(r"whsec_\S+", made)
    assert key is not None
    assert secret is not None
    with Receiver(secret.group()) as platform:
        admin(environ, "set-webhook", "roles", platform.url)
        answers = [send(url, key.group(), number) for number in range(20)]
        assert {status for status, _ in answers} == {200}
        assert answers[7][1]["verdict"]["labels"]["pii.mobile"] > 0.9
        deadline = time.monotonic() + 20
        while platform.tally.received < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (len(platform.tally.ids), platform.tally.bad_signatures) == (20, 0)
    with psycopg.connect(environ["RISKGUARD_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM verdicts").fetchone() == (20,)
    for process in roles.values():
        process.send_signal(signal.SIGTERM)
    assert {name: process.wait(timeout=10) for name, process in roles.items()} == dict.fromkeys(ROLES, 0)
    assert not (tmp_path / "never-used").exists()


@pytest.mark.parametrize("role", ["api", "worker", "scheduler"])
def test_a_role_without_its_parts_says_so_in_one_line(role: str, environ: dict[str, str]) -> None:
    def said(**changed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "riskguard", role],
            env=environ | changed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    assert "riskguard: no Redis" in said(RISKGUARD_REDIS_URL="redis://127.0.0.1:1/0")
    silent = said(RISKGUARD_DATABASE_URL="postgresql://someone:hidden@127.0.0.1:1/none")
    assert "hint:" in silent
    assert "hidden" not in silent


def await_ready(url: str, roles: dict[str, subprocess.Popen[bytes]]) -> None:
    """Until the API answers that all parts are there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and all(process.poll() is None for process in roles.values()):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"not ready: { {name: process.poll() for name, process in roles.items()} }")


def admin(environ: dict[str, str], *words: str) -> str:
    """What `riskguard admin` prints."""
    command = [sys.executable, "-m", "riskguard", "admin", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True).stdout


def send(url: str, key: str, number: int) -> tuple[int, dict]:
    """One post, waiting for its verdict."""
    text = f"第{number}号楼的邻居请联系 1380013{8000 + number}"
    body = json.dumps({"post_id": str(number), "text": text, "author": {"id": "u"}}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "prefer": "wait=10"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/posts", body, headers), timeout=20) as answer:
        return answer.status, json.load(answer)
