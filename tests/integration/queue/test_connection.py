"""Connecting to Redis: one clear sentence when it cannot be had, and never its password."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from riskguard.domain.errors import NotReady
from riskguard.queue import connect
from riskguard.queue.embedded import start_redis

pytestmark = pytest.mark.redis


def test_a_redis_that_answers(redis_url: str) -> None:
    with connect(redis_url) as connection:
        assert connection.ping()


def test_nothing_answers() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"redis://:hush@127.0.0.1:{probe.getsockname()[1]}/0"
    with pytest.raises(NotReady, match=r"no Redis answers at redis://127\.0\.0\.1") as refused:
        connect(url)
    assert "hush" not in str(refused.value)
    assert "RISKGUARD_REDIS_URL" in refused.value.hint


def test_a_url_that_is_none() -> None:
    with pytest.raises(NotReady, match="cannot be read"):
        connect("localhost:6379")


@pytest.mark.parametrize(
    "url",
    [
        "redis://:open/sesame@127.0.0.1:1/0",
        "redis://:12/sesame@127.0.0.1:1/0",
        "redis://:open?sesame@127.0.0.1:1/0",
        "redis://:open#sesame@127.0.0.1:1/0",
        "redis://user:open/sesame",
        "redis://:open@sesame:word",
    ],
)
def test_a_url_that_is_torn_by_its_password_is_not_quoted(url: str) -> None:
    with pytest.raises(NotReady) as refused:
        connect(url)
    for part in ("open", "sesame", "12"):
        assert part not in str(refused.value)
    assert "%2F" in refused.value.hint


def test_a_wrong_password(tmp_path: Path) -> None:
    server = start_redis(tmp_path / ("long" * 30))
    try:
        with pytest.raises(NotReady, match="Redis at redis://") as refused:
            connect(server.url.replace("redis://:", "redis://:wrong"))
        assert "password" in refused.value.hint
    finally:
        server.stop()
