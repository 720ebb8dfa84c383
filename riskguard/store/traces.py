"""Nothing that was deleted or replaced lies about: in SQLite's file and its log. PostgreSQL has VACUUM for that."""

from __future__ import annotations

import time

from sqlalchemy import Connection

from riskguard.domain.errors import NotReady
from riskguard.store.engine import BUSY_MS

PATIENCE_S = 30.0
_PAUSE_S = 0.05
_ONE_TRY_MS = 500
"""While one try waits for readers to end, nobody can write."""


def rewrite(connection: Connection) -> None:
    """Write the whole file anew, without what earlier versions left in its gaps; no transaction may be open."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("VACUUM")
        empty_log(connection)


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
