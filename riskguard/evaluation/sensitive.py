"""`riskguard evaluate sensitive`: does sensitive content survive disguise, and what happens to the innocent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from riskguard.evaluation.labelled import Split, read_rows
from riskguard.evaluation.plain import default_judge
from riskguard.evaluation.sensitive_figures import SensitiveFigures, measure_sensitive
from riskguard.evaluation.sensitive_report import plain, show
from riskguard.evaluation.sensitive_suites import pairs, traps
from riskguard.settings import Settings

GOAL_MISSED = 3
"""The exit code of `--check` when a goal is missed."""

_CASES = Path("tests/assets/sensitive")
_ORDINARY = "normal_weibo"
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--cases", type=_FOLDER, default=_CASES, show_default=True, help="Folder of the suites.")
@click.option("--data", type=_FOLDER, help=f"Folder that holds labelled/: judge the {_ORDINARY} rows of dev, too.")
@click.option("--missed", is_flag=True, help="Name the ids of the tune half that went wrong.")
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures here.")
@click.option("--check", is_flag=True, help=f"End with {GOAL_MISSED} when a goal is missed.")
def sensitive(cases: Path, data: Path | None, out: Path | None, *, missed: bool, check: bool) -> None:
    """How much disguised content the default policy finds, and how many benign sentences it disturbs.

    \b
    found       a threshold or rule fired that asks for more than 'allow', and
                it rests on a label that scores 0.3 or more and is the label of
                the pair or of the same family (the part before the first dot:
                fraud.loan is as good as fraud.prize). Another family does not
                count, whatever was done; an alert alone does not count.
    of those found plain
                share of the pairs found in plain form that are also found in
                disguise.
    term pointed at
                of the disguised forms found: a span of a finding of the family
                that scores 0.3 or more holds all characters of a marked term,
                and at most 8 more. A finding without spans points at nothing.
    false alarm any action other than 'allow', or any alert.
    blocked, reviewed
                that very action; of ordinary posts, only with --data.

    The goals are asked of the held half: its sentences are not to be looked at while terms are chosen.
    """
    figures = _measured(cases, data)
    show(figures, Console(), missed=missed)
    if out is not None:
        out.write_text(json.dumps(plain(figures), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(GOAL_MISSED if check and figures.missed_goals() else 0)


def _measured(cases: Path, data: Path | None) -> SensitiveFigures:
    disguised, benign = pairs(cases), traps(cases)
    ordinary = None if data is None else [row.text for row in read_rows(data, Split.DEV, _ORDINARY)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        judging = bar.add_task("texts judged", total=2 * len(disguised) + len(benign) + len(ordinary or ()))
        judge = default_judge(Settings.load())
        return measure_sensitive(
            disguised, benign, judge, ordinary=ordinary, told=lambda texts: bar.advance(judging, texts)
        )
