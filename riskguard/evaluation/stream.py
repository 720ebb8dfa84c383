"""`riskguard evaluate stream`: real reposts through the whole service, and what became of every one of them."""

from __future__ import annotations

import json
import os
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import quantiles

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from riskguard.evaluation.platform import Body, Platform, Sent, reposts
from riskguard.evaluation.receiver import Receiver, Tally
from riskguard.evaluation.service import HOST, Service
from riskguard.evaluation.stream_report import LIKELY, WAIT_S, Report, show
from riskguard.keyring import load_keyring
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from riskguard.store import open_store

JUDGED = "post.judged"
SINGLES = 2000
BATCH = 200
SAMPLE = 200
STALLED_AFTER_S = 180.0
"""Nothing moved for this long: the run has failed. Longer than a dead worker's posts take to come back."""

CHUNK = 500


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds stream/reposts.jsonl.  [default: RISKGUARD_TRAINING_DATA]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Send only the first posts.")
@click.option("--kill-worker", is_flag=True, help="End a worker with 'kill -9' in the middle.")
@click.option("--workers", type=click.IntRange(min=1), default=os.cpu_count() or 1, show_default="one a core")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here, as JSON.")
def stream(data: Path | None, limit: int | None, kill_worker: bool, workers: int, out: Path | None) -> None:
    """Send the stream of real reposts to a service of its own, over HTTP, and count what comes back.

    Ends with PASS (exit code 0) when every post has one verdict and arrived in one webhook with a good signature, else
    with FAIL (1). Without the data it ends with 2.
    """
    file = (data or Settings.load().training_data) / "stream" / "reposts.jsonl"
    if not file.is_file():
        click.echo(
            f"the stream is not here: {file}\n  hint: say where it lies by --data or RISKGUARD_TRAINING_DATA", err=True
        )
        sys.exit(2)
    posts = list(islice(reposts(file), limit))
    report = run(posts, workers=workers, kill_worker=kill_worker, console=Console())
    if out is not None:
        out.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if report.faults() else 0)


def run(posts: Sequence[Body], *, workers: int, kill_worker: bool, console: Console) -> Report:
    """Send `posts` through a service in a temporary folder and print what came of them.

    The folder is removed after a run that passed; after any other its place is printed.
    """
    folder = Path(tempfile.mkdtemp(prefix="rg-stream-"))
    report = Report()
    try:
        report = _staged(posts, folder, workers=workers, kill_worker=kill_worker, console=console)
    finally:
        if report.faults():
            console.print(f"the database and the service's lines (up.log) are kept in {folder}", soft_wrap=True)
        else:
            shutil.rmtree(folder)
    show(report, console)
    return report


def _staged(posts: Sequence[Body], folder: Path, *, workers: int, kill_worker: bool, console: Console) -> Report:
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver())
        with console.status("starting the service"):
            service = stack.enter_context(Service(folder, workers=workers))
            own = service.create_community(f"stream-{secrets.token_hex(4)}", webhook_url=receiver.url)
        receiver.trust(own.webhook_secret)
        settings = Settings.load(data_dir=folder)
        ring = load_keyring(settings.data_keys, folder=folder)
        store = open_store(settings.effective_database_url, keyring=ring)
        stack.callback(store.close)
        platform = Platform(HOST, service.port, own.key)
        stack.callback(platform.close)
        scene = _Scene(service, platform, receiver, store.begin, own.community)
        return _observed(posts, scene, kill_worker=kill_worker, console=console)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Who takes part in a run, and the database to look the truth up in."""

    service: Service
    platform: Platform
    receiver: Receiver
    begin: Begin
    community: str

    def sent(self) -> int:
        """Posts accepted."""
        return len(self.platform.sent.ids)

    def judged(self) -> int:
        """Verdicts in the database."""
        with self.begin() as work:
            return sum(work.verdicts.tally(self.community).values())

    def called(self) -> int:
        """Events that told of a verdict, each id once."""
        return self.receiver.tally.kinds[JUDGED]


def _observed(posts: Sequence[Body], scene: _Scene, *, kill_worker: bool, console: Console) -> Report:
    report = Report()
    with _bars(len(posts), console) as bars:
        began = time.monotonic()
        axe = _axe(scene.service, report, at=len(posts) // 2 if kill_worker else None)
        scene.platform.flood(posts, singles=SINGLES, batch=BATCH, moved=lambda n: axe(bars.sent(n)))
        accepted = time.monotonic()
        judged, report.longest_pause_s = _until(lambda: bars.judged(scene.judged()), scene.sent())
        called, _ = _until(lambda: bars.called(scene.called()), scene.sent())
    report.accepted_per_s = len(posts) / (accepted - began)
    report.judged_per_s = len(posts) / (judged - began)
    report.called_back_per_s = len(posts) / (called - began)
    report.accept_ms = _percentiles(scene.platform.sent.single_ms)
    _sample_latency(posts, scene.platform, report)
    _until(scene.called, scene.sent())
    _count_posts(report, scene)
    _count_webhooks(report, scene.platform.sent, scene.receiver.tally)
    return report


# --- while it runs --------------------------------------------------------------------------------------------------


class _Bars:
    """How far sending, judging and calling back have come."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._sent, self._judged, self._called = (
            progress.add_task(what, total=total) for what in ("sent", "judged", "called back")
        )

    def sent(self, more: int) -> int:
        """Show that more were sent; how many now."""
        self._progress.advance(self._sent, more)
        return int(self._progress.tasks[self._sent].completed)

    def judged(self, count: int) -> int:
        """Show how many have a verdict."""
        return self._show(self._judged, count)

    def called(self, count: int) -> int:
        """Show how many webhooks have arrived."""
        return self._show(self._called, count)

    def _show(self, task: TaskID, count: int) -> int:
        self._progress.update(task, completed=count)
        return count


