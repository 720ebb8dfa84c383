"""What a post costs as the memory for look-alikes fills: in Redis, and in datasketch's index beside it."""

from __future__ import annotations

import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import accumulate, count
from pathlib import Path
from random import Random
from statistics import median

from redis import Redis
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from riskguard.detectors.similar import RedisLookAlikes, SimilarDetector
from riskguard.detectors.similar.residue import residue
from riskguard.detectors.similar.sketch import BANDS, ROWS
from riskguard.domain.post import Author, Post
from riskguard.queue.embedded import start_redis
from riskguard.text.view import TextView, fold_all

SIZES = (10_000, 100_000)
MILLION = 1_000_000
FLAT = 1.3
"""What a post may cost more in the fullest memory than in the emptiest."""

_BATCH = 256
_TIMED = 32
"""Batches that are timed at each size."""

_COMMUNITIES = 10
"""A community remembers 200,000 texts: a million belong to several."""

_COPIES = 0.1
_RECENT = 500
"""Posts of a community that copies are made of."""

_MEDIAN, _SPREAD, _LONGEST = 14, 0.9, 400
"""Lengths of posts: half are under 14 characters, as in a stream of real reposts."""

MOST_RIVAL_BYTES = 8_000_000_000
"""datasketch's index lies in this process: it is filled no further than would take it so much memory."""

Told = Callable[[int], object]
Spent = Callable[[], float]
"""Seconds of processor that were spent so far."""

