"""`riskguard admin add-data-key` and `rotate-keys`: the keys that seal what is kept."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from riskguard.cli.database import begin_here, row_name, settings_here, tell_unreadable
from riskguard.domain.audit import CLI

_SETTING = "RISKGUARD_DATA_KEYS"


@click.command("add-data-key")
def add_data_key() -> None:
    """Make a new key to seal with, in the data folder or to be set by you.

    Restart every process afterwards, then seal what is kept anew: riskguard admin rotate-keys.
    """
    from riskguard.bootstrap import now
    from riskguard.keyring import KEYS_FILE, Keyring, add_kept_key, new_key
    from riskguard.services.audit import note

    settings, key = settings_here(), new_key()
    (name,) = Keyring.of([key]).ids
    with begin_here()() as work:
        note(work, "keys.made", name, by=CLI, at=now(), kept=_SETTING if settings.data_keys else KEYS_FILE)
        if not settings.data_keys:
            add_kept_key(key, folder=settings.data_dir)
        work.commit()
    click.echo(f"made the key '{name}'")
    if settings.data_keys:
        click.echo(f"new key: {key}")
        click.echo(f"next: put it, with a comma, before the others in {_SETTING} of every process, and restart them")
        return
    click.echo(f"a new key is the first in {settings.data_dir / KEYS_FILE}; keep a copy of this file in a safe place")
    click.echo("next: restart the service, then: riskguard admin rotate-keys")


@click.command("rotate-keys")
@click.option("--yes", is_flag=True, help="Do not ask whether every process has the newest key.")
def rotate_keys(yes: bool) -> None:
    """Seal all that is kept with the newest key, beside the running service; may be interrupted and goes on.

    Rows that cannot be read are left as they are and named in the end, with exit code 1.
    """
    from riskguard.bootstrap import now
    from riskguard.services import rotation
    from riskguard.services.audit import note

    if not yes:
        click.confirm(
            "Was every process restarted with the newest key? One that lacks it cannot read posts", abort=True
        )
    begin = begin_here()
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("sealing anew", total=rotation.stale(begin))
        rows, unreadable = 0, list[str]()
        for place in rotation.rotate(begin=begin):
            rows += place.rows
            unreadable += [row_name(place.table, *key) for key in place.unreadable]
            progress.advance(bar, place.rows + len(place.unreadable))
    retired = list(rotation.retire(begin))
    left = len(unreadable)
    with begin() as work:
        note(work, "keys.rotated", "data-keys", by=CLI, at=now(), rows=rows, retired=len(retired), unreadable=left)
        work.commit()
    click.echo(f"{rows} rows were sealed with the newest key")
    for name in retired:
        click.echo(f"the key '{name}' seals nothing any more: take it out of the settings or the file, and destroy it")
    if unreadable:
        tell_unreadable(unreadable, "they keep their old key in use; restore or delete them, then rotate again")
