"""The detector 'encoder': one reading for every head, for names and for addresses; evidence when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Self

import numpy as np

from riskguard.detectors.encoder.engine import AUTO
from riskguard.detectors.encoder.evidence import Budget, Means, Place, carriers, guessed, word_borders
from riskguard.detectors.encoder.model import Encoder, Picked, load_encoder, scores
from riskguard.detectors.encoder.names import Mention, leads_to_a_door
from riskguard.detectors.encoder.windows import Window, windows_of
from riskguard.detectors.linear.detector import HEADS
from riskguard.domain.finding import Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.restoring import Restored
from riskguard.text.view import TextView

NAMED = {"PER": "pii.name", "ADDR": "pii.address"}
"""The kinds of mentions that are personal information; an organisation is none."""

WHOLE_TEXT = ("rumour", "sentiment.", "emotion.")
"""A few characters do not carry these: their findings always mean the whole text."""

_EVIDENCE_CHARS = 8192
"""About what a batch of 256 posts of usual length holds, so that evidence at most doubles what it costs."""

_REASONS = {"pii.name": "模型认为这是人名", "pii.address": "模型认为这是详细地址"}


class EncoderDetector:
    """Reads folded texts with an `Encoder`. A score means the whole text until `explain` says what carried it."""

    name = "encoder"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._column = {head: column for column, head in enumerate(encoder.heads)}
        named = {label for kind, label in NAMED.items() if f"B-{kind}" in encoder.tagger.tags}
        self.version = encoder.version
        self.labels = frozenset(encoder.heads) | named
        self.note: Mapping[str, object] = encoder.choice.note
        self._means = Means(
            encoder.logits,
            partial(word_borders, encoder.speller),
            partial(guessed, encoder.fusion.model, encoder.heads),
        )
        missing = tuple(head for head in HEADS if head not in self.labels)
        self.absences = (Abstention(self.name, "no model yet", Cause.ABSENT, missing),) if missing else ()

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        linear: Path,
        restorer: Path,
        engine: str = AUTO,
        memory: Path | None = None,
        picked: Picked | None = None,
    ) -> Self:
        """The model in `folder`, fitted with two others; see load_encoder for what is refused and remembered."""
        return cls(load_encoder(folder, linear=linear, restorer=restorer, engine=engine, memory=memory, picked=picked))

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """One finding per head that scores at least `floor`, and one for all names and one for all addresses. The facts
        of those of a risk say what the text intends."""
        if not views:
            return []
        read = self._encoder.read([view.folded for view in views])
        told = scores(read.logits)
        rows, columns = np.nonzero(told >= floor)
        meant = [dict(zip(self._encoder.intents, row, strict=True)) for row in read.intents.round(2).tolist()]
        loud = zip(rows.tolist(), columns.tolist(), told[rows, columns].tolist(), strict=True)
        found = [self._finding(column, score, meant[row]) for row, column, score in loud]
        bounds = np.searchsorted(rows, np.arange(len(views) + 1)).tolist()
        answers = [found[start:end] for start, end in pairwise(bounds)]
        personal = map(self._personal, views, read.mentions, [floor] * len(views))
        return [[*answer, *named] for answer, named in zip(answers, personal, strict=True)]

    def judged(self, views: Sequence[TextView]) -> list[dict[str, float]]:
        """What each risk head scores; names and addresses are not sought."""
        told = scores(self._encoder.read([view.folded for view in views]).logits)
        return [
            {
                head: score
                for head, score in zip(self._encoder.heads, row, strict=True)
                if not head.startswith(WHOLE_TEXT)
            }
            for row in told.tolist()
        ]

    def explain(
        self, views: Sequence[TextView], scores: Sequence[Mapping[str, float]]
    ) -> list[dict[str, tuple[EvidenceSpan, ...]]]:
        """Per text, for those of its labels that a few characters carried, where these stand; `scores` are as `read`
        gave them. The others were carried by the whole text, or the batch had more to explain than may be read for it.
        """
        budget = Budget(_EVIDENCE_CHARS)
        restored = self._encoder.restorer.restore([view.folded for view in views])
        asked = [
            (row, window, stood)
            for row, (read, them) in enumerate(zip(restored, scores, strict=True))
            for window, stood in self._loudest(read.text, self._pointed(them), budget)
        ]
        found = carriers([(window.chars, stood) for _, window, stood in asked], self._means, budget)
        told: list[dict[str, tuple[EvidenceSpan, ...]]] = [{} for _ in views]
        for (row, window, _), places in zip(asked, found, strict=True):
            for column, (start, end) in places.items():
                head = self._encoder.heads[column]
                place = (window.start + start, window.start + end)
                told[row][head] = (_span(views[row], restored[row], place, head),)
        return told

    def _finding(self, column: int, score: float, meant: Mapping[str, float]) -> Finding:
        head = self._encoder.heads[column]
        return Finding(head, score, self.name, facts={} if head.startswith(WHOLE_TEXT) else meant)

    def _pointed(self, scores: Mapping[str, float]) -> dict[int, float]:
        """The logits of those labels that a few characters can carry, by column."""
        return {
            self._column[head]: _logit(score)
            for head, score in scores.items()
            if head in self._column and not head.startswith(WHOLE_TEXT)
        }

    def _loudest(
        self, text: str, stood: Mapping[int, float], budget: Budget
    ) -> list[tuple[Window, Mapping[int, float]]]:
        """For each column the window in which it is highest, with the logit that it has there."""
        windows = windows_of([text])
        if len(windows) == 1 or not stood:
            return [(windows[0], stood)] if stood and text else []
        if not budget.allows(len(text)):
            return []
        logits = self._encoder.logits([window.chars for window in windows])
        by_window: dict[int, dict[int, float]] = {}
        for column in stood:
            at = int(logits[:, column].argmax())
            by_window.setdefault(at, {})[column] = float(logits[at, column])
        return [(windows[at], them) for at, them in by_window.items()]

    def _personal(self, view: TextView, mentions: Sequence[Mention], floor: float) -> list[Finding]:
        """One finding a label, with the score of its likeliest place; the likeliest places first."""
        by_label: dict[str, list[Mention]] = {}
        for mention in sorted(mentions, key=lambda each: -each.score):
            if mention.score >= floor and _is_personal(mention, view):
                by_label.setdefault(NAMED[mention.kind], []).append(mention)
        return [
            Finding(
                label,
                them[0].score,
                self.name,
                tuple(view.span(m.start, m.end, _REASONS[label]) for m in them),
                {"by": self.name},
            )
            for label, them in by_label.items()
        ]


def _is_personal(mention: Mention, view: TextView) -> bool:
    if mention.kind == "ADDR":
        return leads_to_a_door(view.folded[mention.start : mention.end])
    return mention.kind in NAMED


def _logit(score: float) -> float:
    bounded = min(max(score, 1e-12), 1 - 1e-12)
    return log(bounded / (1 - bounded))


def _span(view: TextView, read: Restored, place: Place, head: str) -> EvidenceSpan:
    """The place as it was written, with what was read for it if that is something else."""
    start, end = read.place(*place)
    chars = read.text[slice(*place)]
    told = "" if chars == view.folded[start:end] else f"（读作「{chars}」）"
    return view.span(start, end, f"模型判为 {head}，最主要因为这几个字{told}")
