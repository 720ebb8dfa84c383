"""`riskguard train | evaluate | bench`: makes models and measures them. Needs the 'workshop' extra for training."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from riskguard.domain.errors import NotReady
from riskguard.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from riskguard.evaluation.compare import Line
    from riskguard.evaluation.cost import Told
    from riskguard.evaluation.disguised import Disguise
    from riskguard.evaluation.heads import Figures

_LATE = {
    **{name: f"riskguard.evaluation.{name}" for name in ("pii", "plain", "sensitive", "similar", "stream", "surges")},
    "combiner": "riskguard.cli.combiner",
}
"""Where each stands; there it has the name that it has here."""

_STARTS = 3
_QUICK = 512
_FOLDER = click.Path(path_type=Path, file_okay=False)
data_option = click.option("--data", type=_FOLDER, help="Folder that holds labelled/; else RISKGUARD_TRAINING_DATA.")
cases_option = click.option(
    "--cases", type=_FOLDER, default="tests/assets", show_default=True, help="Folder of our own suites."
)


class Measures(click.Group):
    """Imports what evaluates a stream or our own sentences only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_LATE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _LATE:
            command: click.Command = getattr(import_module(_LATE[cmd_name]), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group()
def train() -> None:
    """Train models from labelled data that lies outside the repository."""


@train.command("linear")
@data_option
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
    show([figures])
    console.print(f"Model and card are in {folder}")


@train.command("restorer")
@data_option
@click.option("--out", type=_FOLDER, help="Folder to write; else RISKGUARD_MODEL_DIR/restorer.")
def restorer(data: Path | None, out: Path | None) -> None:
    """Count the corpus, for what reads texts in disguise as they were meant. A minute and 3 GB of memory.

    Calibrate the encoder anew afterwards: `riskguard train calibration`.
    """
    settings = Settings.load()
    folder = out or settings.model_dir / "restorer"
    try:
        from riskguard.training.restorer import train_restorer
    except ImportError as missing:
        raise NotReady(f"training needs {missing.name}", hint="pip install 'riskguard[workshop]'") from missing
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("reading") as status:
        train_restorer(data or settings.training_data, folder, told=status.update)
    console.print(f"The restorer is in {folder}")


@click.group(cls=Measures)
def evaluate() -> None:
    """Measure models on labelled data, and the service on a stream of posts."""


@evaluate.command("heads")
@data_option
@click.option("--models", type=_FOLDER, help="Folder that holds linear/ and risk-encoder/; else RISKGUARD_MODEL_DIR.")
@click.option("--engine", help="What runs the encoder; else RISKGUARD_ENCODER_ENGINE.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures here as JSON.")
def heads(data: Path | None, models: Path | None, engine: str | None, out: Path | None) -> None:
    """How good every head is on dev: the encoder, without and with the linear model beside it, and that model alone."""
    settings = Settings.load()
    figures = measured(
        data or settings.training_data, models or settings.model_dir, engine=engine or settings.encoder_engine
    )
    show(figures)
    if out is not None:
        plain = {"models": [each.plain() for each in figures]}
        out.write_text(json.dumps(plain, ensure_ascii=False, indent=2, allow_nan=False) + "\n", encoding="utf-8")


@evaluate.command("restorer")
@data_option
@click.option("--models", type=_FOLDER, help="Folder that holds restorer/; else RISKGUARD_MODEL_DIR.")
def restored(data: Path | None, models: Path | None) -> None:
    """What the restorer makes of disguised texts of dev, and how often it changes one that is no disguise."""
    from rich.console import Console
    from rich.table import Table

    from riskguard.evaluation.examples import Library
    from riskguard.evaluation.labelled import Split
    from riskguard.evaluation.restored import left_alone, undone
    from riskguard.text.restoring import load_restorer

    settings = Settings.load()
    restorer, _ = load_restorer((models or settings.model_dir) / "restorer")
    dev = Library(data or settings.training_data, Split.DEV)
    twins = Table("disguise", "texts", "as written", "as restored", title="Characters that are as in the plain text")
    plain = Table("not disguised", "texts", "changed", "95 %", "µs a text", title="Texts that are changed")
    with Console(stderr=True).status("restoring"):
        for kind in undone(restorer, dev, _disguises()):
            twins.add_row(kind.kind, f"{kind.rows}", f"{kind.before:.3f}", f"{kind.after:.3f}")
        for each in left_alone(restorer, dev):
            low, high = each.interval
            cells = (f"{each.changed:.2%}", f"{low:.2%} to {high:.2%}", f"{each.cost_us:.0f}")
            plain.add_row(each.of, f"{each.rows}", *cells)
    Console().print(twins, plain)


def measured(data: Path, models: Path, *, engine: str, encoder: Path | None = None) -> list[Figures]:
    """The figures of every model, with a bar that moves with each step; `encoder` is one outside the models' folder."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from riskguard.evaluation.candidate import candidates
    from riskguard.evaluation.heads import Examiner

    examiner = Examiner(data, disguises=_disguises())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        calibrating = bar.add_task("texts read by the encoder", total=None)
        found = candidates(
            models,
            examiner.dev,
            encoder=encoder,
            engine=engine,
            told=lambda texts: bar.update(calibrating, advance=texts),
        )
        steps = bar.add_task("measuring", total=sum(map(examiner.steps, found)))
        figures = []
        for model in found:
            bar.update(steps, description=model.name)
            figures.append(examiner.figures(model, lambda _: bar.advance(steps)))
        return figures


def _disguises() -> Mapping[str, Disguise]:
    """The ways to disguise a text; none where the workshop's tables are not installed."""
    try:
        from riskguard.training.disguise import KINDS, disguise
    except ImportError:
        return {}
    return {kind: partial(_disguised, disguise, kind) for kind in KINDS}


def _disguised(write: Callable[[str, str, Random], str], kind: str, text: str, dice: Random) -> str:
    return write(text, kind, dice)


@click.command()
@click.option("--batch", "batches", type=click.IntRange(min=1), multiple=True, default=(64, 256), show_default=True)
@click.option("--posts", type=click.IntRange(min=1), default=4096, show_default=True, help="Invented posts to read.")
@click.option(
    "--worker", is_flag=True, help="Instead start a worker, three times: when is it ready, what does it hold?"
)
@click.option("--quick", is_flag=True, help=f"{_QUICK} posts in the largest batches alone: a first impression.")
@click.option("--similar", is_flag=True, help="Instead fill the memory for look-alikes: does a post's cost stay?")
@click.option("--million", is_flag=True, help="With --similar: go on to a million posts, some minutes and 1.5 GB.")
def bench(batches: tuple[int, ...], posts: int, *, worker: bool, quick: bool, similar: bool, million: bool) -> None:
    """What each step costs on this machine, in microseconds per post; or what a whole worker takes, or what a post
    costs as the memory for look-alikes fills. Standard error tells what is being measured."""
    from rich.console import Console

    if similar:
        from riskguard.evaluation.similar_cost import cost_table

        Console().print(cost_table(million=million))
        return
    texts = _invented(min(posts, _QUICK) if quick else posts)
    sizes = (max(batches),) if quick else batches
    Console().print(_workers(texts) if worker else _steps(texts, sizes, _teller()))


def _teller() -> Told:
    """Says on standard error what comes next, and when."""
    started = time.monotonic()
    return lambda step: click.echo(f"{time.monotonic() - started:4.0f} s  {step}", err=True)


def _steps(texts: Sequence[str], batches: Sequence[int], told: Told) -> Table:
    from rich.table import Table

    from riskguard.evaluation.channel_cost import channel_costs
    from riskguard.evaluation.cost import costs
    from riskguard.evaluation.matcher_cost import matcher_rows
    from riskguard.evaluation.pii.cost import GOAL_US, number_costs

    found = costs(Settings.load(), texts, batches=batches, told=told)
    told("the channels")
    of_channels = [channel_costs(texts, batch=size) for size in batches]
    told("pii, number-like kinds, beside Presidio")
    of_numbers = [number_costs(texts, batch=size) for size in batches]
    posts = len(texts)
    title = f"µs per post: best of up to three, one thread, {posts} invented posts, median {_median(texts)} characters"
    table = Table("step", *(f"batch {size}" for size in batches), title=title)
    for step, figures in found.items():
        table.add_row(step, *(f"{figure:.1f}" for figure in figures))
    table.add_section()
    for step in of_channels[0]:
        table.add_row(step, *(f"{each[step]:.1f}" for each in of_channels))
    table.add_section()
    table.add_row(f"pii, number-like kinds (goal {GOAL_US:.0f})", *(f"{cost:.1f}" for cost in of_numbers))
    table.add_row("Presidio, the same patterns, one by one", _presidio(texts))
    table.add_section()
    told("20,000 terms")
    for step, cells in matcher_rows(Settings.load().policy_dir / "lexicons", texts, batches).items():
        table.add_row(step, *cells)
    return table


def _presidio(texts: Sequence[str]) -> str:
    from riskguard.evaluation.pii.cost import presidio_costs

    try:
        return f"{presidio_costs(texts):.1f}"
    except NotReady as missing:
        return f"{missing}: {missing.hint}"


def _workers(texts: Sequence[str]) -> Table:
    from rich.table import Table

    from riskguard.evaluation.worker import worker_costs

    found = worker_costs(Settings.load(), texts, starts=_STARTS)
    title = f"A worker, started {_STARTS} times; it judges {len(texts)} invented posts"
    table = Table("", *(f"start {number}" for number in range(1, _STARTS + 1)), title=title)
    table.add_row("ready after, s", *(f"{each.ready_s:.2f}" for each in found))
    table.add_row("ready after, CPU s", *(f"{each.ready_cpu_s:.2f}" for each in found))
    table.add_row("ready, MB", *(f"{each.ready_mb:.0f}" for each in found))
    table.add_row("posts judged, MB", *(f"{each.judged_mb:.0f}" for each in found))
    table.add_row("peak, MB", *(f"{each.peak_mb:.0f}" for each in found))
    table.add_row("a post, CPU ms", *(f"{each.judged_cpu_ms:.2f}" for each in found))
    table.add_row("engine", *(each.engine for each in found))
    return table


def _invented(wanted: int) -> list[str]:
    """Texts of the demo community, from as many seeds as it takes."""
    from riskguard.demo.posts import posts

    said = (str(post["text"]) for seed in count(1) for post in posts(seed))
    return list(islice(said, wanted))


def _median(texts: Sequence[str]) -> int:
    return sorted(map(len, texts))[len(texts) // 2]


def show(models: Sequence[Figures]) -> None:
    """The figures as tables on standard output: all models beside one another, then the heads of each."""
    from rich.console import Console

    from riskguard.evaluation.compare import goals, notes, slices

    console = Console()
    console.print(
        _comparison("Tasks on dev, 95 % confidence (thresholds crosswise)", models, goals(models), asked=True)
    )
    for note in notes(models):
        console.print(note)
    for figures in models:
        console.print(_heads_table(figures))
    console.print(_comparison("Slices of dev", models, slices(models), asked=False))


def _comparison(title: str, models: Sequence[Figures], lines: Sequence[Line], *, asked: bool) -> Table:
    from rich.table import Table

    from riskguard.evaluation.compare import short, wanted, with_interval

    names = [figures.model for figures in models]
    table = Table("", "figure", "rows", *(("floor", "must", "dream") if asked else ()), *names, title=title)
    if asked:
        table.add_column("reached")
    for line in lines:
        goal = (short(line.goal.floor), wanted(line.goal, line.goal.must), wanted(line.goal, line.goal.dream))
        cells = map(with_interval, line.cells)
        ends = (line.reached,) if asked else ()
        table.add_row(line.name, line.figure, str(line.rows), *(goal if asked else ()), *cells, *ends)
    return table


def _heads_table(figures: Figures) -> Table:
    from rich.table import Table

    columns = ("yes", "no", "recall ≥.5", "recall at precision .9", "false alarms ≥.5", "short ≥.5", "short ≥.8", "ECE")
    shown = Table("head", *columns, title=f"Heads on dev: {figures.model}")
    for head in figures.heads:
        recalls = (f"{head.recall:.3f}", f"{head.precise_recall:.3f}")
        alarms = (f"{rate:.2%}" for rate in (head.false_alarms, head.short_alarms, head.short_sure))
        shown.add_row(head.head, str(head.yes), str(head.no), *recalls, *alarms, f"{head.calibration_error:.3f}")
    return shown
