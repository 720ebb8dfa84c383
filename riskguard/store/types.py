"""Column types that give back exactly what was put in, on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from riskguard.keyring import FORM

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_QUOTED = "\ufdd0"
"""Marks a text that is kept as a JSON string. A noncharacter: no author's text has a reason to begin with it."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SEALED = f"{FORM}:"


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time to the microsecond: timestamptz on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kept = BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kept)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be kept: {value.isoformat()}")
        return (value - _EPOCH) // _TICK if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return _EPOCH + timedelta(microseconds=value) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside. Neither database can hold every Python string (NUL on PostgreSQL, lone surrogates on both),
    so those few are kept as JSON behind a mark; equal texts are kept equal, so look-ups still work."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None or not (_UNSTORABLE.search(value) or value.startswith(_QUOTED)):
            return value
        return _QUOTED + json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return json.loads(value[1:]) if value and value[0] == _QUOTED else value


class Sealed(TypeDecorator[str]):
    """What a keyring sealed for this column and row (see `Seals`), or nothing: a plain word never gets through."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value and not value.startswith(_SEALED):
            raise ValueError("a plain value was about to be kept in a sealed column")
        return value


class Json(TypeDecorator[Any]):
    """A plain JSON value kept as text, Chinese unescaped: half the bytes of escapes, the same on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        return dumped(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


_encode: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def dumped(value: Any) -> str:
    """Compact JSON that UTF-8 can carry: lone surrogates are escaped, NUL always is."""
    text = _encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
