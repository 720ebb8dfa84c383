"""`riskguard evaluate similar`: are copies of real reposts found, and different ones kept apart?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from riskguard.evaluation.platform import reposts
from riskguard.evaluation.similar_figures import (
    LENGTHS,
    PRECISION,
    RECALL,
    Share,
    SimilarFigures,
    measure,
    read_halves,
    steps,
)
from riskguard.settings import Settings

GOAL_MISSED = 3
"""The exit code of `--check` when a goal is missed."""

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--data", type=_FOLDER, help="Folder that holds stream/reposts.jsonl; else RISKGUARD_TRAINING_DATA.")
@click.option("--half", type=click.Choice(("tune", "report")), default="report", show_default=True)
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures here.")
@click.option("--check", is_flag=True, help=f"End with {GOAL_MISSED} when a goal is missed.")
def similar(data: Path | None, half: str, out: Path | None, *, check: bool) -> None:
    """How many changed copies of real posts are found, and whether different posts of one event stay apart.

    \b
    recall      of each different text of the half, changed in one way, the share
                that joins the cluster of the text, among all texts of the half.
                Lengths count what is compared: one's own letters.
    joined      each text of 12 and more meets, alone, the text of the same event
                that shares most with it, of each class: their best alignment
                agrees in 80 % of the characters and more (the same), in 60 to
                80 % (who knows), in less (they say different things).
    precision   of twins with 3 characters changed and those different pairs, as
                many of one as of the other, the share of twins among the joined.

    Every other event is for tuning, the rest for reporting; the limits of likeness were set on the former.
    """
    file = (data or Settings.load().training_data) / "stream" / "reposts.jsonl"
    if not file.is_file():
        click.echo(f"the stream is not here: {file}\n  hint: say where it lies by --data", err=True)
        sys.exit(2)
    figures = _measured(file, half)
    show(figures, Console())
    if out is not None:
        out.write_text(json.dumps(figures.plain(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(GOAL_MISSED if check and figures.missed_goals() else 0)


def show(figures: SimilarFigures, console: Console) -> None:
    """The figures as tables."""
    title = f"Recall by length of one's own words, {figures.texts:,} different texts of the half '{figures.half}'"
    recall = Table("changed", *LENGTHS, title=title)
    for change, shares in figures.recall.items():
        recall.add_row(change, *(_cell(shares[name]) for name in LENGTHS))
    console.print(recall)
    pairs = Table("two texts of one event", "joined", "of all joins in the stream", title="Kept apart, texts of 12 up")
    for name, share in figures.joined.items():
        pairs.add_row(name, _cell(share), _cell(figures.stream[name]))
    console.print(pairs)
    console.print(f"recall, 3 characters, 15 and more: {_cell(figures.goal_recall)}; goal {RECALL}")
    console.print(f"precision against different posts of one event: {_cell(figures.precision)}; goal {PRECISION}")
    for missed in figures.missed_goals():
        console.print(f"missed: {missed}")


def _measured(file: Path, half: str) -> SimilarFigures:
    said = read_halves(list(reposts(file)))[half]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("measuring", total=steps(said))
        return measure(said, half, Settings.load().policy_dir, lambda: bar.advance(task))


def _cell(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.3f} [{low:.3f}, {high:.3f}] of {share.of:,}" if share.of else "-"
