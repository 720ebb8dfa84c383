"""The roll of workers that are at work, and what each tells operators about itself, in Redis."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from redis import Redis

GONE_AFTER_S = 180
"""A worker that has not signed for so long was killed."""


class RedisRoll:
    """One hash for all workers, told by the clock of Redis (ports.Roll)."""

    def __init__(self, connection: Redis, prefix: str = "rg") -> None:
        self._connection = connection
        self._key = f"{prefix}:workers"

    def sign(self, worker: str, notes: Mapping[str, object]) -> None:
        """The worker is at work, and says this."""
        entry = json.dumps({"at": self._now(), "notes": notes}, ensure_ascii=False)
        self._connection.hset(self._key, worker, entry)

    def leave(self, worker: str) -> None:
        """It works no more."""
        self._connection.hdel(self._key, worker)

    def present(self) -> list[dict[str, Any]]:
        """What each worker at work says; those that were killed are struck off."""
        entries = {name: json.loads(entry) for name, entry in self._entries().items()}
        oldest = self._now() - GONE_AFTER_S
        gone = [name for name, entry in entries.items() if entry["at"] < oldest]
        if gone:
            self._connection.hdel(self._key, *gone)
        return [entry["notes"] for name, entry in sorted(entries.items()) if name not in gone]

    def _entries(self) -> dict[bytes, bytes]:
        return cast("dict[bytes, bytes]", self._connection.hgetall(self._key))

    def _now(self) -> int:
        return int(self._connection.time()[0])
