"""What was deleted is in no file of SQLite any more, not even where rows have moved between pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine

from riskguard.store import traces
from riskguard.store.address import parsed_url
from riskguard.store.engine import make_engine

GONE, STAYS = b"erase-me-post", b"stays-1"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A file in which rows of one who went stood among those of others."""
    engine = make_engine(parsed_url(f"sqlite:///{tmp_path / 'some.db'}"))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        _fill(connection, Random(4))
    yield engine
    engine.dispose()


def test_a_file_is_written_anew_and_its_log_cut_off(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        assert traces.empty_log(connection)
        assert GONE in bytes_of(tmp_path), "secure_delete leaves copies, else there is nothing to clear"
        assert traces.clear(connection)
    assert GONE not in bytes_of(tmp_path)
    assert STAYS in bytes_of(tmp_path)


def test_of_a_large_file_only_the_log_is_emptied(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "REWRITTEN_BYTES", 4096)
    with engine.connect() as connection:
        assert not traces.clear(connection)
    assert (tmp_path / "some.db-wal").stat().st_size == 0
    assert STAYS in bytes_of(tmp_path)


def test_who_writes_all_the_time_keeps_it_from_that(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "PATIENCE_S", 0.1)
    monkeypatch.setattr(traces, "REWRITE_WAIT_MS", 100)
    with engine.connect() as other, engine.connect() as connection:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        assert not traces.clear(connection)
        other.exec_driver_sql("ROLLBACK")
        assert traces.clear(connection)


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def _fill(connection: Connection, dice: Random) -> None:
    connection.exec_driver_sql("CREATE TABLE posts (id TEXT PRIMARY KEY, name TEXT UNIQUE, body BLOB)")
    own, others = [f"erase-me-post-{at}" for at in range(600)], [f"stays-{at}" for at in range(3000)]
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    while own or others:
        source = own if own and (not others or dice.random() < 0.4) else others
        for name in source[:50]:
            row = (f"{dice.getrandbits(96):024x}", name, dice.randbytes(dice.randint(50, 400)))
            connection.exec_driver_sql("INSERT INTO posts VALUES (?, ?, ?)", row)
        del source[:50]
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("DELETE FROM posts WHERE name LIKE 'erase%'")
