"""Puts the service together on one machine: checks first, then every part, then where to look and how to sign in."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from riskguard.bootstrap import check_policies, keyring, open_begin, secret_key
from riskguard.domain.audit import SYSTEM
from riskguard.domain.errors import NotReady
from riskguard.domain.member import Role
from riskguard.port import bindable
from riskguard.services import accounts
from riskguard.settings import PREFIX, Settings
from riskguard.store import migrate
from riskguard.up.child import Child
from riskguard.up.demo import Demo
from riskguard.up.redis_part import RedisPart
from riskguard.up.supervisor import Supervisor, Voice

READY_WITHIN_S = 90.0
FIRST_MEMBER = "admin"
EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 (compared with, not bound to)
LOOPBACK = "127.0.0.0/8"
"""The demo platform listens on this machine, so its callbacks must be allowed to come here."""


def run_service(settings: Settings, *, host: str, port: int, workers: int, demo: bool) -> None:
    """Everything in the foreground until Ctrl-C or SIGTERM. NotReady, with a hint, before anything was started.

    Whatever this process and its children write is for its owner only: people's posts and secrets are among it.
    """
    os.umask(0o077)
    say = Voice()
    settings = replace(settings, data_dir=settings.data_dir.expanduser().resolve())
    if demo:
        settings = replace(settings, callback_networks=(*settings.callback_networks, LOOPBACK))
    _check_folder(settings.data_dir)
    bindable(host, port)
    _check_model(settings.model_dir)
    check_policies(settings)
    migrate(settings.effective_database_url, keyring=keyring(settings))
    secret_key(settings)
    url = f"http://{'127.0.0.1' if host in EVERY_ADDRESS else host}:{port}"
    show = Demo.prepare(settings, url=url, say=say) if demo else None
    guide = [
        *(show.guide() if show else _sign_in_lines(settings)),
        f"stop with Ctrl-C; data lies in {settings.data_dir}",
    ]
    redis = None if settings.redis_url else RedisPart(settings.data_dir / "redis", say=say)
    environ = _environ(settings, redis_url=redis.url if redis else settings.redis_url)
    parts = _children(environ, host=host, port=port, workers=workers, say=say)
    if show:
        parts.append(show.platform(environ))
    supervisor = Supervisor(parts, foundation=redis, pids_file=settings.data_dir / "pids.json", say=say)

    def announce() -> None:
        if _announced(supervisor, url, guide, say) and show:
            show.feed(supervisor.wait)

    supervisor.run(meanwhile=announce)


def _check_folder(folder: Path) -> None:
    probe = folder / ".write-test"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise NotReady(
            f"the data folder {folder} cannot be written: {error.strerror}",
            hint=f"choose another with --data-dir or {PREFIX}DATA_DIR",
        ) from None


def _check_model(folder: Path) -> None:
    if not (folder / "linear").is_dir():
        raise NotReady(
            f"there is no model in {folder}: the folder 'linear' is missing",
            hint=f"unset {PREFIX}MODEL_DIR to use the shipped models, or make one: riskguard train linear",
        )


def _environ(settings: Settings, *, redis_url: str) -> dict[str, str]:
    """What the children inherit: our environment with the parts that were found or started here."""
    return os.environ | {
        PREFIX + "REDIS_URL": redis_url,
        PREFIX + "DATABASE_URL": settings.effective_database_url,
        PREFIX + "DATA_DIR": str(settings.data_dir),
        PREFIX + "CALLBACK_NETWORKS": ",".join(settings.callback_networks),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _children(
    environ: Mapping[str, str], *, host: str, port: int, workers: int, say: Callable[[str, str], None]
) -> list[Child]:
    """One child a role. Delivery has a worker of its own, so that a slow platform never holds up a verdict."""
    roles: dict[str, tuple[str, ...]] = {"api": ("api", "--host", host, "--port", str(port))}
    here = f"{socket.gethostname()}-{port}"  # several that share one Redis must not take each other's posts back
    for number in range(1, workers + 1):
        roles[f"worker-{number}"] = ("worker", "--name", f"{here}-worker-{number}", "--queues", "judge")
    roles["messenger"] = ("worker", "--name", f"{here}-messenger", "--queues", "deliver")
    roles["scheduler"] = ("scheduler",)
    return [
        Child(name, [sys.executable, "-m", "riskguard", *words, "--with-parent"], environ, say)
        for name, words in roles.items()
    ]


def _sign_in_lines(settings: Settings) -> list[str]:
    """How to sign in. The first start makes an operator and tells the password once."""
    begin = open_begin(settings)
    with begin() as work:
        members, communities = work.members.all(), work.communities.all()
    lines = ["sign in with your name; a lost password: riskguard admin reset-password NAME"]
    if not members:
        member, password = accounts.create_member(FIRST_MEMBER, role=Role.OPERATOR, begin=begin, by=SYSTEM)
        lines = [f"sign in as {member.name} with {password}  (shown this once)"]
    if not communities:
        lines.append("then give a platform its key: riskguard admin create-community NAME")
    return lines


def _announced(supervisor: Supervisor, url: str, guide: list[str], say: Callable[[str, str], None]) -> bool:
    """Once every part answers, say where to look; False when it came to nothing."""
    deadline = time.monotonic() + READY_WITHIN_S
    missing = "no answer yet"
    while missing and time.monotonic() < deadline:
        if supervisor.wait(0.2):
            return False
        missing = _what_is_missing(url)
    if missing:
        say("up", f"not ready after {READY_WITHIN_S:.0f} s: {missing}; the lines above say why")
        return False
    for line in ("riskguard is ready", f"console   {url}/console/", f"API docs  {url}/v1/docs", *guide):
        say("up", line)
    return True


def _what_is_missing(url: str) -> str:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 (our own address)
            return ""
    except urllib.error.HTTPError as answer:
        with answer:
            parts: dict[str, str] = json.loads(answer.read()).get("parts", {})
            return "; ".join(f"{part}: {state}" for part, state in parts.items() if state != "ok") or answer.reason
    except (OSError, ValueError) as error:
        return str(error)
