"""A last layer over a body that has moved says again what was said before."""

from __future__ import annotations

import torch
from torch import nn

from riskguard.training.encoder.recall import solved_for

_ROWS, _SIZE, _OUTPUTS = 20000, 12, 3


def _layers() -> tuple[torch.Tensor, torch.Tensor, nn.Linear, torch.Tensor]:
    """What a body saw before and what it sees now (turned, and a little noise), the layer, and what it said before."""
    torch.manual_seed(3)
    before = torch.randn(_ROWS, _SIZE)
    turned = before @ (torch.eye(_SIZE) + 0.2 * torch.randn(_SIZE, _SIZE)) + 0.5 + 0.01 * torch.randn(_ROWS, _SIZE)
    layer = nn.Linear(_SIZE, _OUTPUTS)
    return before, turned, layer, layer(before).detach()


def _miss(weight: torch.Tensor, bias: torch.Tensor, seen: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((seen @ weight.T + bias - wanted).square().mean().sqrt())


def test_what_was_said_is_said_again() -> None:
    _, turned, layer, wanted = _layers()
    before = _miss(layer.weight.detach(), layer.bias.detach(), turned, wanted)
    assert _miss(*solved_for(turned, layer, wanted, torch.ones(_ROWS)), turned, wanted) < before / 5


def test_a_layer_that_says_it_already_stays() -> None:
    seen, _, layer, wanted = _layers()
    weight, bias = solved_for(seen, layer, wanted, torch.ones(_ROWS))
    assert torch.allclose(weight, layer.weight.detach(), atol=1e-5)
    assert torch.allclose(bias, layer.bias.detach(), atol=1e-5)


def test_rows_count_by_their_weight() -> None:
    _, turned, layer, wanted = _layers()
    wrong = wanted.clone()
    wrong[: _ROWS // 2] += 9.0
    weight = torch.ones(_ROWS)
    weight[: _ROWS // 2] = 0.0
    right = slice(_ROWS // 2, None)
    heard = _miss(*solved_for(turned, layer, wrong, weight), turned[right], wanted[right])
    deaf = _miss(*solved_for(turned, layer, wrong, torch.ones(_ROWS)), turned[right], wanted[right])
    assert heard < deaf / 5
