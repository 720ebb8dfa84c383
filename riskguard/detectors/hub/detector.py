"""The detectors 'hub:<name>': a model of others, its labels told in ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.hub.listing import NONE, HubModel, Task, load_listing
from riskguard.domain.errors import NotReady
from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

if TYPE_CHECKING:
    from riskguard.detectors.hub.transformer import Transformer, Window

_TAG = re.compile(r"([BIESMLU])[-_](.+)")
_OUTSIDE = "O"
_BEGINNINGS = ("B", "S", "U")

Scores = NDArray[np.float32]
Entity = tuple[int, int, float]
"""[start, end) of the folded text, and how sure the model is."""


def hub_detectors(file: Path, taxonomy: Path) -> list[HubDetector]:
    """A detector for each model that the file lists; without one, neither torch nor transformers is imported.

    PolicyInvalid for a faulty list, NotReady for a model that is not on this machine, ModelInvalid for an unsound one.
    """
    listed = load_listing(file, taxonomy)
    if not listed:
        return []
    try:
        from riskguard.detectors.hub.transformer import load_transformer
    except ImportError as error:
        hint = "pip install torch transformers"
        raise NotReady(f"{file} lists models, but torch or transformers is missing: {error}", hint=hint) from error
    return [HubDetector(model, load_transformer(model)) for model in listed]


class HubDetector:
    """Reads folded texts in windows. What a text is called speaks of the whole, or of the loudest window of several."""

    absences: tuple[Abstention, ...] = ()

    def __init__(self, listed: HubModel, network: Transformer) -> None:
        """PolicyInvalid, at the place of the list, when its labels are not those of the model."""
        self.name = f"hub:{listed.name}"
        self.version = _version(listed, network.version)
        self.labels = frozenset(listed.ours)
        self._ours = listed.ours
        self._network = network
        tokens = listed.task is Task.TOKENS
        self._find = self._entities if tokens else self._called
        kinds = [_kind(tag) if tokens else tag for tag in network.labels]
        _check(listed, set(kinds), optional={_OUTSIDE} if tokens else set())
        ours = [listed.labels.get(kind, NONE) for kind in kinds]
        self._means = np.array([[label == each for each in self._ours] for label in ours], dtype=np.float32)
        self._begins = np.array([_begins(tag) for tag in network.labels])

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """Of a text: one finding per label. Of tokens: one per place that the model names."""
        windows: list[list[Window]] = [[] for _ in views]
        for window in self._network.read([view.folded for view in views]):
            windows[window.text].append(window)
        found = (self._find(view, each) for view, each in zip(views, windows, strict=True))
        return [[finding for finding in findings if finding.score >= floor] for findings in found]

    def _called(self, view: TextView, windows: Sequence[Window]) -> Iterator[Finding]:
        if not windows:
            return
        scores = np.stack([self._meant(window.scores) for window in windows])
        for label, loudest, score in zip(self._ours, scores.argmax(0), scores.max(0), strict=True):
            places = windows[loudest].places
            reason = f"模型 {self.name} 判为 {label}，依据是这一段"
            one = view.span(int(places[0, 0]), int(places[-1, 1]), reason)
            yield Finding(label, float(score), self.name, (one,) if len(windows) > 1 else ())

    def _entities(self, view: TextView, windows: Sequence[Window]) -> Iterator[Finding]:
        for column, label in enumerate(self._ours):
            named = [entity for window in windows for entity in self._named(window, column)]
            for start, end, score in _joined(named):
                reason = f"模型 {self.name} 认作 {label}"
                yield Finding(label, score, self.name, (view.span(start, end, reason),))

    def _named(self, window: Window, column: int) -> Iterator[Entity]:
        """Runs of tokens for which the label beats the others and none; a token that begins a name begins a run."""
        scores = self._meant(window.scores)
        rest = 1 - scores.sum(1)
        mine = (scores.argmax(1) == column) & (scores[:, column] > rest)
        begins = self._begins[window.scores.argmax(1)]
        starts = mine & (begins | ~np.concatenate(([False], mine[:-1])))
        runs = np.cumsum(starts)
        for run in range(1, int(runs[-1]) + 1 if runs.size else 1):
            tokens = np.flatnonzero((runs == run) & mine)
            places = window.places[tokens]
            yield int(places[0, 0]), int(places[-1, 1]), float(scores[tokens, column].mean())

    def _meant(self, scores: Scores) -> Scores:
        """The scores of our labels: where several of theirs mean one of ours, either their sum or the highest."""
        if self._network.exclusive:
            summed: Scores = np.minimum(scores @ self._means, np.float32(1))
            return summed
        highest: Scores = (scores[..., None] * self._means).max(-2)
        return highest


def _version(listed: HubModel, weights: str) -> str:
    """Of the weights, and of what the list says about them."""
    said = (weights, listed.task.value, sorted(listed.labels.items()), listed.max_length)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _check(listed: HubModel, theirs: set[str], *, optional: set[str]) -> None:
    unknown, missing = sorted(set(listed.labels) - theirs), sorted(theirs - optional - set(listed.labels))
    if unknown:
        raise listed.refused(f"it has no label '{unknown[0]}'", f"its labels are {', '.join(sorted(theirs))}")
    if missing:
        raise listed.refused(f"its label '{missing[0]}' is not listed", f"{missing[0]}: {NONE}")


def _kind(tag: str) -> str:
    """'PER' of 'B-PER'."""
    match = _TAG.fullmatch(tag)
    return match.group(2) if match else tag


def _begins(tag: str) -> bool:
    match = _TAG.fullmatch(tag)
    return match is not None and match.group(1) in _BEGINNINGS


def _joined(entities: Sequence[Entity]) -> list[Entity]:
    """In the order of the text; what two windows saw of one name is one."""
    joined: list[Entity] = []
    for start, end, score in sorted(entities):
        if joined and start < joined[-1][1]:
            first, last, best = joined.pop()
            joined.append((first, max(last, end), max(best, score)))
        else:
            joined.append((start, end, score))
    return joined
