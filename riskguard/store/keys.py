"""Which keys the database is sealed with, and how all of it comes under the newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from riskguard.domain.errors import NotReady
from riskguard.domain.place import Place
from riskguard.keyring import Keyring
from riskguard.store.link import Link
from riskguard.store.sealing import Seals, legible, sealed_columns
from riskguard.store.tables import METADATA, POSTS, SEALING_KEYS


def admit(connection: Connection, keyring: Keyring) -> None:
    """Note that from now on the newest key of the ring seals here. NotReady when the ring lacks a key that something
    here may be sealed with: better no start than posts that nobody can read. Needs the lock of `migrate`."""
    known = set(connection.execute(select(SEALING_KEYS.c.id)).scalars())
    missing = sorted(known.difference(keyring.ids))
    if missing:
        raise NotReady(
            f"what is kept here is sealed with the key '{missing[0]}', and this process has {', '.join(keyring.ids)}",
            hint="name the same keys in RISKGUARD_DATA_KEYS everywhere, also the old ones until 'riskguard admin "
            "rotate-keys' has run; where the variable is not set the key lies in the data folder, in data.keys",
        )
    if keyring.ids[0] not in known:
        connection.execute(insert(SEALING_KEYS).values(id=keyring.ids[0], since=datetime.now(UTC)))


class SqlSealing:
    """Brings rows under the newest key, a few a transaction."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def stale(self) -> int:
        """Rows that anything of is sealed with an older key."""
        counts = [select(func.count()).select_from(table).where(self._is_stale(table)) for table in _sealed_tables()]
        return sum(int(self._link.read(each).scalar_one()) for each in counts)

    def renew(self, after: Place | None, *, limit: int) -> Place | None:
        """Seal the next rows behind this place with the newest key; the place it got to, None at the end. Who was
        interrupted begins anew, and what is under the newest key already is passed over."""
        tables = _sealed_tables()
        names = [table.name for table in tables]
        at = names.index(after.table) if after else 0
        table = tables[at]
        rows = self._next(table, after, limit)
        if rows:
            unreadable = self._write(table, rows)
            return Place(table.name, _key(table, rows[-1]), len(rows) - len(unreadable), tuple(unreadable))
        return Place(names[at + 1], None, 0) if at + 1 < len(names) else None

    def retire(self) -> list[str]:
        """The ids of the keys that seal nothing here any more, from now on not asked for; none while any row is left
        under one of them."""
        self._link.lock()
        old = sorted(set(self._link.read(select(SEALING_KEYS.c.id)).scalars()) - {self._link.seals.keyring.ids[0]})
        if not old or self.stale():
            return []
        self._link.write(delete(SEALING_KEYS).where(SEALING_KEYS.c.id.in_(old)))
        return old

    def _is_stale(self, table: Table[Any]) -> ColumnElement[bool]:
        mark = self._link.seals.keyring.mark
        columns = [table.c[name] for name in sealed_columns(table)]
        return or_(*[(column != literal("")) & not_(_begins(column, mark)) for column in columns])

    def _next(self, table: Table[Any], after: Place | None, limit: int) -> Sequence[RowMapping]:
        """Locked, so that nobody changes them between this look and the writing."""
        self._link.lock()
        key = list(table.primary_key.columns)
        statement = select(table).where(self._is_stale(table)).order_by(*key).limit(limit).with_for_update()
        if after and after.key:
            statement = statement.where(tuple_(*key) > tuple_(*after.key))
        return self._link.read(statement).mappings().all()

    def _write(self, table: Table[Any], rows: Sequence[RowMapping]) -> list[tuple[str, ...]]:
        """The keys of those that cannot be read, and are left as they are."""
        seals, columns = self._link.seals, sealed_columns(table)
        changed, unreadable = [], []
        for row in rows:
            place = _key(table, row)
            plain, sound = legible(partial(_plain, table), row, seals, name=f"{table.name} {', '.join(place)}")
            if not sound:
                unreadable.append(place)
                continue
            new = seals.row(table, {**row, **plain})
            if table is POSTS and plain["author_id"]:
                new["author_digest"] = seals.author_digest(plain["author_id"], row["community"])
            changed.append({f"new_{name}": value for name, value in new.items()})
        names = [*columns, *(["author_digest"] if table is POSTS else [])]
        this = [column == bindparam(f"new_{column.name}") for column in table.primary_key.columns]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        if changed:
            self._link.write(update(table).where(*this).values(values), changed)
        return unreadable


def _sealed_tables() -> list[Table[Any]]:
    return [table for table in METADATA.sorted_tables if sealed_columns(table)]


def _key(table: Table[Any], row: RowMapping) -> tuple[str, ...]:
    return tuple(str(row[column.name]) for column in table.primary_key.columns)


def _plain(table: Table[Any], row: RowMapping, seals: Seals) -> dict[str, str]:
    """What stands sealed in a row, by column."""
    place = _key(table, row)
    return {name: seals.opened(table.c[name], row[name], *place) for name in sealed_columns(table)}


def _begins(column: Column[Any], mark: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(mark)) == mark
