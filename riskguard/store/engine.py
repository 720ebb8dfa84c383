"""Connections to the database: made, set up, pooled, and their failures told as ours."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from riskguard.domain.errors import NotReady
from riskguard.store.address import shown

BUSY_MS = 30_000
_UNUSABLE = {DatabaseError, InterfaceError, OperationalError}
"""What the database itself could not do; the errors derived from these are about a statement."""
_POSTGRES_HINT = "is the server up, and are host, user, password and database name in RISKGUARD_DATABASE_URL right?"
_SQLITE_HINT = "can the folder and the file be written, and is the disk not full?"


def make_engine(url: URL) -> Engine:
    """A pool of connections to `url`. Connects to nothing yet. Errors never quote the words of a post."""
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgres_engine(url)
    _tell_failures(engine)
    return engine


def _sqlite_engine(url: URL) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_MS / 1000}, "hide_parameters": True}
    engine = create_engine(url, pool_size=16, max_overflow=-1, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where Link says so, with BEGIN IMMEDIATE
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA synchronous = FULL")  # what was accepted survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted or replaced is overwritten in the file

    return engine


def _postgres_engine(url: URL) -> Engine:
    query = {"connect_timeout": "10", "application_name": "riskguard"} | dict(url.query)
    return create_engine(
        url.set(query=query), pool_size=8, max_overflow=24, pool_timeout=30, pool_pre_ping=True, hide_parameters=True
    )


def _tell_failures(engine: Engine) -> None:
    @event.listens_for(engine, "handle_error")
    def tell(context: ExceptionContext) -> NotReady | None:
        """What is raised in place of the driver's error; None leaves it as it is."""
        if context.is_pre_ping or type(context.sqlalchemy_exception) not in _UNUSABLE:
            return None
        return not_ready(engine.url, context.original_exception)


def not_ready(url: URL, cause: BaseException) -> NotReady:
    """`cause` in one sentence, without the password."""
    reason = " ".join(str(cause).split())
    if url.password:
        reason = reason.replace(str(url.password), "***")
    hint = _SQLITE_HINT if url.get_backend_name() == "sqlite" else _POSTGRES_HINT
    return NotReady(f"{shown(url)} cannot be used: {reason}", hint=hint)
