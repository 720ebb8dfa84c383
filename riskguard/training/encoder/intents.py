"""Columns beside the heads that say what a text intends: to offer or advertise, to attack somebody, to break any rule.

Heads learn what is spoken of; warnings, reports and quotations speak of the same. These columns are fitted on sentences
that hold the same words in good and in bad intent, and on dev. Beside each stand columns that have not seen a fold,
for whoever learns from the same texts: see `riskguard.evaluation.held`.
"""

from __future__ import annotations

import torch

from riskguard.domain.finding import INTENTS
from riskguard.training.encoder.heard import Heard
from riskguard.training.encoder.layer import Column, columns_of, with_columns
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.truths import meant

_RIDGE = 500.0
_ROUNDS = 100


def with_intents(model: RiskEncoderForPosts, heard: Heard) -> RiskEncoderForPosts:
    """The model with the columns INTENTS after its HEADS, and those of the folds at the end; other columns stay."""
    nothing = torch.zeros(heard.seen.shape[1]), torch.zeros(())
    fitted: dict[str, Column] = {}
    for intent in INTENTS:
        truth = torch.tensor([float(meant(lesson, intent)) for lesson in heard.lessons])
        fitted |= heard.rows(truth).fitted(intent, nothing, ridge=_RIDGE, rounds=_ROUNDS)
    known = {name: column for name, column in columns_of(model).items() if name not in fitted}
    heads = {name: known.pop(name) for name in HEADS}
    intents = {name: fitted.pop(name) for name in INTENTS}
    return with_columns(model, {**heads, **intents, **known, **fitted})
