"""Sealed columns: what a row says of people is sealed for its place, so that it opens in no other row or column."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Column, Table

from riskguard.domain.errors import KeyMissing, SealBroken
from riskguard.keyring import Keyring
from riskguard.store.types import Sealed, dumped

_log = logging.getLogger(__name__)

T = TypeVar("T")

_BETWEEN = "\x1f"
"""Stands between the parts of a key; no name has this control character by accident."""


class Seals:
    """Seals rows on their way into the database, and opens values on their way out. Nothing stays empty."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def row(self, table: Table[Any], row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with every sealed column sealed; its values there are texts."""
        place = _place(table, row)
        return {**row, **{name: self._closed(table, name, row[name], place) for name in sealed_columns(table)}}

    def rows(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """As `row`, for many."""
        return [self.row(table, row) for row in rows]

    def opened(self, column: Column[Any], value: str, *key: str) -> str:
        """What stands sealed in this column of the row with this primary key. NotReady, SealBroken."""
        return self.keyring.open(value, context=context_of(column.table.name, column.name, key)) if value else ""

    def opened_json(self, column: Column[Any], value: str, *key: str) -> Any:
        """As `opened`, of JSON; None where nothing was kept."""
        plain = self.opened(column, value, *key)
        return json.loads(plain) if plain else None

    @property
    def shut(self) -> Seals:
        """The same, but every sealed value reads as empty: what is left of a row that cannot be opened."""
        return _Shut(self.keyring)

    def author_digest(self, author_id: str, community: str) -> str:
        """What the posts of an author are found by; the same person has another one in every community."""
        return self.keyring.digest(author_id, context=_of_authors(community)) if author_id else ""

    def author_digests(self, author_id: str, community: str) -> tuple[str, ...]:
        """Under every key, since posts stay under the one they came with until keys are rotated."""
        return self.keyring.digests(author_id, context=_of_authors(community))

    def _closed(self, table: Table[Any], name: str, value: str, place: Sequence[str]) -> str:
        return self.keyring.seal(value, context=context_of(table.name, name, place)) if value else ""


class _Shut(Seals):
    def opened(self, column: Column[Any], value: str, *key: str) -> str:  # noqa: ARG002
        return ""


def legible(
    read: Callable[[Any, Seals], T], row: Any, seals: Seals, *, name: str, needs_keys: bool = False
) -> tuple[T, bool]:
    """What `read` makes of a row, and True; of a row that cannot be opened what is left of it, and False. It stands in
    the log by its name. Who `needs_keys` gets KeyMissing: another process may have the key."""
    try:
        return read(row, seals), True
    except (SealBroken, KeyMissing) as error:
        if needs_keys and isinstance(error, KeyMissing):
            raise
        _log.error("%s cannot be read: %s", name, error)
        return read(row, seals.shut), False


@cache
def sealed_columns(table: Table[Any]) -> tuple[str, ...]:
    """The names of the columns of a table that are sealed."""
    return tuple(column.name for column in table.columns if isinstance(column.type, Sealed))


def json_or_nothing(value: Any) -> str:
    """Compact JSON; nothing for what is empty, which needs no seal."""
    return dumped(value) if value else ""


@cache
def _key_columns(table: Table[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _place(table: Table[Any], row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _key_columns(table))


def context_of(table: str, column: str, key: Sequence[str]) -> str:
    """What a value of this column is sealed for, in the row with this primary key."""
    return f"{table}.{column}:{_BETWEEN.join(key)}"


def _of_authors(community: str) -> str:
    return f"author:{community}"
