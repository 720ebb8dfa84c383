"""`riskguard train combiner`, `riskguard evaluate combiner`: fit what weighs lists and models, and ask how it does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskguard.cli.workshop import cases_option, data_option, train
from riskguard.domain.errors import NotReady
from riskguard.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from riskguard.detectors.panel import Panel
    from riskguard.training.crosswise import Judged

_FOLDER = click.Path(path_type=Path, file_okay=False)


@train.command("combiner")
@data_option
@cases_option
@click.option("--models", type=_FOLDER, help="Folder of the models, which gets combiner/; else RISKGUARD_MODEL_DIR.")
def fit(data: Path | None, cases: Path, models: Path | None) -> None:
    """Fit what weighs the lexicon's word, the encoder's and the words around a term. Four minutes on one core."""
    settings = Settings.load()
    folder = models or settings.model_dir
    try:
        from riskguard.training.combiner import learn, write
        from riskguard.training.truths import lessons
        from riskguard.training.wording import Wordbook
    except ImportError as missing:
        raise NotReady(f"training needs {missing.name}", hint="pip install 'riskguard[workshop]'") from missing
    from rich.console import Console

    with Console(stderr=True).status("reading dev with all detectors"):
        taught = lessons(data or settings.training_data, cases)
        book = Wordbook.of(taught)
        learnt = learn(_uncombined(settings, folder), taught, book)
        write(folder / "combiner", learnt, book.fitted())
    for each in learnt:
        click.echo(
            f"{each.name}: {each.rows} findings, ROC area {each.area:.3f} (own scores {each.before_area:.3f}), "
            f"recall {each.recall:.3f}, false alarms {each.false_alarms:.3f}"
        )


@click.command()
@data_option
@cases_option
@click.option("--models", type=_FOLDER, help="Folder of the models; else RISKGUARD_MODEL_DIR.")
@click.option("--missed", is_flag=True, help="Also print the sentences that went wrong, with their highest labels.")
def combiner(data: Path | None, cases: Path, models: Path | None, *, missed: bool) -> None:
    """What the default policy does with our own sentences that the combiner has not learnt from.

    It is fitted five times, each time without a fifth of them. Five to ten minutes on one core.
    """
    settings = Settings.load()
    try:
        from riskguard.training.crosswise import FOLDS, crosswise
        from riskguard.training.truths import lessons
        from riskguard.training.wording import Wordbook
    except ImportError as missing_part:
        raise NotReady(f"this needs {missing_part.name}", hint="pip install 'riskguard[workshop]'") from missing_part
    from rich.console import Console
    from rich.progress import track

    from riskguard.policy.book import single
    from riskguard.services.moderate import judge

    folder = models or settings.model_dir
    policies = single(settings.policy_dir / "default.yaml", policy_dir=settings.policy_dir)
    taught = lessons(data or settings.training_data, cases)
    folds = crosswise(
        _uncombined(settings, folder),
        taught,
        Wordbook.of(taught),
        lambda fitted, posts: judge(posts, panel=fitted, policies=policies),
    )
    bar = track(folds, "fitting and judging", FOLDS, console=Console(stderr=True), transient=True)
    judged = [each for fold in bar for each in fold]
    Console().print(crosswise_table(judged))
    if missed:
        for each in judged:
            if each.touched is not bool(each.lesson.broken):
                click.echo(each.line)


def _uncombined(settings: Settings, models: Path) -> Panel:
    """All detectors, whose scores stand as they are; heads and intents by columns that have not seen the text."""
    from riskguard.detectors.registry import build_panel
    from riskguard.detectors.similar import MemoryLookAlikes
    from riskguard.evaluation.held import Crosswise

    return build_panel(
        policy_dir=settings.policy_dir,
        model_dir=models,
        look_alikes=MemoryLookAlikes(window_s=1.0),
        engine=settings.encoder_engine,
        combined=False,
        picked=Crosswise.load(models / "risk-encoder").unseen,
    )


def crosswise_table(judged: Iterable[Judged]) -> Table:
    """What became of innocent and of violating sentences, by what they break and by file."""
    from rich.table import Table

    from riskguard.training.crosswise import shares

    table = Table("breaks", "file", "touched", "of", "share", title="Sentences that the combiner has not seen")
    rows = shares(judged)
    innocent, violating = [each for each in rows if not each.breaks], [each for each in rows if each.breaks]
    for name, them in (("innocent", innocent), ("violating", violating)):
        for row in them:
            table.add_row(row.breaks or name, row.file, *_part(row.touched, row.every))
        whole = _part(sum(row.touched for row in them), sum(row.every for row in them))
        table.add_row(f"all {name}", "", *whole, end_section=True)
    return table


def _part(some: int, every: int) -> tuple[str, str, str]:
    return f"{some}", f"{every}", f"{some / every:.1%}" if every else "–"
