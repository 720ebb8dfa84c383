from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskguard.evaluation.calibration import Fused, Said, Weighing, fused, fused_crossed, log_loss, platt, sigmoid
from riskguard.evaluation.metrics import Truth

_MANY = 8000


def _said(encoder: float, linear: float, shift: float, *, seed: int = 4) -> tuple[Said, Truth]:
    """Margins of two models that see different things, and a truth that follows them by these three numbers."""
    dice = np.random.default_rng(seed)
    one, other = dice.normal(size=_MANY) * 2, dice.normal(size=_MANY)
    truth = dice.random(_MANY) < sigmoid(encoder * one + linear * other + shift)
    return Said(one, other, np.zeros(_MANY)), truth


def _one(encoder: float, linear: float, shift: float) -> Fused:
    return Fused(*[Weighing(encoder, linear, shift)] * 2)


def _alone(said: Said, truth: Truth) -> Fused:
    slope, shift = platt(said.encoder, truth, np.ones(_MANY))
    return _one(slope, 0.0, shift)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param((1.5, 0.8, -1.0), id="both-help"),
        pytest.param((0.7, 2.0, 0.5), id="the-linear-model-more"),
    ],
)
def test_it_finds_the_three_numbers_that_made_the_data(wanted: tuple[float, float, float]) -> None:
    said, truth = _said(*wanted)
    first, second = fused(said, truth, np.ones(_MANY))
    assert first == second == pytest.approx(wanted, abs=0.15)


def test_a_linear_model_that_says_the_opposite_is_left_out() -> None:
    said, truth = _said(1.5, -0.8, 0.0)
    assert fused(said, truth, np.ones(_MANY)) == _alone(said, truth)


def test_a_linear_model_that_repeats_the_encoder_adds_nothing_that_lasts() -> None:
    said, truth = _said(1.5, 0.0, 0.0)
    found = fused(said._replace(linear=said.encoder), truth, np.ones(_MANY)).first
    assert found.encoder + found.linear == pytest.approx(1.5, abs=0.15)


def test_an_encoder_that_knows_nothing_of_a_head_is_not_turned_round() -> None:
    found = fused(*_said(-1.0, 1.0, 0.0), np.ones(_MANY)).first
    assert 0 < found.encoder < 1e-3
    assert found.linear > 0.5


def test_a_head_that_the_linear_model_lacks_is_the_encoders_alone() -> None:
    both, truth = _said(1.5, 0.0, -1.0)
    said, weights = Said.by(both.encoder), np.ones(_MANY)
    found = fused(said, truth, weights)
    assert found == _alone(said, truth)
    assert np.abs(fused_crossed(said, truth, weights) - found.scores(said)).max() < 0.05


def test_two_witnesses_cost_less_than_one_on_rows_they_were_not_fitted_on() -> None:
    said, truth = _said(1.0, 1.0, 0.0)
    weights = np.ones(_MANY)
    together, alone = (fused_crossed(each, truth, weights) for each in (said, Said.by(said.encoder)))
    assert log_loss(together, truth, weights) < log_loss(alone, truth, weights)


def test_rows_that_weigh_more_are_heard_more() -> None:
    said, truth = _said(1.0, 1.0, 0.0)
    weights = np.where(truth, 0.05, 1.0)
    rare = fused(said, truth, weights)
    assert rare.first.shift < -2
    assert float(np.average(rare.scores(said), weights=weights)) == pytest.approx(
        float(np.average(truth, weights=weights)), abs=0.01
    )


def _of_two_sorts() -> tuple[Said, Truth]:
    """In texts of the second sort the linear model is the one to trust, in others the encoder."""
    said, _ = _said(1.0, 1.0, 0.0)
    dice = np.random.default_rng(5)
    second = np.where(dice.random(_MANY) < 0.5, 0.97, 0.03)
    logits = np.where(second > 0.5, 0.2 * said.encoder + 2.0 * said.linear + 1.0, 1.5 * said.encoder - 1.0)
    return said._replace(second=second), dice.random(_MANY) < sigmoid(logits + 0.3 * said.linear)


def test_each_sort_of_text_has_its_own_weights() -> None:
    said, truth = _of_two_sorts()
    found = fused(said, truth, np.ones(_MANY))
    assert found.first.encoder > 3 * found.second.encoder
    assert found.second.linear > 3 * found.first.linear
    assert found.second.shift > 0 > found.first.shift
    assert found.told() == {**found.first._asdict(), "second": found.second._asdict()}


def test_sorts_that_are_weighed_alike_are_not_told_apart() -> None:
    said, truth = _said(1.5, 0.8, -1.0)
    second = np.random.default_rng(5).random(_MANY)
    found = fused(said._replace(second=second), truth, np.ones(_MANY))
    assert found.second == pytest.approx(found.first, abs=0.3)
    assert _one(1.5, 0.8, -1.0).told() == {"encoder": 1.5, "linear": 0.8, "shift": -1.0}


def test_weights_of_two_sorts_cost_less_on_rows_they_were_not_fitted_on() -> None:
    said, truth = _of_two_sorts()
    weights = np.ones(_MANY)
    one, other = (fused_crossed(each, truth, weights) for each in (said._replace(second=np.zeros(_MANY)), said))
    assert log_loss(other, truth, weights) < 0.95 * log_loss(one, truth, weights)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(30, 120), st.booleans())
def test_a_higher_margin_never_lowers_the_score(seed: int, size: int, two_sorts: bool) -> None:
    dice = np.random.default_rng(seed)
    said = Said(dice.normal(size=size), dice.normal(size=size), dice.random(size) * two_sorts)
    truth = dice.random(size) < 0.4
    for weighing in fused(said, truth, dice.random(size) + 0.1):
        assert weighing.encoder > 0
        assert weighing.linear >= 0
        assert np.isfinite(weighing).all()
