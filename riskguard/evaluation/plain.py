"""`riskguard evaluate plain`: what the default policy does with plain violations, and with innocent look-alikes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, Verdict
from riskguard.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

Judge = Callable[[Sequence[Post]], list[Verdict]]

SPOKEN = 0.3
"""A label is said to be found from this score on: the weight of one weak term."""

_SECOND_ROUND = 5000
_LATE_FROM = 7000
_CASES = Path("tests/assets/plain")
_NOON = datetime(2020, 3, 1, 4, tzinfo=UTC)


class Half(StrEnum):
    """Odd ids may be looked at while terms are tuned; even ids are kept apart and read as a number only.

    Ids from 5000 on are a second round that was looked at. Ids from 7000 on were written after the last term and no
    term was changed for them: the figure to believe.
    """

    TUNE = "tune"
    KEPT = "kept"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One invented sentence. An innocent one has no label and no action or alert that is wanted."""

    id: int
    text: str
    group: str
    least: Action = Action.ALLOW
    alerts: frozenset[str] = frozenset()

    @property
    def half(self) -> Half:
        """Which half it belongs to, by its id."""
        if self.id >= _LATE_FROM:
            return Half.LATE
        looked_at = self.id % 2 == 1 or self.id >= _SECOND_ROUND
        return Half.TUNE if looked_at else Half.KEPT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sentence: `right` is caught for a violation, untouched for an innocent one."""

    sentence: Sentence
    right: bool
    labelled: bool
    action: Action


@dataclass(frozen=True, slots=True)
class PlainFigures:
    """Outcomes of all violations and of all innocent sentences."""

    violations: tuple[Outcome, ...]
    innocent: tuple[Outcome, ...]

    def recall(self, half: Half | None = None) -> float:
        """Share of the violations that met the mildest acceptable action or alert, 0..1."""
        return _share(self.violations, half, right=True)

    def false_alarms(self, half: Half | None = None) -> float:
        """Share of the innocent sentences that met any action or alert, 0..1."""
        return _share(self.innocent, half, right=False)


class _Family(BaseModel):
    """A block of violations.yaml."""

    model_config = ConfigDict(extra="forbid")

    label: str
    least: str
    alerts: frozenset[str] = frozenset()
    sentences: dict[int, str]


class _Topic(BaseModel):
    """A block of innocent.yaml."""

    model_config = ConfigDict(extra="forbid")

    topic: str
    sentences: dict[int, str]


class _Violations(BaseModel):
    families: list[_Family]


class _Innocents(BaseModel):
    topics: list[_Topic]


_File = TypeVar("_File", bound=BaseModel)


def violations(folder: Path) -> list[Sentence]:
    """The sentences of violations.yaml; NotFound without it, InvalidInput when it is not as promised."""
    return [
        Sentence(number, text, block.label, Action.parse(block.least), block.alerts)
        for block in read_cases(folder / "violations.yaml", _Violations).families
        for number, text in block.sentences.items()
    ]


def innocents(folder: Path) -> list[Sentence]:
    """The sentences of innocent.yaml; NotFound without it, InvalidInput when it is not as promised."""
    return [
        Sentence(number, text, block.topic)
        for block in read_cases(folder / "innocent.yaml", _Innocents).topics
        for number, text in block.sentences.items()
    ]


def read_cases(file: Path, shape: type[_File]) -> _File:
    """A YAML file of sentences; NotFound without it, InvalidInput when it is not as promised."""
    try:
        return shape.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}", hint="run this in a checkout, or say --cases") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidInput(f"{file} is not a list of sentences: {type(error).__name__}") from None


def measure_plain(folder: Path, judge: Judge) -> PlainFigures:
    """Every sentence judged by itself, as the first post of an unknown author."""
    bad, good = violations(folder), innocents(folder)
    verdicts = judge([_post(sentence) for sentence in (*bad, *good)])
    return PlainFigures(
        tuple(_caught(*each) for each in zip(bad, verdicts[: len(bad)], strict=True)),
        tuple(_untouched(*each) for each in zip(good, verdicts[len(bad) :], strict=True)),
    )


def default_judge(settings: Settings) -> Judge:
    """The detectors as installed, without look-alikes of other posts, under the default policy."""
    from riskguard.detectors.registry import build_panel
    from riskguard.detectors.similar import MemoryLookAlikes
    from riskguard.policy.book import single
    from riskguard.services import moderate

    panel = build_panel(
        policy_dir=settings.policy_dir, model_dir=settings.model_dir, look_alikes=MemoryLookAlikes(window_s=1.0)
    )
    policies = single(settings.policy_dir / "default.yaml", policy_dir=settings.policy_dir)
    return lambda posts: moderate.judge(posts, panel=panel, policies=policies)


@click.command()
@click.option("--cases", type=click.Path(path_type=Path, file_okay=False), default=_CASES, show_default=True)
@click.option("--half", type=click.Choice([half.value for half in Half]), help="Look at one half only.")
@click.option("--missed/--no-missed", default=True, show_default=True, help="Name the ids that went wrong.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures here as JSON.")
def plain(cases: Path, half: str | None, out: Path | None, *, missed: bool) -> None:
    """How many plain violations the default policy meets, and how many innocent sentences it disturbs."""
    figures = measure_plain(cases, default_judge(Settings.load()))
    _show(figures, [Half(half)] if half else list(Half), missed=missed)
    if out is not None:
        shares = {
            each.value: {"recall": figures.recall(each), "false_alarms": figures.false_alarms(each)} for each in Half
        }
        out.write_text(json.dumps(shares, indent=2) + "\n", encoding="utf-8")


def _post(sentence: Sentence) -> Post:
    name = f"plain-{sentence.id}"
    return Post(id=name, community="", post_id=name, text=sentence.text, created_at=_NOON)


def _caught(sentence: Sentence, verdict: Verdict) -> Outcome:
    right = verdict.action >= sentence.least or not sentence.alerts.isdisjoint(verdict.alerts)
    family = sentence.group.partition(".")[0]
    said = (label for label, score in verdict.labels.items() if score >= SPOKEN)
    return Outcome(sentence, right, any(label.partition(".")[0] == family for label in said), verdict.action)


def _untouched(sentence: Sentence, verdict: Verdict) -> Outcome:
    return Outcome(
        sentence, verdict.action is Action.ALLOW and not verdict.alerts, labelled=False, action=verdict.action
    )


def _share(outcomes: Sequence[Outcome], half: Half | None, *, right: bool) -> float:
    counted = [each for each in outcomes if half is None or each.sentence.half is half]
    return sum(each.right is right for each in counted) / len(counted) if counted else 0.0


def _show(figures: PlainFigures, halves: Sequence[Half], *, missed: bool) -> None:
    from rich.console import Console as Screen

    console = Screen()
    for half in halves:
        bad = [each for each in figures.violations if each.sentence.half is half]
        good = [each for each in figures.innocent if each.sentence.half is half]
        _table(console, f"Violations, half '{half}'", ("label", "met", "label found"), bad, missed=missed)
        _table(console, f"Innocent sentences, half '{half}'", ("topic", "untouched"), good, missed=missed)
        shares = f"recall {figures.recall(half):.1%}, false alarms {figures.false_alarms(half):.1%}"
        console.print(f"Half '{half}': {shares}", highlight=False)


def _table(console: Console, title: str, columns: Sequence[str], outcomes: Sequence[Outcome], *, missed: bool) -> None:
    from rich.table import Table

    table = Table(*columns, *(["wrong ids"] if missed else []), title=title)
    for group in dict.fromkeys(each.sentence.group for each in outcomes):
        its = [each for each in outcomes if each.sentence.group == group]
        cells = [group, f"{sum(each.right for each in its)}/{len(its)}"]
        if len(columns) > 2:
            cells.append(f"{sum(each.labelled for each in its)}/{len(its)}")
        if missed:
            cells.append(" ".join(str(each.sentence.id) for each in its if not each.right))
        table.add_row(*cells)
    console.print(table)
