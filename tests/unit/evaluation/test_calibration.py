from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskguard.evaluation.calibration import Fused, fused, fused_crossed, log_loss, platt, sigmoid
from riskguard.evaluation.metrics import Floats, Truth

_MANY = 8000


def _said(encoder: float, linear: float, shift: float, *, seed: int = 4) -> tuple[Floats, Floats, Truth]:
    """Margins of two models that see different things, and a truth that follows them by these three numbers."""
    dice = np.random.default_rng(seed)
    one, other = dice.normal(size=_MANY) * 2, dice.normal(size=_MANY)
    return one, other, dice.random(_MANY) < sigmoid(encoder * one + linear * other + shift)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param((1.5, 0.8, -1.0), id="both-help"),
        pytest.param((0.7, 2.0, 0.5), id="the-linear-model-more"),
    ],
)
def test_it_finds_the_three_numbers_that_made_the_data(wanted: tuple[float, float, float]) -> None:
    one, other, truth = _said(*wanted)
    assert fused(one, other, truth, np.ones(_MANY)) == pytest.approx(wanted, abs=0.15)


def test_a_linear_model_that_says_the_opposite_is_left_out() -> None:
    one, other, truth = _said(1.5, -0.8, 0.0)
    found = fused(one, other, truth, np.ones(_MANY))
    assert found.linear == 0.0
    assert (found.encoder, found.shift) == platt(one, truth, np.ones(_MANY))


def test_a_linear_model_that_repeats_the_encoder_adds_nothing_that_lasts() -> None:
    one, _, truth = _said(1.5, 0.0, 0.0)
    found = fused(one, one, truth, np.ones(_MANY))
    assert found.encoder + found.linear == pytest.approx(1.5, abs=0.15)


def test_an_encoder_that_knows_nothing_of_a_head_is_not_turned_round() -> None:
    one, other, truth = _said(-1.0, 1.0, 0.0)
    found = fused(one, other, truth, np.ones(_MANY))
    assert 0 < found.encoder < 1e-3
    assert found.linear > 0.5


def test_a_head_that_the_linear_model_lacks_is_the_encoders_alone() -> None:
    one, _, truth = _said(1.5, 0.0, -1.0)
    weights = np.ones(_MANY)
    found = fused(one, None, truth, weights)
    assert found == Fused(*platt(one, truth, weights)[:1], 0.0, platt(one, truth, weights)[1])
    assert np.abs(fused_crossed(one, None, truth, weights) - found.scores(one, None)).max() < 0.05


def test_two_witnesses_cost_less_than_one_on_rows_they_were_not_fitted_on() -> None:
    one, other, truth = _said(1.0, 1.0, 0.0)
    weights = np.ones(_MANY)
    together = fused_crossed(one, other, truth, weights)
    assert log_loss(together, truth, weights) < log_loss(fused_crossed(one, None, truth, weights), truth, weights)


def test_rows_that_weigh_more_are_heard_more() -> None:
    one, other, truth = _said(1.0, 1.0, 0.0)
    rare = fused(one, other, truth, np.where(truth, 0.05, 1.0))
    assert rare.shift < -2
    assert float(np.average(rare.scores(one, other), weights=np.where(truth, 0.05, 1.0))) == pytest.approx(
        float(np.average(truth, weights=np.where(truth, 0.05, 1.0))), abs=0.01
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(30, 120))
def test_a_higher_margin_never_lowers_the_score(seed: int, size: int) -> None:
    dice = np.random.default_rng(seed)
    one, other = dice.normal(size=size), dice.normal(size=size)
    truth = dice.random(size) < 0.4
    found = fused(one, other, truth, dice.random(size) + 0.1)
    assert found.encoder > 0
    assert found.linear >= 0
    assert np.isfinite(found).all()
