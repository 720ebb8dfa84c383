"""`riskguard lexicon`: look into the lists, add one of your own, and find what ours may lack."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from riskguard.cli.outfile import written
from riskguard.cli.own_list import import_
from riskguard.cli.settings import WIDE
from riskguard.detectors.lexicon.files import Lexicon, Tier, load_lexicon
from riskguard.domain.errors import NotFound, NotReady
from riskguard.policy.condition import nearest, within
from riskguard.settings import Settings

if TYPE_CHECKING:
    from riskguard.detectors.lexicon.catalogue import Listed
    from riskguard.evaluation.mining import Candidate, Sides

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FIGURES = ("term", "yes", "no", "z", "listed", "inside", "allowed")
_policies = click.option(
    "--policies", type=_FOLDER, help="Policy folder that holds lexicons/; else RISKGUARD_POLICY_DIR."
)


@click.group()
def lexicon() -> None:
    """Look into the term lists, add one of your own, and find terms that a list may lack."""


lexicon.add_command(import_)


@lexicon.command()
@click.argument("label", required=False)
@_policies
def show(label: str | None, policies: Path | None) -> None:
    """List the lists: terms by tier, pairs, files, versions and whose they are. With LABEL, its terms as well.

    A LABEL stands for its children too: 'fraud' shows fraud.loan and all others. The version of all files together is
    what verdicts name under models.lexicon.
    """
    from riskguard.detectors.lexicon.catalogue import listed, sources

    folder = (policies or Settings.load().policy_dir) / "lexicons"
    lists = load_lexicon(folder)
    files = sources(folder, Settings().policy_dir / "lexicons")
    every = listed(lists, files)
    chosen = [each for each in every if label is None or within(each.label, label)]
    if label is not None and not chosen:
        near = nearest(label, [each.label for each in every])
        raise NotFound(
            f"no list in {folder} has the label '{label}'", hint=near or "'riskguard lexicon show' lists all"
        )
    console = _console()
    console.print(_overview(chosen))
    if label is not None:
        console.print(_terms(lists, {each.label for each in chosen}))
    for each in files:
        if label is None and not each.label:
            console.print(f"{each.file.name}: version {each.version}, {each.origin}", highlight=False)
    console.print(
        f"{len(lists.terms)} terms, {len(lists.pairs)} pairs and {len(lists.allowed)} benign phrases in {folder}, "
        f"version {lists.version}",
        highlight=False,
        soft_wrap=True,
    )


@lexicon.command()
@click.argument("label")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds labelled/; else RISKGUARD_TRAINING_DATA.",
)
@click.option("--top", type=click.IntRange(min=1), default=50, show_default=True, help="So many candidates.")
@click.option("--new", "unlisted", is_flag=True, help="Leave out what a list has already.")
@click.option("--json", "as_json", type=_FILE, help="Also write terms and figures here, as JSON.")
@click.option("--csv", "as_csv", type=_FILE, help="Also write terms and figures here, as a table.")
@_policies
def mine(
    label: str,
    data: Path | None,
    top: int,
    as_json: Path | None,
    as_csv: Path | None,
    policies: Path | None,
    *,
    unlisted: bool,
) -> None:
    """Propose terms for LABEL: what its labelled rows say more often than others and ordinary posts do.

    Reads train splits only. Changes no list: which terms are good, and of which tier, is for a person to say. Where the
    output is a terminal, each candidate is shown in two snippets, with personal information hidden; no file gets them.

    \b
    yes, no   rows of the label and other rows that hold the term
    z         log-odds over their standard deviation (Monroe et al., 2008); 1.96 is sure at 95 %
    listed    labels whose lists have it, and listed terms that stand in it
    allowed   benign phrases of allow.yaml that hold it: there it is never found
    """
    try:
        from riskguard.evaluation import mining
    except ImportError as missing:
        raise NotReady(f"mining needs {missing.name}", hint="pip install 'riskguard[workshop]'") from missing
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from riskguard.evaluation.examples import Library
    from riskguard.evaluation.labelled import Split

    settings = Settings.load()
    lists = load_lexicon((policies or settings.policy_dir) / "lexicons")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        rows = mining.sides(label, Library(data or settings.training_data, Split.TRAIN))
        bar.update(task, description="cutting texts into words", total=len(rows))
        found = mining.mine(rows, lists, top=top, unlisted=unlisted, told=lambda texts: bar.advance(task, texts))
    _tell(label, rows, found)
    if as_json is not None:
        _write_json(as_json, label, rows, found)
    if as_csv is not None:
        _write_csv(as_csv, found)


def _console() -> Console:
    """Standard output; a table that is piped on is not broken to the width of a terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    return console


def _overview(lists: Sequence[Listed]) -> Table:
    table = Table("label", *Tier, "pairs", "file", "version", "origin", box=None, pad_edge=False)
    for each in lists:
        counts = (str(each.terms.get(tier, 0)) for tier in Tier)
        files = (
            "\n".join(column)
            for column in zip(*((s.file.name, s.version, s.origin) for s in each.sources), strict=True)
        )
        table.add_row(each.label, *counts, str(each.pairs), *files)
    return table


def _terms(lists: Lexicon, labels: set[str]) -> Table:
    table = Table("label", "tier", "term", "beside", box=None, pad_edge=False)
    order = list(Tier)
    rows = [(each.label, each.tier, each.written, "") for each in lists.terms if each.label in labels]
    rows += [
        (each.label, each.tier, each.written, f"{'、'.join(each.near)} (within {each.within})")
        for each in lists.pairs
        if each.label in labels
    ]
    for label, tier, term, beside in sorted(rows, key=lambda row: (row[0], order.index(row[1]))):
        table.add_row(label, tier, Text(term), Text(beside))
    return table


def _tell(label: str, rows: Sides, found: Sequence[Candidate]) -> None:
    console, seen = _console(), sys.stdout.isatty()
    table = Table(
        "term", "yes", "no", "z", "listed", "allowed", *(["context"] if seen else []), box=None, pad_edge=False
    )
    for each in found:
        known = [*each.listed, *(f"has {term}" for term in each.inside)]
        figures = (str(each.yes), str(each.no), f"{each.z:.1f}")
        context = [Text("\n".join(each.context))] if seen else []
        table.add_row(Text(each.term), *figures, Text(", ".join(known)), Text(", ".join(each.allowed)), *context)
    console.print(table)
    console.print(
        f"{label}: {len(found)} candidates from {len(rows.yes)} rows of the label and {len(rows.no)} others "
        f"(train splits of {', '.join(rows.sources)}). No list was changed.",
        soft_wrap=True,
    )


def _figures(candidate: Candidate, shown: Callable[[tuple[str, ...]], object]) -> dict[str, object]:
    """What may be kept of a candidate: never its context."""
    every = asdict(candidate)
    return {name: shown(every[name]) if isinstance(every[name], tuple) else every[name] for name in _FIGURES}


def _write_json(file: Path, label: str, rows: Sides, found: Sequence[Candidate]) -> None:
    plain = {
        "label": label,
        "sources": rows.sources,
        "rows": {"yes": len(rows.yes), "no": len(rows.no)},
        "candidates": [_figures(each, list) for each in found],
    }
    with written(file) as sink:
        sink.write(json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _write_csv(file: Path, found: Sequence[Candidate]) -> None:
    with written(file) as sink:
        table = csv.DictWriter(sink, _FIGURES, lineterminator="\n")
        table.writeheader()
        table.writerows(_figures(each, "; ".join) for each in found)
