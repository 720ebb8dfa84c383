"""What the encoder makes of the texts of `riskguard.training.truths`, for columns that are fitted on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from riskguard.detectors.encoder.spelling import Speller
from riskguard.evaluation.held import folds_of
from riskguard.text.restoring import Restorer
from riskguard.text.view import fold_all
from riskguard.training.encoder.layer import Rows
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import features
from riskguard.training.truths import Lesson


@dataclass(frozen=True, slots=True)
class Heard:
    """Texts and what they break; what heads read of them (texts, size); weight and fold (texts,)."""

    lessons: Sequence[Lesson]
    seen: Tensor
    weight: Tensor
    fold: Tensor

    @classmethod
    def by(cls, model: RiskEncoderForPosts, speller: Speller, restorer: Restorer, lessons: Sequence[Lesson]) -> Self:
        """Read as the service would: folded, and as they were meant."""
        texts = [view.folded for view in fold_all([lesson.text for lesson in lessons])]
        seen = features(model, speller, restorer.read(texts))
        weight = torch.tensor([lesson.weight(right=bool(lesson.broken)) for lesson in lessons])
        return cls(lessons, seen, weight, torch.from_numpy(folds_of(texts)))

    def rows(self, truth: Tensor, known: Tensor | None = None) -> Rows:
        """What a column is fitted on, given the truth (texts,); where not all are `known`, of these alone."""
        kept = slice(None) if known is None else known
        return Rows(self.seen[kept], truth[kept], self.weight[kept], self.fold[kept])
