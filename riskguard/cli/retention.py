"""`riskguard admin purge`: take the words out of posts whose time is over, now."""

from __future__ import annotations

import click
from rich.console import Console

from riskguard.cli.database import begin_here, settings_here

TURNS = 1_000_000


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Only tell what would be purged.")
def purge(dry_run: bool) -> None:
    """Take the words out of posts that are older than retention.yaml of the policy folder allows.

    The scheduler does so by itself, every ten minutes. The numbers of verdicts stay.
    """
    from riskguard.bootstrap import now, retentions
    from riskguard.domain.audit import CLI
    from riskguard.services import retention

    rules, begin = retentions(settings_here()), begin_here()
    with Console(stderr=True).status("looking through the posts"):
        if dry_run:
            found = retention.overdue(rules, begin=begin, clock=now)
        else:
            found = retention.purge(rules, actor=CLI, begin=begin, clock=now, turns=TURNS)
    verb = "would lose" if dry_run else "lost"
    for community, purged in found.items():
        closed = f", {purged.closed} cases closed" if purged.closed else ""
        waiting = f", {purged.waiting} wait for a ruling" if purged.waiting else ""
        click.echo(f"{community}: {purged.posts} posts {verb} their words{closed}{waiting}")
    if not found:
        click.echo("nothing is past its time")
