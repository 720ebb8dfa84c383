"""A connection to the Redis of a URL, checked once."""

from __future__ import annotations

from urllib.parse import urlsplit

import redis
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from riskguard.domain.errors import NotReady


def connect(url: str, *, patience_s: float = 5.0, ask_again: bool = True) -> Redis:
    """A pool of connections that has answered once; safe to share between threads.

    NotReady when nothing answers at `url`, or something older than Redis 6. Later losses raise redis.ConnectionError
    or TimeoutError; a Redis that hangs does so after `patience_s`, or three times that if it is asked again. Who blocks
    for longer must have more patience.
    """
    worth_asking_again = (redis.ConnectionError, redis.TimeoutError) if ask_again else (redis.ConnectionError,)
    try:
        connection = Redis.from_url(
            url,
            socket_connect_timeout=min(2.0, patience_s),
            socket_timeout=patience_s,
            retry=Retry(ConstantBackoff(0.05), 2, supported_errors=worth_asking_again),
        )
        connection.ping()
    except ValueError as error:
        raise NotReady(f"the Redis URL cannot be read: {error}", hint="write it as redis://host:6379/0") from None
    except (redis.ResponseError, redis.AuthenticationError) as error:
        raise NotReady(
            f"the Redis at {_shown(url)} refused: {error}",
            hint="Redis 6 or later is needed, and its password in the URL",
        ) from None
    except redis.RedisError as error:
        raise NotReady(
            f"no Redis answers at {_shown(url)}: {error}", hint="start it, or set RISKGUARD_REDIS_URL"
        ) from None
    return connection


def _shown(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
