"""Last layers solved anew for a body that has moved, so that they say what was said before.

A course that holds what columns and tags say (`holding`) leaves a rest that no rate makes smaller. Over what the moved
body reads, the layer that comes nearest to the old answers is a least-squares problem; it is solved for texts of all
sets of train, each set by the root of its size.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.finding import INTENTS
from riskguard.evaluation.examples import Library
from riskguard.evaluation.labelled import Split
from riskguard.training.encoder.layer import columns_of, with_columns
from riskguard.training.encoder.lessons import subjects
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import features
from riskguard.training.encoder.retag import seen_of, tagged_posts
from riskguard.training.invented import INVENTED, invented

_EACH = 3000
"""Of one set no more texts are read than this."""

_RIDGE = 300.0


def recalled(
    model: RiskEncoderForPosts, before: RiskEncoderForPosts, speller: Speller, data: Path, *, seed: int
) -> RiskEncoderForPosts:
    """The model with tags, and all columns but INTENTS, that say of train as nearly as they can what `before` says;
    both have the same columns."""
    texts, weight = _texts(data, seed)
    solved = solved_for(
        features(model, speller, texts), model.heads, before.heads(features(before, speller, texts)).detach(), weight
    )
    columns = columns_of(model)
    for place, name in enumerate(model.config.heads):
        if name not in INTENTS:
            columns[name] = solved[0][place], solved[1][place]
    found = with_columns(model, columns)
    tagged = tagged_posts(data)
    wanted = before.tags(seen_of(before, speller, tagged).features).detach()
    seen = seen_of(model, speller, tagged).features
    with torch.no_grad():
        for parameter, value in zip(
            (found.tags.weight, found.tags.bias),
            solved_for(seen, model.tags, wanted, torch.ones(len(seen))),
            strict=True,
        ):
            parameter.copy_(value)
    return found


def solved_for(seen: Tensor, layer: nn.Linear, wanted: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Weight (outputs, size) and bias (outputs,) with which the layer says of what it has `seen` (rows, size) what is
    `wanted` (rows, outputs), by a ridge around what it says now; rows count by their `weight` (rows,)."""
    values, middle, spread = seen.double(), seen.mean(0).double(), seen.std(0).double().clamp(min=1e-4)
    scaled = torch.cat([(values - middle) / spread, torch.ones(len(seen), 1, dtype=torch.float64)], dim=1)
    old, bias = layer.weight.detach().double(), layer.bias.detach().double()
    weighed = scaled * (weight / weight.mean()).double()[:, None]
    held = _RIDGE * torch.eye(scaled.shape[1], dtype=torch.float64)
    move = torch.linalg.solve(weighed.T @ scaled + held, weighed.T @ (wanted.double() - (values @ old.T + bias)))
    step = (move[:-1] / spread[:, None]).T
    return (old + step).float(), (bias + move[-1] - step @ middle).float()


def _texts(data: Path, seed: int) -> tuple[Sequence[str], Tensor]:
    """Texts of all sets of train, and what each weighs."""
    library = Library(data, Split.TRAIN)
    library.put(INVENTED, invented(seed=seed))
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    texts: list[str] = []
    weights: list[float] = []
    for subject in subjects(library):
        some = dice.sample(subject.texts, min(_EACH, len(subject.texts)))
        texts += some
        weights += [len(some) ** -0.5] * len(some)
    return texts, torch.tensor(weights)
