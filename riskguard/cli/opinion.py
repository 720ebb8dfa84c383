"""`riskguard admin recount-opinion`: make what opinion counts again, from the verdicts that are kept."""

from __future__ import annotations

import click

from riskguard.cli.database import begin_here


@click.command("recount-opinion")
@click.confirmation_option(prompt="Posts that were purged or erased will no longer be counted. Go on?")
def recount_opinion() -> None:
    """Count every verdict that is kept anew, such as after a change of what a topic or an emotion is.

    Surges stay as they were. The scheduler counts in the background; until it has, the pages show less.
    """
    with begin_here()() as work:
        lined_up = work.opinion.recount()
        work.commit()
    click.echo(f"{lined_up} posts wait to be counted by the scheduler")
