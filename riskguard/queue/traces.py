"""What Redis's append-only file still tells of keys that are gone."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import ResponseError


class RedisTraces:
    """A Redis that keeps a log of what was written to it."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def rewrite(self) -> None:
        """Have the append-only file written anew in the background, from what there is now. One that is being written
        at this moment may miss the newest deletions, so Redis begins another one when it is done."""
        try:
            self._connection.bgrewriteaof()
        except ResponseError as error:
            if "already in progress" not in str(error):
                raise


class NoTraces:
    """Where no Redis is running: its file is written anew when it next starts to be used."""

    def rewrite(self) -> None:
        """Nothing to do."""
