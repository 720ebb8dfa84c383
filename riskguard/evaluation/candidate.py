"""The models that are measured side by side. Each reads a text once, however many figures ask about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from riskguard.detectors.encoder.engine import AUTO
from riskguard.detectors.encoder.fusion import Fusion, Weighings
from riskguard.detectors.encoder.model import Encoder, load_encoder, text_margins
from riskguard.detectors.encoder.names import Mention
from riskguard.detectors.linear.model import LinearModel, load_model
from riskguard.domain.errors import NotReady
from riskguard.evaluation.calibration import Said, crossed, fused_crossed, platt, sigmoid
from riskguard.evaluation.examples import Library, mix
from riskguard.evaluation.held import unseen
from riskguard.evaluation.metrics import Floats, Truth
from riskguard.evaluation.recipe import RECIPES
from riskguard.text.restoring import Restorer

LINEAR, ENCODER, ENCODER_ALONE = "linear", "encoder", "encoder alone"
_AT_ONCE = 512
_LINEAR_FOLDER, _ENCODER_FOLDER, _RESTORER_FOLDER = "linear", "risk-encoder", "restorer"

Read = Callable[[int], None]
"""Hears how many texts an encoder has just read."""


def _nobody(_: int) -> None:
    pass


class Candidate(Protocol):
    """A model with heads."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def heads(self) -> tuple[str, ...]:
        """In the order of the columns."""

    def scores(self, texts: Sequence[str], originals: Sequence[str] | None = None, /) -> Floats:
        """(texts, heads) as it serves. Of twins, the texts that they were made of are asked for too."""

    def crossed(self, head: str, texts: Sequence[str], truth: Truth, weights: Floats) -> Floats:
        """The head's scores by calibrations that have not seen the row."""


@dataclass(slots=True)
class Remembered:
    """Margins per text; a text is read when it is first asked for. `told` hears how many were just read."""

    read: Callable[[Sequence[str]], Floats]
    told: Read = _nobody
    _known: dict[str, Floats] = field(default_factory=dict)

    def margins(self, texts: Sequence[str]) -> Floats:
        """One row per text."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(fresh), _AT_ONCE):
            part = fresh[start : start + _AT_ONCE]
            self._known.update(zip(part, self.read(part), strict=True))
            self.told(len(part))
        return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True, slots=True)
class RestoredTexts:
    """What is read for a text; each is restored when it is first asked for."""

    restorer: Restorer
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, texts: Sequence[str]) -> list[str]:
        """One for each folded text."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(fresh, self.restorer.read(fresh), strict=True))
        return [self._known[text] for text in texts]


@dataclass(frozen=True, slots=True)
class LinearCandidate:
    """The linear model by itself."""

    model: LinearModel
    name: str = LINEAR

    @property
    def heads(self) -> tuple[str, ...]:
        """See Candidate."""
        return self.model.heads

    def scores(self, texts: Sequence[str], _originals: Sequence[str] | None = None, /) -> Floats:
        """See Candidate."""
        return self.model.scores(texts)

    def crossed(self, head: str, texts: Sequence[str], truth: Truth, weights: Floats) -> Floats:
        """See Candidate."""
        return crossed(self.model.margins(texts)[:, self.heads.index(head)], truth, weights)


@dataclass(frozen=True, slots=True)
class EncoderCandidate:
    """An encoder whose margins are remembered, joined with the linear model's by `fusion`; without it if all are 0.

    Both read what is `restored` of a text.

    A head that has seen dev is told by the one among all `columns` that has not seen the text.
    """

    restored: Callable[[Sequence[str]], list[str]]
    remembered: Remembered
    mentions: Callable[[Sequence[str]], list[list[Mention]]]
    fusion: Fusion
    columns: tuple[str, ...]
    name: str = ENCODER

    @property
    def heads(self) -> tuple[str, ...]:
        """See Candidate."""
        return self.fusion.heads

    def margins(self, texts: Sequence[str], originals: Sequence[str] | None = None) -> Floats:
        """(texts, heads) before calibration, by heads that have not seen them."""
        told = unseen(self.remembered.margins(self.restored(texts)), self.columns, originals or texts)
        return told[:, : len(self.heads)]

    def scores(self, texts: Sequence[str], originals: Sequence[str] | None = None, /) -> Floats:
        """See Candidate."""
        return sigmoid(self.fusion.logits(self.margins(texts, originals).astype(np.float32), self.restored(texts)))

    def crossed(self, head: str, texts: Sequence[str], truth: Truth, weights: Floats) -> Floats:
        """See Candidate."""
        own = self.margins(texts)[:, self.heads.index(head)]
        linear = self.fusion.model
        heard = self.fusion.hears_linear and head in linear.heads
        said = Said.by(own, linear.voiced(self.restored(texts)), linear.heads.index(head)) if heard else Said.by(own)
        return fused_crossed(said, truth, weights)


def candidates(
    models: Path, dev: Library, *, encoder: Path | None = None, engine: str = AUTO, told: Read = _nobody
) -> list[Candidate]:
    """The models in this folder: the encoder as it serves, the same without the linear model, and the linear model.

    `encoder` is the folder of one that is not yet among them. NotReady where there is no linear model.
    """
    linear, encoder = models / _LINEAR_FOLDER, encoder or models / _ENCODER_FOLDER
    if not linear.is_dir():
        raise NotReady(f"no model in {models}", hint="train one with `riskguard train linear --data DIR`")
    found: list[Candidate] = []
    if encoder.is_dir():
        restorer = models / _RESTORER_FOLDER
        whole = encoder_candidate(load_encoder(encoder, linear=linear, restorer=restorer, engine=engine), told)
        found = [whole, without_linear(whole, dev)]
    return [*found, LinearCandidate(load_model(linear)[0])]


def encoder_candidate(encoder: Encoder, told: Read = _nobody) -> EncoderCandidate:
    """The encoder as it serves."""
    columns = encoder.columns

    def read(texts: Sequence[str]) -> Floats:
        return text_margins(encoder.choice.engine, encoder.speller, texts, len(columns)).astype(np.float64)

    def mentions(texts: Sequence[str]) -> list[list[Mention]]:
        return encoder.read(texts).mentions

    return EncoderCandidate(
        RestoredTexts(encoder.restorer).of, Remembered(read, told), mentions, encoder.fusion, columns
    )


def without_linear(whole: EncoderCandidate, dev: Library) -> EncoderCandidate:
    """The same encoder calibrated by itself, to see what the linear model beside it is worth."""
    slopes, shifts = np.ones(len(whole.heads)), np.zeros(len(whole.heads))
    for column, head in enumerate(whole.heads):
        picked, weights = mix(RECIPES[head], dev)
        texts = [text for rows in picked for text in rows.texts(dev)]
        truth = np.concatenate([rows.truth for rows in picked])
        slopes[column], shifts[column] = platt(whole.margins(texts)[:, column], truth, weights)
    alone = Weighings(slopes, np.zeros(len(slopes)), shifts)
    return replace(whole, fusion=replace(whole.fusion, first=alone, second=alone), name=ENCODER_ALONE)
