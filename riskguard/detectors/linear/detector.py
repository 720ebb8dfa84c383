"""The detector 'linear': one calibrated score per head, and the words that carried a risk score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np

from riskguard.detectors.linear.model import LinearModel, load_model
from riskguard.detectors.linear.table import Scores
from riskguard.domain.finding import Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

HEADS = (
    "abuse",
    "hate",
    "sexism",
    "sexual",
    "gambling",
    "fraud",
    "ad",
    "illegal_trade",
    "self_harm",
    "rumour",
    "sentiment.negative",
    "sentiment.positive",
    "emotion.happy",
    "emotion.angry",
    "emotion.sad",
    "emotion.fear",
    "emotion.surprise",
    "emotion.neutral",
)
"""Every head that a reading should have; one that the model lacks is told as an absence."""

_WHOLE_TEXT = ("rumour", "sentiment.", "emotion.")
_SPANS_FROM = 0.4
_LONGEST_SPAN = 40


class LinearDetector:
    """Reads folded texts with a `LinearModel`. Risk heads that score high give a span; others mean the whole."""

    name = "linear"

    def __init__(self, model: LinearModel, *, version: str, missing: Mapping[str, str] | None = None) -> None:
        self._model = model
        self._points = np.array([not head.startswith(_WHOLE_TEXT) for head in model.heads])
        self.version = version
        self.labels = frozenset(model.heads)
        self.absences = _absences(model.heads, missing or {})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in `folder`; ModelInvalid (with a hint) when it is missing or not what its config says."""
        model, config = load_model(folder)
        return cls(model, version=str(config["sha256"])[:12], missing=config.get("missing", {}))

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """One finding per head that scores at least `floor`."""
        if not views:
            return []
        scores = self._model.scores([view.folded for view in views])
        spans = self._evidence(views, scores)
        rows, columns = np.nonzero(scores >= floor)
        loud = zip(rows.tolist(), columns.tolist(), scores[rows, columns].tolist(), strict=True)
        found = [self._finding(column, score, spans.get((row, column), ())) for row, column, score in loud]
        bounds = np.searchsorted(rows, np.arange(len(views) + 1)).tolist()
        return [found[start:end] for start, end in pairwise(bounds)]

    def judged(self, views: Sequence[TextView]) -> list[dict[str, float]]:
        """What each risk head scores."""
        points = np.flatnonzero(self._points).tolist()
        told = self._model.scores([view.folded for view in views]).tolist()
        return [{self._model.heads[column]: row[column] for column in points} for row in told]

    def _finding(self, column: int, score: float, spans: tuple[EvidenceSpan, ...]) -> Finding:
        return Finding(self._model.heads[column], score, self.name, spans)

    def _evidence(self, views: Sequence[TextView], scores: Scores) -> dict[tuple[int, int], tuple[EvidenceSpan, ...]]:
        """By post and head, where a risk scores high: the stretch of text that speaks most for it."""
        loud = np.argwhere((scores >= _SPANS_FROM) & self._points).tolist()
        pairs = [(row, column) for row, column in loud if views[row].folded]
        if not pairs:
            return {}
        shares = self._model.contributions([views[row].folded for row, _ in pairs], [column for _, column in pairs])
        return {
            (row, column): _span(views[row], each, self._model.heads[column])
            for (row, column), each in zip(pairs, shares, strict=True)
        }


def _span(view: TextView, shares: Scores, head: str) -> tuple[EvidenceSpan, ...]:
    """The strongest stretch; nothing where that is nearly all of the text."""
    start, end = strongest_stretch(shares - max(0.0, float(shares.mean())))
    if end - start > min(_LONGEST_SPAN, 0.8 * len(view.folded)):
        return ()
    return (view.span(start, end, f"模型判为 {head}，最主要因为这几个字"),)


def strongest_stretch(shares: Scores) -> tuple[int, int]:
    """[start, end) of the run with the highest sum, at least one character long (Kadane)."""
    best, best_start, best_end = -np.inf, 0, 1
    running, start = 0.0, 0
    for place, share in enumerate(shares.tolist()):
        if running <= 0:
            running, start = 0.0, place
        running += share
        if running > best:
            best, best_start, best_end = running, start, place + 1
    return best_start, best_end


def _absences(heads: Sequence[str], missing: Mapping[str, str]) -> tuple[Abstention, ...]:
    """One absence for all heads that share a reason."""
    by_reason: dict[str, list[str]] = {}
    for head in dict.fromkeys([*HEADS, *missing]):
        if head not in heads:
            by_reason.setdefault(missing.get(head, "no model yet"), []).append(head)
    return tuple(Abstention("linear", reason, Cause.ABSENT, tuple(found)) for reason, found in by_reason.items())