Meet = Callable[[Sequence[Post], Sequence[TextView]], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """At so many indexed posts: microseconds of processor a post, so that a busy machine tells the same as an idle one,
    and bytes of memory a post where they are known."""

    posts: int
    us: float
    bytes: float | None = None


def cost_table(*, million: bool) -> Table:
    """Both measured on the same posts, with a bar on standard error."""
    sizes = (*SIZES, MILLION) if million else SIZES
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        ours = bar.add_task("posts met, riskguard", total=max(sizes) + _BATCH * _TIMED)
        found = look_alike_costs(sizes, lambda posts: bar.advance(ours, posts))
        theirs = bar.add_task("posts met, datasketch", total=max(sizes) + _BATCH * _TIMED)
        rival = rival_costs(sizes, lambda posts: bar.advance(theirs, posts))
    return _table(found, rival)


def _table(found: Sequence[Cost], rival: Sequence[Cost] | None) -> Table:
    growth = found[-1].us / found[0].us
    flat = f"the fullest costs {growth:.2f} times the emptiest (at most {FLAT} is asked)"
    other = "datasketch is not installed: pip install 'riskguard[bench]'" if rival is None else ""
    table = Table(
        "posts in memory", *(f"{cost.posts:,}" for cost in found), title="Look-alikes, µs of processor per post"
    )
    table.add_row("riskguard, with its Redis", *(f"{cost.us:.1f}" for cost in found))
    table.add_row("  bytes of Redis a post", *(f"{cost.bytes:.0f}" for cost in found if cost.bytes is not None))
    cells = [f"{cost.us:.1f}" for cost in rival or ()]
    missing = ["-"] * (len(found) - len(cells))
    table.add_row("datasketch MinHashLSH, in this process", *cells, *missing)
    table.add_row("  bytes of this process a post", *(f"{cost.bytes or 0:.0f}" for cost in rival or ()), *missing)
    table.caption = "; ".join(filter(None, (flat, other or _why_less(found, rival or ()))))
    return table


def _why_less(found: Sequence[Cost], rival: Sequence[Cost]) -> str:
    if len(rival) == len(found):
        return ""
    wanted = found[-1].posts * (rival[-1].bytes or 0)
    return f"datasketch would take {wanted / 1e9:.0f} GB for the most ({MOST_RIVAL_BYTES / 1e9:.0f} are allowed)"


def look_alike_costs(sizes: Sequence[int], told: Told) -> list[Cost]:
    """Of our detector on a Redis of its own, filled to each of the sizes. NotReady without a redis-server."""
    with tempfile.TemporaryDirectory(prefix="rg-") as folder:
        server = start_redis(Path(folder))
        try:
            with Redis.from_url(server.url) as connection:
                empty = _memory(connection)
                detector = SimilarDetector(RedisLookAlikes(connection))
                meet: Meet = lambda posts, views: detector.read(posts, views, floor=0.05)  # noqa: E731
                spent: Spent = lambda: time.process_time() + _processor_s(connection)  # noqa: E731
                return [
                    Cost(cost.posts, cost.us, (_memory(connection) - empty) / cost.posts)
                    for cost in _filled(sizes, meet, spent, told)
                ]
        finally:
            server.stop()


_SIGNATURE_BYTES = 128 * 8
"""So much datasketch takes for a post at the least; a process that has freed memory before seems to grow by less."""


def rival_costs(sizes: Sequence[int], told: Told, *, most_bytes: int = MOST_RIVAL_BYTES) -> list[Cost] | None:
    """Of datasketch's MinHashLSH with as many rows and bands, in this process, up to the last size that takes no more
    than `most_bytes`; None where it is not installed."""
    if find_spec("datasketch") is None:
        return None
    empty, found = _resident(), []
    ahead = iter(sorted(sizes)[1:])
    for cost in _filled(sizes, _rival(), time.process_time, told):
        each = max(_SIGNATURE_BYTES, (_resident() - empty) / cost.posts)
        found.append(Cost(cost.posts, cost.us, each))
        if next(ahead, 0) * each > most_bytes:
            break
    return found


def invented_posts(seed: int = 5) -> Iterator[Post]:
    """Posts without end: one in ten is a copy of an earlier one of its community with a character changed, however many
    there have been; all others are drawn anew, so that the stream grows no thicker with look-alikes."""
    dice = Random(seed)  # noqa: S311 - invented, no secret
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    weights = [*accumulate(1 / (at + 20) for at in range(len(letters)))]
    recent: list[deque[str]] = [deque(["今天的天气真好，一起去公园走走吧"], _RECENT) for _ in range(_COMMUNITIES)]
    at = datetime.now(UTC)
    for number in count():
        of = number % _COMMUNITIES
        if dice.random() < _COPIES:
            text = dice.choice(recent[of])
            place = dice.randrange(len(text))
            text = text[:place] + dice.choice(letters) + text[place + 1 :]
        else:
            length = max(1, min(_LONGEST, round(dice.lognormvariate(0, _SPREAD) * _MEDIAN)))
            text = "".join(dice.choices(letters, cum_weights=weights, k=length))
            recent[of].append(text)
        yield Post(f"pst_{number:032x}", f"c{of}", str(number), text, at, Author(f"a-{number % 9973}"))


def _filled(sizes: Sequence[int], meet: Meet, spent: Spent, told: Told) -> Iterator[Cost]:
    """The median over batches that are met when so many posts have been."""
    posts = invented_posts()
    met = 0
    for size in sorted(sizes):
        while met < size:
            meet(*_next(posts))
            met += _BATCH
            told(_BATCH)
        times = []
        for _ in range(_TIMED):
            batch = _next(posts)
            started = spent()
            meet(*batch)
            times.append(spent() - started)
            met += _BATCH
            told(_BATCH)
        yield Cost(met, median(times) / _BATCH * 1e6)


def _next(posts: Iterator[Post]) -> tuple[list[Post], list[TextView]]:
    batch = [next(posts) for _ in range(_BATCH)]
    return batch, fold_all([post.text for post in batch])


def _rival() -> Meet:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=ROWS, params=(BANDS, ROWS // BANDS))

    def meet(posts: Sequence[Post], views: Sequence[TextView]) -> list[int]:
        found = []
        for post, view in zip(posts, views, strict=True):
            own = residue(view.folded)
            sketch = MinHash(num_perm=ROWS)
            sketch.update_batch([own[at : at + 2].encode() for at in range(len(own) - 1)] or [own.encode()])
            found.append(len(index.query(sketch)))
            index.insert(post.id, sketch, check_duplication=False)
        return found

    return meet


def _processor_s(connection: Redis) -> float:
    spent = connection.info("cpu")
    return float(spent["used_cpu_user"]) + float(spent["used_cpu_sys"])


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _memory(connection: Redis) -> int:
    return int(connection.info("memory")["used_memory"])
