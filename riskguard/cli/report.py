"""`riskguard report`: what compliance officers file and print."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import click

from riskguard.cli.database import begin_here, settings_here


@click.group()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the service's database, as given to 'up'.  [default: RISKGUARD_DATA_DIR, else ./data]",
)
@click.pass_context
def report(ctx: click.Context, data_dir: Path | None) -> None:
    """Reports on a community, from the database of the service."""
    ctx.obj = data_dir


@report.command()
@click.option("--community", required=True, help="Name of the community.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day, in Beijing.  [default: yesterday]")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
def daily(community: str, day: datetime | None, out: Path) -> None:
    """Write the report on one day: a page that prints well and loads nothing (HTML), and its tables (CSV).

    Surges, campaigns, emotions, topics, sameness and health, with masked example posts; no author and no raw text.
    """
    from riskguard.bootstrap import now, opinion_rules
    from riskguard.console.report import daily_report, write_report
    from riskguard.console.wording import BEIJING

    begin, made_at, settings = begin_here(), now(), settings_here()
    wanted: date = day.date() if day else made_at.astimezone(BEIJING).date() - timedelta(days=1)
    files = daily_report(
        community,
        wanted,
        begin=begin,
        rules=opinion_rules(settings)(),
        made_at=made_at,
        console_url=settings.console_url,
    )
    for file in write_report(files, out):
        click.echo(file)
