"""`riskguard pretrain` and `riskguard train encoder`: long work with a progress bar, which a kill does not lose."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from riskguard.cli import combiner
from riskguard.cli.workshop import cases_option, measured, show, train
from riskguard.domain.errors import NotReady
from riskguard.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress

    from riskguard.training.encoder.make import Places

__all__ = ["combiner", "pretrain", "train"]
"""`combiner` for its verb of `train`."""

_FOLDER = click.Path(path_type=Path, file_okay=False)
_data = click.option(
    "--data", type=_FOLDER, help="Folder that holds corpus/ and labelled/; else RISKGUARD_TRAINING_DATA."
)
_work = click.option(
    "--work", type=_FOLDER, default="pretraining", show_default=True, help="Folder for what pre-training leaves."
)
_processes = click.option(
    "--processes", type=click.IntRange(min=1), default=os.cpu_count(), help="Of one thread each; a GPU is used alone."
)
_seed = click.option("--seed", default=7, show_default=True)


@click.command()
@_data
@_work
@_processes
@_seed
@click.option(
    "--tokens", type=click.FloatRange(min=1), default=46.0, show_default=True, help="Characters, in millions."
)
@click.option(
    "--begun", type=_FOLDER, help="Folder of a trained encoder to start from, with its vocabulary and word vectors."
)
@click.option(
    "--size",
    type=click.Choice(["small", "large"]),
    default="small",
    show_default=True,
    help="The small one serves; a large one may teach it, and takes the vocabulary of --begun alone.",
)
def pretrain(
    data: Path | None, work: Path, processes: int, seed: int, tokens: float, begun: Path | None, size: str
) -> None:
    """Pre-train the encoder on unlabelled text. Stopped at any time, it goes on where it was when called again.

    About an hour for 46 million characters on two cores, and a quarter of an hour before that for the vocabulary and
    the word vectors. Uses a GPU where there is one.
    """
    one_thread_each()
    try:
        from riskguard.detectors.encoder.spelling import Speller
        from riskguard.training.encoder import pretrain as pretraining
        from riskguard.training.encoder.preparation import SIZES, prepare, shape
        from riskguard.training.encoder.together import gpu_here
    except ImportError as missing:
        raise _workshop(missing) from missing
    plan = pretraining.Plan.suited(
        work,
        round(tokens * 1e6),
        processes=processes,
        seed=seed,
        begun=begun,
        on_gpu=gpu_here(),
        large=size == "large",
    )
    with _bar("{task.fields[loss]}  {task.fields[speed]}") as bar:
        task = bar.add_task("preparing", total=plan.tokens, loss="", speed="")
        prepare(
            data or Settings.load().training_data,
            work,
            threads=processes,
            seed=seed,
            told=lambda step: bar.update(task, description=step),
            begun=begun,
        )
        bar.update(task, description="pre-training")

        def told(progress: pretraining.Progress, speed: float) -> None:
            loss = f"loss {progress.curve[-1][1]:.3f}"
            bar.update(task, completed=progress.tokens, loss=loss, speed=f"{speed:,.0f} tokens/s")

        pretraining.pretrain(plan, shape(Speller.load(work), size=SIZES[size], dropout=0.0), told=told)


_steps = click.option(
    "--steps", type=click.IntRange(min=1), default=1700, show_default=True, help="Batches for each process."
)
_more = click.option(
    "--more", is_flag=True, help="Go on from what the last course left, also from one that was stopped."
)


_force = click.option(
    "--force", metavar="REASON", default="", help="Take a model that is worse than the one there, and say why."
)


@train.command("teacher")
@_data
@click.option(
    "--work", type=_FOLDER, default="pretraining-large", show_default=True, help="What `pretrain --size large` left."
)
@_processes
@_seed
@_steps
@_more
def teacher(data: Path | None, work: Path, processes: int, seed: int, steps: int, *, more: bool) -> None:
    """Teach the large encoder every head, so that `train encoder --teacher` can learn from it. It never serves.

    For a GPU: without one it takes very long.
    """
    one_thread_each()
    try:
        from riskguard.training.encoder.make import teach_encoder
        from riskguard.training.encoder.teach import Course
        from riskguard.training.encoder.together import gpu_here
    except ImportError as missing:
        raise _workshop(missing) from missing
    source = data or Settings.load().training_data
    course = Course.suited(steps, seed=seed, more=more, on_gpu=gpu_here(), large=True)
    with _taught(steps) as told:
        teach_encoder(source, work, course, processes=processes, told=told)
    click.echo(f"The teacher is in {work}")


@train.command("encoder")
@_data
@_work
@_processes
@_seed
@click.option(
    "--models", type=_FOLDER, help="Folder that holds linear/ and gets risk-encoder/; else RISKGUARD_MODEL_DIR."
)
@_steps
@_more
@click.option("--begun", type=_FOLDER, help="Go on from a trained encoder's weights; no pre-training is needed.")
@click.option("--teacher", type=_FOLDER, help="Work folder of a taught large encoder: learn what it says as well.")
@cases_option
@_force
def encoder(
    data: Path | None,
    cases: Path,
    work: Path,
    processes: int,
    seed: int,
    models: Path | None,
    steps: int,
    begun: Path | None,
    teacher: Path | None,
    *,
    more: bool,
    force: str,
) -> None:
    """Teach the pre-trained encoder every head, calibrate it beside the linear model, measure it and write its card.

    About 40 minutes on two cores. A model that is worse on dev than the one it would replace is not written. What texts
    intend it learns afterwards: `riskguard train intents`.
    """
    one_thread_each()
    try:
        from riskguard.training.encoder.make import take_up, teach_encoder, write_encoder
        from riskguard.training.encoder.teach import Course
        from riskguard.training.encoder.together import gpu_here
    except ImportError as missing:
        raise _workshop(missing) from missing
    settings = Settings.load()
    folder = models or settings.model_dir
    places = _places(data or settings.training_data, cases, work, folder)
    course = Course.suited(steps, seed=seed, more=more or begun is not None, on_gpu=gpu_here())
    if begun is not None:
        take_up(begun, work)
    with _taught(steps) as told:
        teach_encoder(places.data, work, course, processes=processes, told=told, teacher=teacher)
    with _bar("") as bar:
        task = bar.add_task("writing", total=None)
        write_encoder(places, course, told=lambda step: bar.update(task, description=step), teacher=teacher)
    _ship(places, folder, engine=settings.encoder_engine, reason=force)


@train.command("intents")
@_data
@_work
@_processes
@_seed
@click.option(
    "--models", type=_FOLDER, help="Folder with linear/ and restorer/, gets risk-encoder/; else RISKGUARD_MODEL_DIR."
)
@click.option("--begun", type=_FOLDER, help="The encoder to teach, which has not learnt intents; else that of models.")
@cases_option
@_force
def intents(
    data: Path | None,
    cases: Path,
    work: Path,
    processes: int,
    seed: int,
    models: Path | None,
    begun: Path | None,
    *,
    force: str,
) -> None:
    """Teach the encoder what texts intend, from our own sentences; all else that it says is held as it is.

    Three courses without a third of the sentences each, which tell the combiner what is said of a text that was not
    seen, then one with all: half an hour to an hour on two cores. Weights are left in the work folder, so that a
    stopped run goes on with the next course. Train the combiner afterwards.
    """
    one_thread_each()
    try:
        from riskguard.training.encoder.make import teach_intents
    except ImportError as missing:
        raise _workshop(missing) from missing
    settings = Settings.load()
    folder = models or settings.model_dir
    places = _places(data or settings.training_data, cases, work, folder)
    work.mkdir(parents=True, exist_ok=True)
    with _bar("{task.completed}/{task.total}") as bar:
        task = bar.add_task("reading", total=None)

        def told(course: str, step: int, steps: int) -> None:
            bar.update(task, description=f"course '{course}'", completed=step, total=steps)

        teach_intents(begun or folder / "risk-encoder", places, processes=processes, seed=seed, told=told)
    _ship(places, folder, engine=settings.encoder_engine, reason=force)


@train.command("calibration")
@_data
@click.option(
    "--models", type=_FOLDER, help="Folder with linear/, restorer/ and risk-encoder/; else RISKGUARD_MODEL_DIR."
)
@_force
def calibration(data: Path | None, models: Path | None, *, force: str) -> None:
    """Fit anew the encoder's scores beside the linear model and the restorer, for when one of these changed.

    All weights stay. Three to six minutes on one core, mostly for measuring. Train the combiner afterwards.
    """
    try:
        from riskguard.training.encoder.make import calibrate_encoder
    except ImportError as missing:
        raise _workshop(missing) from missing
    settings = Settings.load()
    folder = models or settings.model_dir
    with TemporaryDirectory() as work, _bar("") as bar:
        task = bar.add_task("reading", total=None)
        places = _places(data or settings.training_data, Path(), Path(work), folder)
        calibrate_encoder(folder / "risk-encoder", places, told=lambda step: bar.update(task, description=step))
        bar.stop()
        _ship(places, folder, engine=settings.encoder_engine, reason=force)


def _places(data: Path, cases: Path, work: Path, models: Path) -> Places:
    from riskguard.training.encoder.make import Places

    return Places(data, cases, work, models / "linear", models / "restorer", work / "candidate")


def _ship(places: Places, folder: Path, *, engine: str, reason: str) -> None:
    """Measure what was written, and put it among the models of the folder if the gate lets it."""
    from riskguard.training.encoder.card import write_encoder_card
    from riskguard.training.encoder.gate import check_gate, save_figures, ship

    figures = measured(places.data, folder, engine=engine, encoder=places.out)
    show(figures)
    check_gate(figures[0], folder / "risk-encoder", reason=reason)
    save_figures(places.out, figures[0])
    write_encoder_card(places.out, figures)
    ship(places.out, folder / "risk-encoder")
    click.echo(f"Model and card are in {folder / 'risk-encoder'}")


@contextmanager
def _taught(steps: int) -> Iterator[Callable[[int, float, float], None]]:
    """What hears how teaching goes, and shows it."""
    with _bar("{task.fields[loss]}") as bar:
        task = bar.add_task("teaching", total=steps, loss="")

        def told(step: int, of_heads: float, of_tags: float) -> None:
            bar.update(task, completed=step, loss=f"loss of heads {of_heads:.3f}, of tags {of_tags:.3f}")

        yield told


def one_thread_each() -> None:
    """Before torch is imported: its threads fight over two cores, processes of one thread do not.

    And no batch is as long as the last, so what it prepares for the sizes of each is no use and grows by gigabytes.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for cache in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        os.environ.setdefault(cache, "32")


def _bar(more: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns: list[Any] = [
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn(more),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    ]
    return Progress(*columns, console=Console(stderr=True))


def _workshop(missing: ImportError) -> NotReady:
    return NotReady(f"training needs {missing.name}", hint="pip install 'riskguard[workshop,torch]'")
