"""A last layer fitted on: moved as little as the rows need that it is shown, by a ridge around what it was taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from riskguard.evaluation.held import held_names
from riskguard.training.encoder.model import RiskEncoderConfig, RiskEncoderForPosts

Column = tuple[Tensor, Tensor]
"""Weight (size,) and bias () of one head."""


def moved(
    seen: Tensor, weight: Tensor, bias: Tensor, misfit: Callable[[Tensor], Tensor], *, ridge: float, rounds: int
) -> tuple[Tensor, Tensor]:
    """Weight (outputs, size) and bias (outputs,) after the fit to what the layer has `seen` (rows, size).

    `misfit` tells the summed loss of margins (rows, outputs); the ridge counts moves in units of the features.
    """
    middle, spread = seen.mean(0), seen.std(0).clamp(min=1e-4)
    scaled, margins = (seen - middle) / spread, seen @ weight.T + bias
    move, shift = torch.zeros_like(weight, requires_grad=True), torch.zeros_like(bias, requires_grad=True)
    optimizer = torch.optim.LBFGS([move, shift], max_iter=rounds, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        cost = (misfit(margins + scaled @ move.T + shift) + 0.5 * ridge * move.square().sum()) / len(seen)
        cost.backward()
        return cost

    optimizer.step(loss)
    step = (move / spread).detach()
    return weight + step, bias + shift.detach() - step @ middle


@dataclass(frozen=True, slots=True)
class Rows:
    """What a yes-or-no head is fitted on: features (rows, size); truth, weight and fold (rows,)."""

    seen: Tensor
    truth: Tensor
    weight: Tensor
    fold: Tensor

    def fitted(self, head: str, before: Column, *, ridge: float, rounds: int) -> dict[str, Column]:
        """The head after a weighted logistic fit to all rows, and its columns that have each not seen a fold."""
        found = {head: self._fitted(torch.ones_like(self.fold, dtype=torch.bool), before, ridge, rounds)}
        for held, name in enumerate(held_names(head)):
            found[name] = self._fitted(self.fold != held, before, ridge, rounds)
        return found

    def _fitted(self, part: Tensor, before: Column, ridge: float, rounds: int) -> Column:
        truth, weight = self.truth[part], self.weight[part]

        def misfit(margins: Tensor) -> Tensor:
            return functional.binary_cross_entropy_with_logits(margins[:, 0], truth, weight, reduction="sum")

        weights, biases = moved(self.seen[part], before[0][None], before[1][None], misfit, ridge=ridge, rounds=rounds)
        return weights[0], biases[0]


def columns_of(model: RiskEncoderForPosts) -> dict[str, Column]:
    """What the last layer holds for each head, in the order of its columns."""
    weight, bias = model.heads.weight.detach(), model.heads.bias.detach()
    return dict(zip(model.config.heads, zip(weight, bias, strict=True), strict=True))


def with_columns(model: RiskEncoderForPosts, columns: Mapping[str, Column]) -> RiskEncoderForPosts:
    """The same body and tags below a last layer of these columns."""
    found = RiskEncoderForPosts(RiskEncoderConfig(**(model.config.to_dict() | {"heads": tuple(columns)})))
    weights, biases = zip(*columns.values(), strict=True)
    found.heads = nn.Linear(model.heads.in_features, len(columns))
    with torch.no_grad():
        found.heads.weight.copy_(torch.stack(weights))
        found.heads.bias.copy_(torch.stack(biases))
    found.encoder, found.tags = model.encoder, model.tags
    return found.eval()
