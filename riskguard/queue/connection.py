"""A connection to the Redis of a URL, checked once."""

from __future__ import annotations

from urllib.parse import urlsplit

import redis
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from riskguard.domain.errors import NotReady

_HINT = "write it as redis://:password@host:6379/0; in the password, write / as %2F, ? as %3F, # as %23, @ as %40"


def connect(url: str, *, patience_s: float = 5.0, ask_again: bool = True) -> Redis:
    """A pool of connections that has answered once; safe to share between threads.

    NotReady when nothing answers at `url`, or something older than Redis 6. Later losses raise redis.ConnectionError
    or TimeoutError; a Redis that hangs does so after `patience_s`, or three times that if it is asked again. Who blocks
    for longer must have more patience.
    """
    if _is_torn(url):
        raise NotReady("the Redis URL cannot be read", hint=_HINT)
    worth_asking_again = (redis.ConnectionError, redis.TimeoutError) if ask_again else (redis.ConnectionError,)
    try:
        connection = Redis.from_url(
            url,
            socket_connect_timeout=min(2.0, patience_s),
            socket_timeout=patience_s,
            retry=Retry(ConstantBackoff(0.05), 2, supported_errors=worth_asking_again),
        )
        connection.ping()
    except ValueError:  # its message may quote a part of the password
        raise NotReady("the Redis URL cannot be read", hint=_HINT) from None
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


def _is_torn(url: str) -> bool:
    """Whether a / ? or # in a password has cut the URL in two: then its parts are not what they seem."""
    parts = urlsplit(url)
    return parts.scheme != "unix" and "@" in parts.path + parts.query + parts.fragment


def _shown(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
