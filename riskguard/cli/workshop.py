"""`riskguard train | evaluate | bench`: makes models and measures them. Needs the 'workshop' extra for training."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib import import_module
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskguard.domain.errors import NotReady
from riskguard.settings import Settings

if TYPE_CHECKING:
    from riskguard.evaluation.heads import Figures

_FOLDER = click.Path(path_type=Path, file_okay=False)
_data = click.option("--data", type=_FOLDER, help="Folder that holds labelled/; else RISKGUARD_TRAINING_DATA.")


class Measures(click.Group):
    """Imports what evaluates a stream or plain sentences only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), "plain", "stream"})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ("plain", "stream"):
            command: click.Command = getattr(import_module(f"riskguard.evaluation.{cmd_name}"), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group()
def train() -> None:
    """Train models from labelled data that lies outside the repository."""


@train.command("linear")
@_data
@click.option("--out", type=_FOLDER, help="Folder to write; else RISKGUARD_MODEL_DIR/linear.")
@click.option("--permissive-only", is_flag=True, help="Use only sets whose licence is stated and permissive.")
@click.option("--seed", default=7, show_default=True)
def linear(data: Path | None, out: Path | None, *, permissive_only: bool, seed: int) -> None:
    """Train the linear n-gram model, calibrate it, measure it and write its card. About a minute on one core."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = Settings.load()
    folder, source = out or settings.model_dir / "linear", data or settings.training_data
    try:
        from riskguard.training.card import write_card
        from riskguard.training.linear import train_linear
    except ImportError as missing:
        raise NotReady(f"training needs {missing.name}", hint="pip install 'riskguard[workshop]'") from missing
    from rich.console import Console

    from riskguard.evaluation.heads import measure

    console = Console(stderr=True)
    with console.status("reading") as status:
        for step in train_linear(source, folder, permissive_only=permissive_only, seed=seed):
            console.log(step)
            status.update(step)
        status.update("measuring on dev")
        figures = measure(folder, source)
        write_card(folder, figures)
    _show(figures)
    console.print(f"Model and card are in {folder}")


@click.group(cls=Measures)
def evaluate() -> None:
    """Measure models on labelled data, and the service on a stream of posts."""


@evaluate.command("heads")
@_data
@click.option("--model", type=_FOLDER, help="Folder of the linear model; else RISKGUARD_MODEL_DIR/linear.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures here as JSON.")
def heads(data: Path | None, model: Path | None, out: Path | None) -> None:
    """How good every head is on dev, beside the floor that a plain TF-IDF model reaches."""
    from riskguard.evaluation.heads import measure

    settings = Settings.load()
    figures = measure(model or settings.model_dir / "linear", data or settings.training_data)
    _show(figures)
    if out is not None:
        out.write_text(json.dumps(figures.plain(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@click.command()
@click.option("--batch", "batches", type=click.IntRange(min=1), multiple=True, default=(64, 256), show_default=True)
@click.option("--posts", type=click.IntRange(min=1), default=4096, show_default=True, help="Invented posts to read.")
def bench(batches: tuple[int, ...], posts: int) -> None:
    """What each step costs on this machine, in microseconds per post."""
    from rich.console import Console
    from rich.table import Table

    from riskguard.evaluation.cost import costs

    texts = _invented(posts)
    found = costs(Settings.load(), texts, batches=batches)
    title = f"µs per post: best of three, one thread, {posts} invented posts, median {_median(texts)} characters"
    table = Table("step", *(f"batch {size}" for size in batches), title=title)
    for step, figures in found.items():
        table.add_row(step, *(f"{figure:.1f}" for figure in figures))
    Console().print(table)


def _invented(wanted: int) -> list[str]:
    """Texts of the demo community, from as many seeds as it takes."""
    from riskguard.demo.posts import posts

    said = (str(post["text"]) for seed in count(1) for post in posts(seed))
    return list(islice(said, wanted))


def _median(texts: Sequence[str]) -> int:
    return sorted(map(len, texts))[len(texts) // 2]


def _show(figures: Figures) -> None:
    """The figures as two tables on standard output."""
    from rich.console import Console
    from rich.table import Table

    tasks = Table("task", "rows", "macro-F1", "TF-IDF floor", "accuracy", title="Tasks on dev (thresholds crosswise)")
    for task in figures.tasks:
        floor = f"{task.floor:.3f}" if task.floor else "–"
        tasks.add_row(task.task, str(task.rows), f"{task.macro_f1:.3f}", floor, f"{task.accuracy:.3f}")
    shown = Table(
        "head",
        "yes",
        "no",
        "recall ≥.5",
        "false alarms ≥.5",
        "short ≥.5",
        "short ≥.8",
        "calibration error",
        title="Heads on dev",
    )
    for head in figures.heads:
        alarms = (f"{rate:.2%}" for rate in (head.false_alarms, head.short_alarms, head.short_sure))
        rates = (f"{head.recall:.3f}", *alarms, f"{head.calibration_error:.3f}")
        shown.add_row(head.head, str(head.yes), str(head.no), *rates)
    console = Console()
    console.print(tasks)
    if figures.against_prejudice is not None:
        console.print(f"Texts against prejudice that 'abuse' flags: {figures.against_prejudice:.1%}")
    console.print(shown)
    console.print(
        "False alarms: ordinary Weibo posts scoring 0.5 or more; short: pieces of them, 2 to 8 characters. "
        "For opinion heads they are no error."
    )
