"""Brings a database to the newest schema. Several processes may try at once: one works, the others wait."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, inspect, text

from riskguard.domain.errors import NotReady
from riskguard.keyring import Keyring
from riskguard.store.address import parsed_url, shown
from riskguard.store.engine import BUSY_MS, make_engine
from riskguard.store.keys import admit
from riskguard.store.traces import rewrite

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_MAKES = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
_REVISION = "SELECT version_num FROM alembic_version"
_LOCK = 0x7269736B
"""The advisory lock that migrations hold on PostgreSQL ("risk" in ASCII)."""


def migrate(url: str, *, keyring: Keyring) -> None:
    """Create or upgrade the tables, and the folder of a SQLite file; what lay there plain is sealed. NotReady, with a
    hint, if that fails, or if something there is sealed with a key that the ring lacks."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        _make_file(parsed)
    engine = make_engine(parsed)
    try:
        with engine.connect() as connection:
            _lock(connection)
            replaced = not _is_newest(connection) and _upgrade(connection, keyring)
            admit(connection, keyring)
            connection.commit()
            if replaced:
                rewrite(connection)
    finally:
        engine.dispose()


def newest() -> str:
    """The revision that this riskguard works with: the one that no migration comes after."""
    texts = [file.read_text("utf-8") for file in (_MIGRATIONS / "versions").glob("v*_*.py")]
    before = {str(revision) for text in texts for revision in _BEFORE.findall(text)}
    made = {str(revision) for text in texts for revision in _MAKES.findall(text)}
    return max(made - before)


def config_for(connection: Connection, keyring: Keyring) -> Config:
    """Alembic's settings for a connection that is open already, and for what it seals; needs no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["keyring"] = keyring
    return config


def _is_newest(connection: Connection) -> bool:
    known = inspect(connection).has_table("alembic_version")
    return known and connection.exec_driver_sql(_REVISION).scalars().all() == [newest()]


def _upgrade(connection: Connection, keyring: Keyring) -> bool:
    """Whether words were replaced that must not lie about in the file. Alembic is imported only here: most starts find
    nothing to do, and it costs each of them a fifth of a second."""
    from alembic import command
    from alembic.util import CommandError

    config = config_for(connection, keyring)
    try:
        command.upgrade(config, "head")
        return bool(config.attributes.get("replaced"))
    except CommandError as error:
        place = shown(connection.engine.url)
        raise NotReady(
            f"{place} was made by another riskguard, which this one does not understand: {error}",
            hint="run the newest riskguard that has used it, or restore a copy from before",
        ) from None


def _make_file(url: URL) -> None:
    """The file and its folder, for their owner only where they are new; SQLite makes its other files like the first."""
    file = Path(str(url.database))
    folder = file.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotReady(
            f"the data folder {folder} cannot be made: {error.strerror}",
            hint="set RISKGUARD_DATA_DIR or RISKGUARD_DATABASE_URL to a place that can be written",
        ) from error
    with suppress(OSError):  # where it cannot be made, SQLite says why
        file.touch(mode=0o600)


def _lock(connection: Connection) -> None:
    """Keep other migrations out until this transaction ends."""
    if connection.dialect.name == "sqlite":
        _keep_wal(connection)
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _keep_wal(connection: Connection) -> None:
    """Switch the file to write-ahead logging, for good. SQLite does not wait for others here, so we do."""
    patience = time.monotonic() + BUSY_MS / 1000
    while connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() != "wal":
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except NotReady:
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)
