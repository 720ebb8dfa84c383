"""One connection in one transaction: the only place that knows how the two databases differ."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from riskguard.domain.errors import Conflict, NotFound
from riskguard.store.engine import BUSY_MS
from riskguard.store.sealing import Seals
from riskguard.store.traces import clear

Row = Mapping[str, Any]

_FOREIGN_KEY_VIOLATION = "23503"
"""PostgreSQL's SQLSTATE. Its driver and dialect are imported where there is a PostgreSQL: they slow a start."""
_CHAIN_LOCK = text("SELECT pg_advisory_xact_lock(1635083369)")  # "audi" in ASCII
_OPINION_LOCK = text("SELECT pg_advisory_xact_lock(1869637998)")  # "opin" in ASCII


class Link:
    """Reads see what is committed, statement by statement (READ COMMITTED); on SQLite the first write takes the
    write lock, waiting for it if need be, so a transaction that has read can never fail for having read too early.

    Threads of one process queue for that lock at `turn`, which wakes the next one at once; SQLite itself would let
    each of them sleep and look again.
    """

    def __init__(self, connection: Connection, turn: threading.Lock, seals: Seals) -> None:
        self.seals = seals
        self._connection = connection
        self._turn = turn
        self.sqlite = connection.dialect.name == "sqlite"
        self._writing = False
        self._holds_turn = False

    def read(self, statement: Executable, values: Row | None = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a SELECT; `values` are those of its named parameters."""
        return self._connection.execute(statement, values)

    def write(self, statement: Executable, rows: Sequence[Row] | None = None) -> CursorResult[*tuple[Any, ...]]:
        """Run an INSERT, UPDATE or DELETE, once or once per row."""
        self.lock()
        return self._connection.execute(statement, rows)

    def insert(self, table: Table[Any], rows: Sequence[Row], *, taken: str) -> None:
        """Insert all rows or none. Conflict says `taken` where a key exists, NotFound where a row refers to nothing."""
        self.insert_all({table: rows}, taken=taken)

    def insert_all(self, rows_of: Mapping[Table[Any], Sequence[Row]], *, taken: str) -> None:
        """As `insert`, for all rows of several tables together."""
        filled = {table: rows for table, rows in rows_of.items() if rows}
        if not filled:
            return
        self.lock()
        try:
            with self._connection.begin_nested():
                for table, rows in filled.items():
                    self._connection.execute(table.insert(), rows)
        except IntegrityError as error:
            if _refers_to_nothing(error.orig):
                names = " or ".join(table.name for table in filled)
                raise NotFound(f"a row for {names} refers to something that does not exist") from error
            raise Conflict(taken) from error

    def insert_new(self, table: Table[Any], rows: Sequence[Row], *, key: str) -> set[str]:
        """Insert the rows that break no unique key; the `key` of those inserted.

        Rows go in by key order, so that two transactions with the same rows wait for each other instead of
        locking each other out.
        """
        if not rows:
            return set()
        statement = _insert_new(table, key, sqlite_=self.sqlite)
        ordered = sorted(rows, key=lambda row: str(row[key]))
        return set(self.write(statement, ordered).scalars())

    def lock(self) -> None:
        """Take SQLite's write lock before the first write; PostgreSQL locks rows as it goes."""
        if self._writing:
            return
        if self.sqlite:
            self._holds_turn = self._holds_turn or self._turn.acquire(timeout=BUSY_MS / 1000)
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        self._writing = True

    def clear(self) -> bool:
        """See `traces.clear`; only where no transaction is open."""
        return clear(self._connection)

    def lock_chain(self) -> None:
        """Keep all others who append to the audit log out until this transaction ends: they read its last row first."""
        self.lock()
        if not self.sqlite:
            self._connection.execute(_CHAIN_LOCK)

    def lock_opinion(self) -> None:
        """Keep all others who write opinion out until this transaction ends: they add to what they have read."""
        self.lock()
        if not self.sqlite:
            self._connection.execute(_OPINION_LOCK)

    def alone(self, number: int) -> bool:
        """Whether this transaction, of all that ask with this number, goes ahead alone: on SQLite it waits for the
        others, on PostgreSQL it is told no while one of them is at work."""
        self.lock()
        if self.sqlite:
            return True
        asked = self._connection.execute(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number})
        return bool(asked.scalar_one())

    def commit(self) -> None:
        """Make the writes so far last; more may follow in a new transaction."""
        self._connection.commit()
        self._let_go()

    def close(self) -> None:
        """Give the connection back; what is not committed is undone."""
        try:
            self._connection.close()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._writing = False
        if self._holds_turn:
            self._holds_turn = False
            self._turn.release()


@cache
def _insert_new(table: Table[Any], key: str, *, sqlite_: bool) -> Executable:
    statement: Executable = _insert_into(table, sqlite_=sqlite_).on_conflict_do_nothing().returning(table.c[key])
    return statement


@cache
def put_in_place(table: Table[Any], key: tuple[str, ...], *, sqlite_: bool) -> Executable:
    """Inserts rows, each in place of the one with the same primary key, if there is one."""
    statement = _insert_into(table, sqlite_=sqlite_)
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    done: Executable = statement.on_conflict_do_update(index_elements=key, set_=rest)
    return done


def _insert_into(table: Table[Any], *, sqlite_: bool) -> Any:
    if sqlite_:
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def _refers_to_nothing(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.IntegrityError):
        return cause.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
    return getattr(cause, "sqlstate", None) == _FOREIGN_KEY_VIOLATION
