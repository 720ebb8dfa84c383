"""Nothing that was deleted or replaced lies about: in SQLite's file and its log. PostgreSQL has VACUUM for that."""

from __future__ import annotations

import time

from sqlalchemy import Connection

from riskguard.domain.errors import NotReady
from riskguard.store.engine import BUSY_MS

PATIENCE_S = 30.0
REWRITTEN_BYTES = 1 << 30
"""A larger file is not written anew beside a running service: nobody can write for so long."""
REWRITE_WAIT_MS = 5000
_PAUSE_S = 0.05
_ONE_TRY_MS = 500
"""While one try waits for readers to end, nobody can write."""


def rewrite(connection: Connection) -> None:
    """Write the whole file anew, without what earlier versions left in its gaps; no transaction may be open."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("VACUUM")
        empty_log(connection)


def clear(connection: Connection) -> bool:
    """Leave nothing of what was deleted in SQLite's file and log, beside whoever else reads and writes.

    `secure_delete` overwrites what is deleted, but not the copies that stay in the gaps of pages when rows have moved
    between them; only a file that is written anew has none. False where the file is larger than REWRITTEN_BYTES, or
    others kept it from that: then only its log is emptied, if that. Nothing to do elsewhere.
    """
    if connection.dialect.name != "sqlite":
        return True
    small = _pragma(connection, "page_count") * _pragma(connection, "page_size") <= REWRITTEN_BYTES
    rewritten = small and _rewritten(connection)
    return empty_log(connection) and rewritten


def _rewritten(connection: Connection) -> bool:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {REWRITE_WAIT_MS}")
    try:
        connection.exec_driver_sql("VACUUM")
    except NotReady:  # others wrote all the time
        return False
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MS}")
    return True


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").one()[0])


def empty_log(connection: Connection) -> bool:
    """Move all that SQLite's write-ahead log holds into the file and cut the log off; False where readers that never
    end kept it from that for PATIENCE_S. Nothing to do elsewhere."""
    if connection.dialect.name != "sqlite":
        return True
    until = time.monotonic() + PATIENCE_S
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_ONE_TRY_MS}")
    try:
        while _busy(connection):
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE_S)
        return True
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MS}")


def _busy(connection: Connection) -> bool:
    try:
        busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    except NotReady:  # locked, which SQLite tells in either way
        return True
    return bool(busy)
