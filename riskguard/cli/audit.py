"""`riskguard admin verify-audit` and `riskguard admin audit`: the log of who did what."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from riskguard.cli.database import begin_here
from riskguard.domain.audit import AuditFilter, AuditRecord

if TYPE_CHECKING:
    from riskguard.domain.audit import Verification
    from riskguard.services.ports import Begin

_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.command("verify-audit")
@click.option("--head", default=None, metavar="HASH", help="a head noted earlier: rows cut off the end are seen by it")
def verify_audit(head: str | None) -> None:
    """Walk the audit log; exit code 1 and the first broken row, if it was changed. Note the head that is printed."""
    found = _walked(begin_here(), head)
    click.echo(f"{found.rows:,} rows are as they were written")
    click.echo(f"head: {found.head}")
    if not found.intact:
        click.echo(f"riskguard: row {found.broken_at} is broken: {found.because}", err=True)
        sys.exit(1)


@click.command("audit")
@click.option("--since", type=_DAY, default=None, help="from this day or second on (UTC)")
@click.option("--until", type=_DAY, default=None, help="before this day or second (UTC)")
@click.option("--actor", default=None, help="member:NAME, key:PREFIX, cli or system")
@click.option("--event", default=None, help="such as case.decided; 'member.' means all that begin so")
@click.option("--subject", default=None, help="what it was done to")
@click.option("--community", default=None, help="only acts in this community")
@click.option("--limit", type=click.IntRange(1), default=None, help="at most so many rows, the newest")
@click.option("--count", is_flag=True, help="CSV: how many rows tell of each event")
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line, with hashes")
def audit(
    since: datetime | None,
    until: datetime | None,
    actor: str | None,
    event: str | None,
    subject: str | None,
    community: str | None,
    limit: int | None,
    count: bool,
    as_json: bool,
) -> None:
    """List who did what, newest first; or, with --count, a summary for a compliance report."""
    from itertools import islice

    from riskguard.services.audit import found

    wanted = AuditFilter(_utc(since), _utc(until), actor, event, subject, community)
    if count:
        with begin_here()() as work:
            click.echo("event,count")
            for name, number in work.audit.tally(wanted).items():
                click.echo(f"{name},{number}")
        return
    for record in islice(found(wanted, begin=begin_here()), limit):
        click.echo(_json_line(record) if as_json else _line(record))


def _walked(begin: Begin, head: str | None) -> Verification:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from riskguard.services.audit import size, verified

    columns = (TextColumn("verifying the audit log"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size(begin=begin))
        return verified(begin=begin, head=head, progress=lambda rows: bar.update(task, completed=rows))


def _line(record: AuditRecord) -> str:
    details = " ".join(f"{name}={value}" for name, value in record.facts.items())
    words = (record.at[:19], record.actor, record.event, record.subject, record.community or "-", details)
    return f"{record.sequence}  " + "  ".join(word for word in words if word)


def _json_line(record: AuditRecord) -> str:
    return json.dumps({**asdict(record), "details": record.facts}, ensure_ascii=False)


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
