"""The command `riskguard evaluate pii`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from riskguard.detectors.person import PersonDetector
from riskguard.detectors.pii import PiiDetector
from riskguard.domain.finding import NOTABLE, Finding
from riskguard.domain.post import Post
from riskguard.evaluation.entities import (
    DOORS,
    NEWS,
    SPAN_F1,
    SPAN_PRECISION,
    SPAN_RECALL,
    WEIBO,
    addresses,
    by_findings,
    name_figures,
    named_sentences,
)
from riskguard.evaluation.labelled import Split, read_rows
from riskguard.evaluation.pii.figures import PiiFigures, Reader, likely, measure_pii
from riskguard.evaluation.pii.ordinary import judged_right
from riskguard.evaluation.pii.report import plain, show
from riskguard.evaluation.pii.suite import suite
from riskguard.evaluation.plain import default_judge
from riskguard.evaluation.slices import Measured
from riskguard.settings import Settings
from riskguard.text.view import fold_all

GOAL_MISSED = 3
"""The exit code of `--check` when a goal is missed."""

_CASES = Path("tests/assets/pii")
_ORDINARY = "normal_weibo"
_WIDE = 160
"""Columns of a table that goes into a file or a pipe."""

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_TOGETHER = "together"
_WITNESSES = {"rules": ("rule", "both"), "encoder": ("encoder", "both"), _TOGETHER: ("rule", "encoder", "both")}
_START = datetime(2020, 3, 1, 4, tzinfo=UTC)


@click.command()
@click.option("--cases", type=_FOLDER, default=_CASES, show_default=True, help="Folder of the hand-written sentences.")
@click.option(
    "--data", type=_FOLDER, help=f"Folder that holds labelled/: read {_ORDINARY} of train and names of dev, too."
)
@click.option("--rules", is_flag=True, help="Let the rules alone read: quick, without models and grading.")
@click.option("--missed", is_flag=True, help="Tell every sentence of the tuned half that went wrong.")
@click.option("--alarms", type=_FILE, help="Write here, hidden, what was told of ordinary posts and nobody judged.")
@click.option("--json", "out", type=_FILE, help="Also write the figures here.")
@click.option("--check", is_flag=True, help=f"End with {GOAL_MISSED} when a goal is missed.")
def pii(
    cases: Path,
    data: Path | None,
    alarms: Path | None,
    out: Path | None,
    *,
    rules: bool,
    missed: bool,
    check: bool,
) -> None:
    """How much personal information is found in invented sentences, plain and disguised, and what is told wrongly.

    \b
    told        a finding that scores 0.5 or more, from where on it is masked;
                not one that says itself that it is an institution's number
                which all may know.
    exact       it covers the same letters and digits as the mark.
    overlap     it has at least one character in common with the mark.
    precision   of all that was told in sentences of this form, with those
                that must stay silent among the plain ones.
    intervals   95 % confidence, by Wilson's score.

    The goals are asked of the kept half, whose sentences are not to be looked at while recognisers are tuned, and of
    ordinary posts: at most 2 false alarms per 1,000 of number-like kinds. Ordinary posts do hold numbers of people:
    what a person judged right stands in ordinary.txt beside the hand-written sentences, by a hash of the post.
    """
    figures, entities = _measured(cases, data, rules=rules)
    screen = Console()
    show(figures, entities, screen if screen.is_terminal else Console(width=_WIDE), missed=missed)
    if alarms is not None:
        alarms.write_text("".join(f"{each.line}\n" for each in figures.unjudged), encoding="utf-8")
    if out is not None:
        out.write_text(json.dumps(plain(figures, entities), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(GOAL_MISSED if check and figures.missed_goals() else 0)


def _measured(cases: Path, data: Path | None, *, rules: bool) -> tuple[PiiFigures, list[Measured]]:
    sentences = suite(cases)
    ordinary = None if data is None else [row.text for row in read_rows(data, Split.TRAIN, _ORDINARY)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        reading = bar.add_task("texts read", total=len(sentences) + len(ordinary or ()))
        read = _by_rules() if rules else _by_all(Settings.load())
        figures = measure_pii(
            sentences,
            read,
            ordinary=ordinary,
            right=judged_right(cases),
            told=lambda texts: bar.advance(reading, texts),
        )
        bar.update(reading, description="names and addresses")
        return figures, [] if data is None else list(_entities(data, read))


def _by_rules() -> Reader:
    detectors = (PiiDetector(), PersonDetector())

    def read(texts: Sequence[str]) -> list[list[Finding]]:
        posts, views = list(map(_post, count(), texts)), fold_all(texts)
        told = [detector.read(posts, views, floor=NOTABLE) for detector in detectors]
        return [[finding for findings in each for finding in findings] for each in zip(*told, strict=True)]

    return read


def _by_all(settings: Settings) -> Reader:
    """Everything that reads and grades a post, under the default policy."""
    judge, numbers = default_judge(settings), count()
    return lambda texts: [verdict.findings for verdict in judge(list(map(_post, numbers, texts)))]


def _post(number: int, text: str) -> Post:
    """Minutes lie between the posts, lest one is taken for a copy of another."""
    name = f"pii-{number}"
    return Post(id=name, community="", post_id=name, text=text, created_at=_START + timedelta(minutes=number))


def _entities(data: Path, read: Reader) -> Iterator[Measured]:
    """By rules and by the encoder, each where it finds any, and by both together."""
    sets = {source: named_sentences(data, source) for source in (WEIBO, NEWS)} | {DOORS: addresses(data)}
    for source, sentences in sets.items():
        told = [likely(findings) for findings in read([sentence.text for sentence in sentences])]
        for who, by in _WITNESSES.items():
            found = [by_findings(findings, by=by) for findings in told]
            if any(found) or who == _TOGETHER:
                of = f"Names and addresses, {source} of dev, {who}"
                figures = name_figures(sentences, found, of=of, figures=(SPAN_PRECISION, SPAN_RECALL, SPAN_F1))
                yield from (line for line in figures if line.rows)
