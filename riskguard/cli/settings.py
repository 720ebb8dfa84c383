"""`riskguard settings`: every setting, its variable, its value and what it is for."""

from __future__ import annotations

from dataclasses import fields

import click
from rich.console import Console
from rich.table import Table

from riskguard.settings import Settings, variable

WIDE = 400


@click.command()
def settings() -> None:
    """List every setting with its value in force; secrets are not shown."""
    table = Table(box=None, pad_edge=False)
    for heading in ("variable", "value", "for"):
        table.add_column(heading, overflow="fold")
    current = Settings.load()
    for each in fields(Settings):
        table.add_row(
            variable(each), shown(getattr(current, each.name), each.metadata["secret"]), each.metadata["help"]
        )
    console = Console()
    if not console.is_terminal:
        console.width = WIDE  # a name that is piped on must not be broken in two
    console.print(table)


def shown(value: object, secret: bool) -> str:
    """A value as it may be printed."""
    if secret:
        return "(set)" if value else "(empty)"
    return ",".join(value) if isinstance(value, tuple) else str(value)
