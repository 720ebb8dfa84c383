"""The last layer of a head fitted on, on dev rows that people labelled.

Sets that a machine labelled teach what is said of groups; whether a text attacks them or defends them, people have told
on dev alone. The head is moved as little as that needs (a ridge around what it was taught). Beside it stand heads that
have each not seen a fold of dev: what is measured on dev is measured by them, see `riskguard.evaluation.held`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from riskguard.detectors.encoder.spelling import LONGEST, Speller
from riskguard.evaluation.examples import Library, mix
from riskguard.evaluation.held import folds_of
from riskguard.evaluation.recipe import RECIPES
from riskguard.training.encoder.layer import Rows, columns_of, with_columns
from riskguard.training.encoder.model import RiskEncoderForPosts

REFITTED = "abuse"
_DEFENDS, _DEFENDS_WEIGHT = "against_prejudice", 3.0
_RIDGE = 500.0
_ROUNDS = 200
_AT_ONCE = 64


def refitted(model: RiskEncoderForPosts, speller: Speller, dev: Library) -> RiskEncoderForPosts:
    """The model with its REFITTED head fitted on, and with the held-out ones after all heads."""
    picked, weights = mix(RECIPES[REFITTED], dev)
    texts = [text for rows in picked for text in rows.texts(dev)]
    kinds = [dev.get(rows.source, rows.cuts).rows[at].more.get("kind") for rows in picked for at in rows.index]
    truth = torch.from_numpy(np.concatenate([rows.truth for rows in picked])).float()
    weighed = torch.from_numpy(np.where([kind == _DEFENDS for kind in kinds], _DEFENDS_WEIGHT, 1.0) * weights).float()
    rows = Rows(features(model, speller, texts), truth, weighed, torch.from_numpy(folds_of(texts)))
    columns = columns_of(model)
    return with_columns(model, columns | rows.fitted(REFITTED, columns[REFITTED], ridge=_RIDGE, rounds=_ROUNDS))


def features(model: RiskEncoderForPosts, speller: Speller, texts: Sequence[str]) -> Tensor:
    """(texts, 3 x size): what the heads read of the first window of each text."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    found = torch.empty(len(texts), model.heads.in_features)
    for start in range(0, len(order), _AT_ONCE):
        places = order[start : start + _AT_ONCE]
        spelled = speller.spell([texts[place][:LONGEST] for place in places])
        with torch.inference_mode():
            found[places] = model.read(*map(torch.from_numpy, (spelled.chars, spelled.sounds, spelled.words)))[0]
    return found
