"""The database of a command that works beside the service."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from riskguard.services.ports import Begin
    from riskguard.settings import Settings


def settings_here() -> Settings:
    """The settings of the command, with the data folder that `--data-dir` names."""
    from riskguard.settings import Settings

    folder = click.get_current_context().obj
    settings = Settings.load(data_dir=folder) if folder else Settings.load()
    return replace(settings, data_dir=settings.data_dir.expanduser().resolve())


def begin_here() -> Begin:
    """Transactions on the database of the settings, brought to the newest schema first and closed with the command."""
    from riskguard.keyring import load_keyring
    from riskguard.store import migrate, open_store

    settings = settings_here()
    if not settings.database_url and not settings.data_dir.is_dir():
        click.echo(f"note: nothing was in {settings.data_dir}; a new database is made there", err=True)
        click.echo("  hint: name the folder that 'riskguard up' uses: riskguard admin --data-dir DIR ...", err=True)
    ring = load_keyring(settings.data_keys, folder=settings.data_dir)
    migrate(settings.effective_database_url, keyring=ring)
    store = open_store(settings.effective_database_url, keyring=ring)
    click.get_current_context().call_on_close(store.close)
    return store.begin


def row_name(table: str, *key: str) -> str:
    """How people are told of a row."""
    return f"{table} {', '.join(key)}"


def tell_unreadable(rows: Sequence[str], advice: str) -> NoReturn:
    """Name the rows that cannot be read, and end with exit code 1."""
    click.echo(f"{len(rows)} rows cannot be read: they were changed in the database, or their key is missing", err=True)
    for row in rows:
        click.echo(f"  {row}", err=True)
    click.echo(f"  hint: {advice}", err=True)
    sys.exit(1)
