"""Migrations: the schema they make is the one the code speaks of, also when several processes make it at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from traceback import format_exception

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from riskguard.domain.errors import InvalidInput, NotFound, NotReady
from riskguard.domain.post import Lane
from riskguard.store import migrate, open_store
from riskguard.store.address import parsed_url
from riskguard.store.engine import make_engine
from riskguard.store.migrate import config_for, newest
from riskguard.store.tables import METADATA
from tests.fixtures.keys import KEYRING
from tests.integration.store.samples import NOW, post, settle

_MIGRATE = (
    "import os, sys; from riskguard.keyring import Keyring; from riskguard.store import migrate;"
    " migrate(sys.argv[1], keyring=Keyring.of([os.environ['RISKGUARD_DATA_KEYS']]))"
)


def test_the_upgraded_schema_is_the_one_in_the_tables(database_url: str) -> None:
    engine = make_engine(parsed_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_newest_revision_is_the_one_that_none_comes_after(database_url: str) -> None:
    engine = make_engine(parsed_url(database_url))
    with engine.connect() as connection:
        assert ScriptDirectory.from_config(config_for(connection, KEYRING)).get_heads() == [newest()]
        assert MigrationContext.configure(connection).get_current_revision() == newest()
    engine.dispose()


def test_a_database_of_today_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'r.db'}"
    migrate(url, keyring=KEYRING)
    line = f"{_MIGRATE}; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", line, url], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_migration_can_be_taken_back(database_url: str) -> None:
    engine = make_engine(parsed_url(database_url))
    with engine.connect() as connection:
        command.downgrade(config_for(connection, KEYRING), "base")
        connection.commit()
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()
    migrate(database_url, keyring=KEYRING)
    store = open_store(database_url, keyring=KEYRING)
    settle(store.begin, "forum")
    store.close()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    store = open_store(database_url, keyring=KEYRING)
    settle(store.begin, "forum")
    migrate(database_url, keyring=KEYRING)
    with store.begin() as work:
        assert [each.name for each in work.communities.all()] == ["forum"]
    store.close()


def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", _MIGRATE, empty_database_url]) for _ in range(4)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    store = open_store(empty_database_url, keyring=KEYRING)
    settle(store.begin, "forum")
    store.close()


def test_the_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder 100%" / "r.db"
    migrate(f"sqlite:///{file}", keyring=KEYRING)
    assert file.read_bytes()[18:20] == b"\x02\x02"  # the file's header says: write-ahead log


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotReady, match="cannot be made") as told:
        migrate(f"sqlite:///{tmp_path}/file/r.db", keyring=KEYRING)
    assert "RISKGUARD_DATA_DIR" in told.value.hint


def test_a_new_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "r.db"
    migrate(f"sqlite:///{file}", keyring=KEYRING)
    store = open_store(f"sqlite:///{file}", keyring=KEYRING)
    settle(store.begin, "forum")
    with store.begin() as work:
        assert work.communities.get("forum")
        assert {each.name: each.stat().st_mode & 0o777 for each in file.parent.iterdir()} == {
            "r.db": 0o600,
            "r.db-wal": 0o600,
            "r.db-shm": 0o600,
        }
    store.close()
    assert file.parent.stat().st_mode & 0o777 == 0o700


def _call_it(version: str, database_url: str) -> str:
    """Write this version into the database; the one that stood there."""
    engine = make_engine(parsed_url(database_url))
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
        connection.commit()
    engine.dispose()
    return str(before)


def test_a_database_newer_than_the_code_is_said(database_url: str) -> None:
    before = _call_it("9999", database_url)
    try:
        with pytest.raises(NotReady, match=r"by another riskguard.*9999") as told:
            migrate(database_url, keyring=KEYRING)
    finally:
        assert _call_it(before, database_url) == "9999"
    assert "newest riskguard" in told.value.hint


def test_an_error_about_a_statement_never_quotes_a_post(database_url: str) -> None:
    store, words = open_store(database_url, keyring=KEYRING), "说给树洞听的话"
    with store.begin() as work, pytest.raises(NotFound) as told:
        work.posts.add([post(text=words)], Lane.LIVE, received_at=NOW)
    store.close()
    said = "".join(format_exception(told.value))
    assert "INSERT INTO posts" in said
    assert words not in said


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    file = tmp_path / "r.db"
    file.write_text("these are not the tables that you are looking for, " * 90)
    with pytest.raises(NotReady, match="cannot be used"):
        migrate(f"sqlite:///{file}", keyring=KEYRING)


@pytest.mark.parametrize(
    "call",
    [lambda url: migrate(url, keyring=KEYRING), lambda url: open_store(url, keyring=KEYRING).begin().__enter__()],
    ids=["migrate", "begin"],
)
def test_an_absent_server_is_said_without_the_password(call: object) -> None:
    assert callable(call)
    with pytest.raises(NotReady, match=r"'riskguard' at 127\.0\.0\.1:1") as told:
        call("postgres://me:open-sesame@127.0.0.1:1/riskguard")
    assert "open-sesame" not in str(told.value) + told.value.hint
    assert told.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:open-sesame@db/x",
        "no url",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://me:open-sesame@db:port/x",
    ],
)
def test_a_url_that_is_not_understood_is_said_without_the_password(url: str) -> None:
    with pytest.raises(InvalidInput) as told:
        open_store(url, keyring=KEYRING)
    assert "open-sesame" not in str(told.value)
    assert "postgresql://" in told.value.hint
