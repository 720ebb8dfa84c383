"""Database URLs: which are understood, and how they are shown without their password."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from riskguard.domain.errors import InvalidInput

_HINT = "write sqlite:///folder/file.db or postgresql://user:password@host:5432/name"


def parsed_url(url: str) -> URL:
    """The SQLAlchemy URL of a SQLite file or a PostgreSQL database; InvalidInput, without the password, otherwise."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidInput("the database URL cannot be read", field="database_url", hint=_HINT) from None
    kind = parsed.drivername.partition("+")[0]
    if kind in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise InvalidInput(f"no support for '{kind}' databases", field="database_url", hint=_HINT)
    if not parsed.database or parsed.database == ":memory:":
        raise InvalidInput("SQLite needs a file, since several processes share it", field="database_url", hint=_HINT)
    return parsed.set(drivername="sqlite+pysqlite")


def shown(url: URL) -> str:
    """Where the database is, for messages."""
    if url.get_backend_name() == "sqlite":
        return f"the SQLite file {url.database}"
    return f"the PostgreSQL database '{url.database}' at {url.host or 'the local socket'}:{url.port or 5432}"
