"""How right the restorer is: characters of disguised twins before and after, and texts that it should leave alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from riskguard.evaluation.disguised import Disguise
from riskguard.evaluation.examples import POSTS, WRITTEN, Library
from riskguard.evaluation.metrics import Interval, mean_interval
from riskguard.evaluation.tasks import COLD
from riskguard.evaluation.timing import best_us
from riskguard.text.restoring import Restorer
from riskguard.text.view import fold_all

_PLAIN = {
    COLD: "toxic_cold_human",
    "ordinary Weibo": "normal_weibo",
    "reviews": "sentiment_shopping",
    "our own posts": POSTS,
    "posts written one by one": WRITTEN,
}
_TWINS_OF = "toxic_cold_human"
_SEED = 12
_TIMED = 2048


@dataclass(frozen=True, slots=True)
class Undone:
    """Of `rows` twins of one kind, the mean share of characters that are as in the plain text, before and after."""

    kind: str
    rows: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Of `rows` texts that nobody disguised, the share that the restorer changes, and what reading one costs in µs."""

    of: str
    rows: int
    changed: float
    interval: Interval
    cost_us: float


def undone(restorer: Restorer, dev: Library, disguises: Mapping[str, Disguise]) -> Iterator[Undone]:
    """Per kind, twins of COLD's people-labelled rows with a third of their characters disguised."""
    asked = dev.get(_TWINS_OF)
    for kind, disguise in disguises.items():
        dice = random.Random(f"{_SEED} {kind}")  # noqa: S311 - measuring, no secret
        twins = [disguise(row.text, dice) for row in asked.rows]
        pairs = [
            (view.folded, text)
            for view, text, twin, row in zip(fold_all(twins), asked.texts, twins, asked.rows, strict=True)
            if twin != row.text
        ]
        if pairs:
            read = restorer.read([twin for twin, _ in pairs])
            before = np.mean([_alike(twin, text) for twin, text in pairs])
            after = np.mean([_alike(each, text) for each, (_, text) in zip(read, pairs, strict=True)])
            yield Undone(kind, len(pairs), float(before), float(after))


def left_alone(restorer: Restorer, dev: Library) -> Iterator[LeftAlone]:
    """For each set of ordinary texts."""
    for name, source in _PLAIN.items():
        texts = _undisguised(dev, source)
        if texts:
            changed = np.array([each != text for each, text in zip(restorer.read(texts), texts, strict=True)])
            timed = texts[:_TIMED]
            cost = best_us(lambda timed=timed: restorer.read(timed), len(timed))  # type: ignore[misc]
            yield LeftAlone(name, len(texts), float(changed.mean()), mean_interval(changed.astype(float)), cost)


def _undisguised(dev: Library, source: str) -> list[str]:
    whole = dev.get(source)
    return [text for row, text in zip(whole.rows, whole.texts, strict=True) if not row.more.get("disguise")]


def _alike(one: str, other: str) -> float:
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(len(one), len(other), 1)