@contextmanager
def _bars(total: int, console: Console) -> Iterator[_Bars]:
    columns = (TextColumn("{task.description:>11}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress, total)


def _axe(service: Service, report: Report, *, at: int | None) -> Callable[[int], None]:
    """Kills a worker when so many posts were sent; once."""

    def maybe(sent: int) -> None:
        if at is None or report.killed or sent < at:
            return
        name = next(name for name in sorted(service.pids()) if name.startswith("worker"))
        report.killed = f"{name} (process {service.kill(name)}) after {sent} posts were sent"

    return maybe


def _until(count: Callable[[], int], wanted: int) -> tuple[float, float]:
    """When the count had come to what is wanted, or had stood still for too long; and the longest standstill."""
    highest, moved, longest = -1, time.monotonic(), 0.0
    while True:
        reached, now = count(), time.monotonic()
        longest = max(longest, now - moved)
        if reached >= wanted or now - moved > STALLED_AFTER_S:
            return now, longest
        if reached > highest:
            highest, moved = reached, now
        time.sleep(0.25)


def _sample_latency(posts: Sequence[Body], platform: Platform, report: Report) -> None:
    """How long one post takes to its verdict when nothing else waits: a random sample, sent again as new posts."""
    chosen = random.Random(7).sample(posts, min(SAMPLE, len(posts)))  # noqa: S311 (a sample, no secret)
    taken = [platform.verdict_ms({**post, "post_id": f"again-{n}"}, wait_s=WAIT_S) for n, post in enumerate(chosen)]
    in_time = [ms for ms in taken if ms is not None]
    report.verdict_ms = _percentiles(in_time)
    report.not_judged_in_time = len(taken) - len(in_time)


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    if len(times) < 2:
        return {}
    cuts = quantiles(times, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}


# --- afterwards -----------------------------------------------------------------------------------------------------


def _count_posts(report: Report, scene: _Scene) -> None:
    """Read every verdict from the database: it is the truth."""
    sent = scene.platform.sent
    actions: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for start in range(0, len(sent.ids), CHUNK):
        with scene.begin() as work:
            verdicts = work.verdicts.get_many(sent.ids[start : start + CHUNK]).values()
        for verdict in verdicts:
            actions[verdict.action.word] += 1
            labels.update(label for label, score in verdict.labels.items() if score >= LIKELY)
    report.posts = len(sent.ids)
    report.refused = sent.refused
    report.throttled = sent.throttled
    report.without_verdict = len(sent.ids) - actions.total()
    report.verdicts = scene.judged()
    report.actions = dict(actions.most_common())
    report.labels = dict(labels.most_common())


def _count_webhooks(report: Report, sent: Sent, tally: Tally) -> None:
    events = [tally.posts[JUDGED, post_id] for post_id in sent.ids]
    report.webhooks_received = tally.received
    report.webhook_ids = len(tally.ids)
    report.webhook_repeats = tally.repeats
    report.bad_signatures = tally.bad_signatures
    report.posts_without_webhook = events.count(0)
    report.posts_with_several_webhooks = sum(count > 1 for count in events)
