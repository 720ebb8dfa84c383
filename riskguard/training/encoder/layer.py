"""A last layer fitted on: moved as little as the rows need that it is shown, by a ridge around what it was taught."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


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
