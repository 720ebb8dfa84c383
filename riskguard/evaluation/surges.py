"""`riskguard evaluate surges`: bursts of real events among quiet days: what is caught, how soon, what is false."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from riskguard.domain.opinion import Mark
from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict
from riskguard.evaluation.sensitive import GOAL_MISSED
from riskguard.evaluation.sensitive_suites import Half
from riskguard.evaluation.surge_replay import Outcome, replayed
from riskguard.evaluation.surge_stage import TAIL_DAYS, burst_of, half_of, quiet_days, read_events, staged
from riskguard.policy.opinion import OpinionRules, load_opinion
from riskguard.settings import Settings

CAUGHT = 0.8
MEDIAN_MIN = 10.0
FALSE_A_DAY = 1.0
STREAM_POSTS = 29_019
_FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One half at one size of the community."""

    half: Half
    posts_per_day: int
    outcome: Outcome

    @property
    def good(self) -> bool:
        """Whether it reaches all goals."""
        out = self.outcome
        return out.caught >= CAUGHT and out.median_min < MEDIAN_MIN and out.false_a_day < FALSE_A_DAY


@click.command()
@click.option("--data", type=_FOLDER, help="Folder that holds stream/; else RISKGUARD_TRAINING_DATA.")
@click.option(
    "--posts-per-day",
    "sizes",
    type=click.IntRange(50, 1000),
    multiple=True,
    default=(300, 600),
    show_default=True,
    help="Posts of a quiet day of the community.",
)
@click.option(
    "--burst", type=click.IntRange(5), default=20, show_default=True, help="Accounts in an hour that make one."
)
@click.option("--half", type=click.Choice([half.value for half in Half]), help="Replay one half only.")
@click.option("--seed", default=7, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the figures here as JSON.")
@click.option("--check", is_flag=True, help=f"End with {GOAL_MISSED} when the held half misses a goal.")
def surges(
    data: Path | None, sizes: Sequence[int], burst: int, half: str | None, seed: int, out: Path | None, *, check: bool
) -> None:
    """Replay reposts of 120 real events on a background of quiet days, and see which bursts raise an alert.

    \b
    burst       an event with so many distinct accounts within an hour
    onset       the first post of the first such hour
    background  days of single events on which no hour has eight accounts; each
                quiet day is a hand of them, drawn anew, with its own people
    stage       four quiet weeks to learn from; then each burst at its own time
                of day, two days apart; then quiet days alone
    caught      an alert between two hours before the onset and a day after it,
                at least half of whose accounts beyond the usual are the event's
    minutes     from the onset to the first such alert; looked every minute
    false       every other alert, per day of all measured days

    Posts are judged by the models and cut into topics as the service does it; the platform's thread ids are not used.
    Half of the events, with a background of their own, is kept apart from tuning.
    """
    file = (data or Settings.load().training_data) / "stream" / "reposts.jsonl"
    if not file.is_file():
        click.echo(f"the stream is not here: {file}\n  hint: say where it lies by --data", err=True)
        sys.exit(2)
    rows = _measured(file, sizes, burst, [Half(half)] if half else list(Half), seed)
    _show(rows, burst)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(_plain(rows, burst), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(GOAL_MISSED if check and not all(row.good for row in rows if row.half is Half.HELD) else 0)


def _measured(file: Path, sizes: Sequence[int], burst: int, halves: Sequence[Half], seed: int) -> list[Row]:
    from riskguard.text.words import commonness

    settings = Settings.load()
    rules = load_opinion(settings.policy_dir)
    with _bar() as (reading, advance):
        events = read_events(file, rules, stream_judge(settings), reading)
        rows = []
        for half in halves:
            own = {event: marks for event, marks in events.items() if half_of(event) is half}
            for size in sizes:
                told = advance(f"{half.value}, {size} posts a day")
                outcome = _outcome(own, rules, size, burst, seed, lambda topic: commonness(topic.split()), told)
                rows.append(Row(half, size, outcome))
    return rows


def _outcome(
    events: Mapping[str, Sequence[Mark]],
    rules: OpinionRules,
    size: int,
    burst: int,
    seed: int,
    common: Callable[[str], float],
    told: Callable[[float], None],
) -> Outcome:
    found = [burst_of(event, marks, accounts=burst) for event, marks in sorted(events.items())]
    bursts = [each for each in found if each is not None]
    stage = staged(bursts, quiet_days(events), posts_per_day=size, seed=seed, tail_days=TAIL_DAYS)
    return replayed(stage, rules, common, told)


def stream_judge(settings: Settings) -> Callable[[Sequence[Post]], list[Verdict]]:
    """The detectors as installed under the default policy; look-alikes are remembered by the stream's own time."""
    from riskguard.detectors.registry import build_panel
    from riskguard.detectors.similar import MemoryLookAlikes
    from riskguard.policy.book import single
    from riskguard.services import moderate

    look_alikes = MemoryLookAlikes(window_s=settings.similar_window_s)
    panel = build_panel(policy_dir=settings.policy_dir, model_dir=settings.model_dir, look_alikes=look_alikes)
    policies = single(settings.policy_dir / "default.yaml", policy_dir=settings.policy_dir)
    return lambda posts: moderate.judge(posts, panel=panel, policies=policies)


@contextmanager
def _bar() -> Iterator[tuple[Callable[[int], None], Callable[[str], Callable[[float], None]]]]:
    """A bar for reading, told by posts, and what makes a bar for each replay, told by the share that is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        reading = bar.add_task("posts judged", total=STREAM_POSTS)

        def replay(name: str) -> Callable[[float], None]:
            task = bar.add_task(name, total=1.0)
            return lambda share: bar.update(task, completed=share)

        yield lambda posts: bar.advance(reading, posts), replay


def _show(rows: Sequence[Row], burst: int) -> None:
    from rich.console import Console
    from rich.table import Table

    title = f"Bursts of real events ({burst} accounts within an hour) among quiet days; {rows[0].outcome.days:.0f} days"
    columns = (
        "half",
        "posts a day",
        "bursts",
        "caught",
        "median min",
        "within 10 min",
        "false a day",
        "alerts a burst",
    )
    table = Table(*columns, "goals", title=title)
    for row in rows:
        out = row.outcome
        table.add_row(
            row.half.value,
            str(row.posts_per_day),
            str(out.events),
            f"{out.caught:.1%}",
            f"{out.median_min:.1f}",
            f"{out.within_ten:.0%}",
            f"{out.false_a_day:.2f}",
            f"{out.alerts_a_burst:.1f}",
            "reached" if row.good else "missed",
        )
    Console().print(table)


def _plain(rows: Sequence[Row], burst: int) -> dict[str, object]:
    figures = [
        {
            "half": row.half.value,
            "posts_per_day": row.posts_per_day,
            "bursts": row.outcome.events,
            "caught": round(row.outcome.caught, 4),
            "median_min": round(row.outcome.median_min, 2),
            "within_10_min": round(row.outcome.within_ten, 4),
            "false_alerts_per_day": round(row.outcome.false_a_day, 4),
            "alerts_per_burst": round(row.outcome.alerts_a_burst, 2),
            "days": round(row.outcome.days, 1),
        }
        for row in rows
    ]
    goals = {"caught": CAUGHT, "median_min": MEDIAN_MIN, "false_alerts_per_day": FALSE_A_DAY}
    return {"burst_accounts_an_hour": burst, "goals": goals, "figures": figures}
