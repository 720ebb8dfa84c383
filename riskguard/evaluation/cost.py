"""What each step of a post's trip costs on this machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis

from riskguard.detectors.encoder import EncoderDetector
from riskguard.detectors.encoder.detector import WHOLE_TEXT
from riskguard.detectors.lexicon import LexiconDetector
from riskguard.detectors.linear import LinearDetector
from riskguard.detectors.person import PersonDetector
from riskguard.detectors.pii import PiiDetector
from riskguard.detectors.registry import build_panel
from riskguard.detectors.similar import MemoryLookAlikes, RedisLookAlikes, SimilarDetector
from riskguard.domain.errors import NotReady
from riskguard.domain.finding import NOTABLE
from riskguard.domain.post import Author, Post
from riskguard.domain.verdict import Verdict
from riskguard.evaluation.opinion_cost import counting
from riskguard.evaluation.sealing_cost import sealing
from riskguard.policy.book import open_book
from riskguard.policy.engine import evaluate
from riskguard.policy.opinion import load_opinion
from riskguard.queue.embedded import start_redis
from riskguard.services.moderate import judge
from riskguard.services.ports import Detector, Panel
from riskguard.settings import Settings
from riskguard.text.restoring import load_restorer
from riskguard.text.view import TextView, fold_all

COMMUNITY = "bench"
_ROUNDS = 3
_LONG_S = 5.0
"""A round that took so long is long enough to be believed: no other follows."""

_EXPLAINED = 16

Step = Callable[[Sequence[Post]], object]
"""Handles one batch."""

Fresh = Callable[[], Step]
"""A step that remembers nothing of an earlier round."""


Told = Callable[[str], object]
"""Hears of each step before it begins."""


def costs(settings: Settings, texts: Sequence[str], *, batches: Sequence[int], told: Told) -> dict[str, list[float]]:
    """Microseconds per post and batch size, by step: the best of up to three rounds over all texts, in one thread."""
    posts = posts_of(texts)
    told("all posts judged once")
    rules, verdicts = load_opinion(settings.policy_dir), _judged(settings, posts)
    with _steps(settings, posts) as steps, counting(posts, verdicts, rules) as opinion:
        every = steps | dict(opinion)
        found = {}
        for name, fresh in every.items():
            told(name)
            found[name] = [_cost(fresh, posts, size) for size in batches]
        return found


@contextmanager
def _steps(settings: Settings, posts: Sequence[Post]) -> Iterator[dict[str, Fresh]]:
    views = dict(zip((post.id for post in posts), fold_all([post.text for post in posts]), strict=True))

    def reading(detector: Detector) -> Step:
        return lambda batch: detector.read(batch, [views[post.id] for post in batch], floor=NOTABLE)

    loaded = (
        LexiconDetector.load(settings.policy_dir / "lexicons"),
        PiiDetector(),
        PersonDetector(),
        LinearDetector.load(settings.model_dir / "linear"),
    )
    steps: dict[str, Fresh] = {"fold": lambda: lambda batch: fold_all([post.text for post in batch])}
    for detector in loaded:
        steps[detector.name] = lambda detector=detector: reading(detector)  # type: ignore[misc]
    if (encoder := _encoder(settings)) is not None:
        steps["restored, before the encoder reads"] = lambda: _restoring(settings, views)
        steps[f"encoder, {encoder.note['engine']}"] = lambda: reading(encoder)
        steps["evidence, of a post acted on"] = lambda: _explaining(encoder, posts, views)
    steps["similar, in memory"] = lambda: reading(SimilarDetector(MemoryLookAlikes()))
    steps |= _weighing(settings, posts)
    with tempfile.TemporaryDirectory(prefix="rg-") as folder:
        try:
            server = start_redis(Path(folder))
        except NotReady:
            yield steps
            return
        try:
            with Redis.from_url(server.url) as connection:
                yield steps | {"similar, in Redis": lambda: reading(SimilarDetector(_emptied(connection)))}
        finally:
            server.stop()


def _encoder(settings: Settings) -> EncoderDetector | None:
    folder = settings.model_dir / "risk-encoder"
    if not folder.is_dir():
        return None
    return EncoderDetector.load(
        folder,
        linear=settings.model_dir / "linear",
        restorer=settings.model_dir / "restorer",
        engine=settings.encoder_engine,
    )


def _restoring(settings: Settings, views: Mapping[str, TextView]) -> Step:
    restorer, _ = load_restorer(settings.model_dir / "restorer")
    return lambda batch: restorer.restore([views[post.id].folded for post in batch])


def _explaining(encoder: EncoderDetector, posts: Sequence[Post], views: Mapping[str, TextView]) -> Step:
    """As if a policy acted on what scores highest in each post; few at a time, so that none is beyond the budget."""
    read = encoder.read(posts, [views[post.id] for post in posts], floor=0.0)
    bare = [[f for f in found if not f.spans and not f.label.startswith(WHOLE_TEXT)] for found in read]
    highest = [max(found, key=lambda finding: finding.score) for found in bare]
    asked = {post.id: {finding.label: finding.score} for post, finding in zip(posts, highest, strict=True)}

    def explain(batch: Sequence[Post]) -> object:
        parts = [batch[at : at + _EXPLAINED] for at in range(0, len(batch), _EXPLAINED)]
        return [encoder.explain([views[p.id] for p in part], [asked[p.id] for p in part]) for part in parts]

    return explain


def _weighing(settings: Settings, posts: Sequence[Post]) -> dict[str, Fresh]:
    """The policy alone, and the whole of `judge` with look-alikes in memory."""
    book = open_book(settings.policy_dir)

    def whole() -> Step:
        panel = _panel(settings)
        return lambda batch: judge(batch, panel=panel, policies=book)

    panel = _panel(settings)
    readings = dict(zip((p.id for p in posts), panel.read(posts, fold_all([p.text for p in posts])), strict=True))

    def weighed(batch: Sequence[Post]) -> object:
        return [evaluate(book.policy_for(p.community, p.scene), p, readings[p.id]) for p in batch]

    verdicts = [evaluate(book.policy_for(p.community, p.scene), p, readings[p.id]) for p in posts]
    return {
        "policy": lambda: weighed,
        "judge, all of it": whole,
        "sealing, all of it": lambda: sealing(verdicts),
    }


def _judged(settings: Settings, posts: Sequence[Post]) -> Sequence[Verdict]:
    return judge(posts, panel=_panel(settings), policies=open_book(settings.policy_dir))


def _panel(settings: Settings) -> Panel:
    return build_panel(
        policy_dir=settings.policy_dir,
        model_dir=settings.model_dir,
        look_alikes=MemoryLookAlikes(),
        engine=settings.encoder_engine,
    )


def _cost(fresh: Fresh, posts: Sequence[Post], size: int) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        step = fresh()
        parts = [posts[at : at + size] for at in range(0, len(posts), size)]
        started = time.perf_counter()
        for part in parts:
            step(part)
        spent = time.perf_counter() - started
        best = min(best, spent)
        if spent > _LONG_S:
            break
    return best / len(posts) * 1e6


def _emptied(connection: Redis) -> RedisLookAlikes:
    connection.flushall()
    return RedisLookAlikes(connection)


def posts_of(texts: Sequence[str]) -> list[Post]:
    """Posts of one community, by as many authors as a busy one has."""
    now = datetime.now(UTC)
    return [
        Post(f"pst_{at:032x}", COMMUNITY, str(at), text, now, Author(f"author-{at % 997}"))
        for at, text in enumerate(texts)
    ]
