"""Emotions fitted on by dev, over a body that moves no more.

Courses know the posts of train by heart, so a last layer that is fitted on others weighs what the body sees better
(Kirichenko et al., 2023). The six columns exclude one another and are fitted together, each moved as little as dev
needs: a ridge around what was taught, which stays beside it as `head/taught`. And beside it stand columns that have
each not seen a fold: see `riskguard.evaluation.held`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.opinion import EMOTIONS
from riskguard.evaluation.examples import Library
from riskguard.evaluation.held import HELD, folds_of, held_names, taught_name
from riskguard.evaluation.recipe import SMP
from riskguard.text.restoring import Restorer
from riskguard.training.encoder.layer import Column, columns_of, moved, with_columns
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import features

_HEADS = tuple(f"emotion.{name}" for name in EMOTIONS)
_RIDGE = 600.0
_ROUNDS = 100
_EVENED = 0.5
"""A row weighs by how rare its emotion is, to this power: macro-F1 counts every emotion as one."""


def with_feelings(
    model: RiskEncoderForPosts, speller: Speller, restorer: Restorer, dev: Library
) -> RiskEncoderForPosts:
    """The model with its emotions fitted on, and at the end what they were taught and the columns of the folds."""
    columns = columns_of(model)
    taught = [columns.get(taught_name(head), columns[head]) for head in _HEADS]
    sets = [dev.get(source) for source in SMP]
    texts = [text for each in sets for text in each.texts]
    truth = torch.tensor([EMOTIONS.index(row.label) for each in sets for row in each.rows])
    seen, fold = features(model, speller, restorer.read(texts)), torch.from_numpy(folds_of(texts))
    columns |= zip(_HEADS, _fitted(seen, truth, taught), strict=True)
    for held in range(HELD):
        names = [held_names(head)[held] for head in _HEADS]
        columns |= zip(names, _fitted(seen[fold != held], truth[fold != held], taught), strict=True)
    return with_columns(model, columns | dict(zip(map(taught_name, _HEADS), taught, strict=True)))


def _fitted(seen: Tensor, truth: Tensor, taught: Sequence[Column]) -> list[Column]:
    counts = torch.bincount(truth, minlength=len(taught)).clamp(min=1).float()
    weight = (counts.mean() / counts) ** _EVENED

    def misfit(margins: Tensor) -> Tensor:
        return functional.cross_entropy(margins, truth, weight=weight, reduction="sum")

    weights, biases = map(torch.stack, zip(*taught, strict=True))
    return list(zip(*moved(seen, weights, biases, misfit, ridge=_RIDGE, rounds=_ROUNDS), strict=True))
