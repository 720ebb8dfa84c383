"""Columns beside the heads that say what a text intends: to offer or advertise, to attack somebody, to break any rule.

Heads learn what is spoken of; warnings, reports and quotations speak of the same. These columns are fitted on sentences
that hold the same words in good and in bad intent, and on dev. Beside each stand columns that have not seen a fold,
for whoever learns from the same texts: see `riskguard.evaluation.held`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.finding import INTENT_ANY, INTENT_ATTACK, INTENT_OFFER, INTENTS
from riskguard.evaluation.held import folds_of
from riskguard.text.restoring import Restorer
from riskguard.text.view import fold_all
from riskguard.training.encoder.layer import Column, Rows, columns_of, with_columns
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import features
from riskguard.training.truths import HARM, TRADE, Lesson

_RIDGE = 500.0
_ROUNDS = 100


def with_intents(
    model: RiskEncoderForPosts, speller: Speller, restorer: Restorer, taught: Sequence[Lesson]
) -> RiskEncoderForPosts:
    """The model with the columns INTENTS after its HEADS, and those of the folds at the end; other columns stay."""
    texts = [view.folded for view in fold_all([lesson.text for lesson in taught])]
    seen, fold = features(model, speller, restorer.read(texts)), torch.from_numpy(folds_of(texts))
    weights = torch.tensor([lesson.weight(right=bool(lesson.broken)) for lesson in taught])
    nothing = torch.zeros(seen.shape[1]), torch.zeros(())
    fitted: dict[str, Column] = {}
    for intent in INTENTS:
        truth = torch.tensor([_meant(lesson, intent) for lesson in taught])
        fitted |= Rows(seen, truth, weights, fold).fitted(intent, nothing, ridge=_RIDGE, rounds=_ROUNDS)
    known = {name: column for name, column in columns_of(model).items() if name not in fitted}
    heads = {name: known.pop(name) for name in HEADS}
    intents = {name: fitted.pop(name) for name in INTENTS}
    return with_columns(model, {**heads, **intents, **known, **fitted})


def _meant(lesson: Lesson, intent: str) -> float:
    asked = {INTENT_OFFER: TRADE, INTENT_ATTACK: HARM, INTENT_ANY: lesson.broken}[intent]
    return float(bool(lesson.broken & asked))
