"""`riskguard admin erase-author` and `export-author`: what the law gives to the people who wrote the posts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console

from riskguard.cli.database import begin_here, row_name, settings_here, tell_unreadable


@click.command("erase-author")
@click.argument("community")
@click.argument("author")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_author(community: str, author: str, yes: bool) -> None:
    """Delete all that is kept of AUTHOR (the author.id of the platform) in COMMUNITY, beside the running service.

    Prints a receipt, which is kept and audited: counts and a hash, no content.
    """
    from riskguard.bootstrap import now, traces_of
    from riskguard.domain.erasure import Erased
    from riskguard.services import erasure

    if not yes:
        click.confirm(f"Delete everything of this author in '{community}'? It cannot be undone", abort=True)
    begin, traces = begin_here(), traces_of(settings_here())
    with Console(stderr=True).status("erasing") as shown:

        def tell(erased: Erased) -> None:
            shown.update(f"erasing: {erased.posts} posts so far")

        receipt = erasure.erase_author(
            author, community=community, actor="cli", begin=begin, clock=now, traces=traces, progress=tell
        )
    click.echo(f"receipt: {receipt.id}")
    click.echo("erased:  " + ", ".join(f"{count} {kind}" for kind, count in receipt.counts.items()))
    click.echo(f"hash:    {receipt.hash}")


@click.command("export-author")
@click.argument("community")
@click.argument("author")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write: FILE.zip with a page for people and the data, any other name for JSON lines alone.",
)
def export_author(community: str, author: str, out: Path) -> None:
    """Write all that is kept of AUTHOR in COMMUNITY to a file, to answer a person's request. Audited.

    Rows that cannot be read are named in the file and in the end, with exit code 1.
    """
    from riskguard.bootstrap import now
    from riskguard.cli.dossier import write_dossier
    from riskguard.services.dossier import UNREADABLE, Record, dossier

    unreadable = list[str]()

    def noted(records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            if record["kind"] == UNREADABLE:
                unreadable.append(row_name(str(record["table"]), str(record["row"])))
            yield record

    records = dossier(author, community=community, actor="cli", begin=begin_here(), clock=now)
    with Console(stderr=True).status("exporting"):
        count = write_dossier(out, noted(records))
    click.echo(f"{count} records are in {out}, readable for you alone; hand it over on a safe way, then delete it")
    if unreadable:
        tell_unreadable(unreadable, "what they hold is missing in the file; restore them, then export again")
