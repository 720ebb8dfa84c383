"""Heads of unlawful offers, fitted on by texts that hold the same words in good and in bad intent.

Courses teach them messages of crooks, which few posts are like. Each is moved as little as our sentences and dev need:
a ridge around what the course taught, which stays beside it as `head/taught`, so that fitting again begins there. And
beside it stand heads that have each not seen a fold: see `riskguard.evaluation.held`.
"""

from __future__ import annotations

import torch

from riskguard.evaluation.held import taught_name
from riskguard.evaluation.recipe import OVERLAPS
from riskguard.training.encoder.heard import Heard
from riskguard.training.encoder.layer import Rows, columns_of, with_columns
from riskguard.training.encoder.model import RiskEncoderForPosts

OFFERS = ("sexual", "gambling", "fraud", "ad", "illegal_trade")
_ALSO_TELLS = {"illegal_trade": frozenset({"drugs", "weapons"})}
"""Rules without a head of their own, whose breach a head tells."""

_RIDGE = 500.0
_ROUNDS = 100


def with_offers(model: RiskEncoderForPosts, heard: Heard) -> RiskEncoderForPosts:
    """The model with its OFFERS fitted on, and at the end what they were taught and the heads of the folds."""
    columns = columns_of(model)
    for head in OFFERS:
        taught = columns.get(taught_name(head), columns[head])
        columns |= _rows(head, heard).fitted(head, taught, ridge=_RIDGE, rounds=_ROUNDS)
        columns[taught_name(head)] = taught
    return with_columns(model, columns)


def _rows(head: str, heard: Heard) -> Rows:
    """Of all texts but those that break a rule which the head cannot be told apart from."""
    known = [not lesson.broken & OVERLAPS.get(head, frozenset()) for lesson in heard.lessons]
    told = {head} | _ALSO_TELLS.get(head, frozenset())
    truth = torch.tensor([float(bool(told & lesson.broken)) for lesson in heard.lessons])
    return heard.rows(truth, torch.tensor(known))
