from __future__ import annotations

import numpy as np
import pytest

from riskguard.evaluation.calibration import crossed, platt, sigmoid
from riskguard.evaluation.metrics import (
    accuracy,
    best_threshold,
    crossed_thresholds,
    expected_calibration_error,
    false_alarms_at,
    interval_of,
    macro_f1,
    macro_f1_interval,
    mean_interval,
    recall_at,
    recall_at_precision,
    reliability,
)


def test_macro_f1_counts_every_class_alike() -> None:
    truth = np.array(["a", "a", "a", "b"])
    assert macro_f1(truth, np.array(["a", "a", "a", "a"])) == pytest.approx((6 / 7 + 0) / 2)
    assert macro_f1(truth, truth) == 1.0
    assert accuracy(truth, np.array(["a", "a", "b", "b"])) == 0.75


def test_recall_and_false_alarms_include_the_threshold() -> None:
    scores = np.array([0.5, 0.4, 0.9, 0.1])
    assert recall_at(np.array([True, True, False, False]), scores, threshold=0.5) == 0.5
    assert false_alarms_at(scores, threshold=0.5) == 0.5


def test_a_score_that_means_what_it_says_has_no_calibration_error() -> None:
    scores = np.array([0.25] * 4 + [0.75] * 4)
    truth = np.array([True, False, False, False, True, True, True, False])
    assert expected_calibration_error(reliability(truth, scores, np.ones(8))) == pytest.approx(0.0)
    assert expected_calibration_error(reliability(~truth, scores, np.ones(8))) == pytest.approx(0.5)


def test_the_best_threshold_parts_what_can_be_parted() -> None:
    scores = np.linspace(0, 1, 200)
    at = best_threshold(scores > 0.3, scores)
    assert macro_f1(scores > 0.3, scores >= at) > 0.98


def test_platt_finds_the_line_that_made_the_data() -> None:
    dice = np.random.default_rng(4)
    margins = dice.normal(size=20_000) * 2
    truth = dice.random(20_000) < sigmoid(1.5 * margins - 1.0)
    slope, shift = platt(margins, truth, np.ones(20_000))
    assert slope == pytest.approx(1.5, abs=0.1)
    assert shift == pytest.approx(-1.0, abs=0.1)


def test_weights_move_the_prior() -> None:
    margins = np.array([-1.0, 1.0, -1.0, 1.0])
    truth = np.array([False, True, True, False])
    rare = platt(margins, truth, np.array([1.0, 0.01, 0.01, 1.0]))
    assert sigmoid(np.array(rare[1])) < 0.1


def test_a_margin_that_points_the_wrong_way_is_not_turned_round() -> None:
    slope, _ = platt(np.array([-1.0, 1.0]), np.array([True, False]), np.ones(2))
    assert 0 < slope < 1e-3


def test_crossed_scores_are_near_those_of_one_fit_on_many_rows() -> None:
    dice = np.random.default_rng(4)
    margins = dice.normal(size=2000)
    truth = dice.random(2000) < sigmoid(margins)
    slope, shift = platt(margins, truth, np.ones(2000))
    assert np.abs(crossed(margins, truth, np.ones(2000)) - sigmoid(slope * margins + shift)).max() < 0.05


def test_recall_at_a_precision_takes_the_lowest_threshold_that_is_still_right() -> None:
    truth = np.array([True, True, False, True, False, False])
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    even = np.ones(6)
    assert recall_at_precision(truth, scores, even, precision=0.9) == pytest.approx(2 / 3)
    assert recall_at_precision(truth, scores, even, precision=0.75) == 1.0
    assert recall_at_precision(~truth, scores, even, precision=0.9) == 0.0


def test_a_rare_head_is_less_precise_on_the_same_rows() -> None:
    truth = np.array([True, False, True])
    scores = np.array([0.9, 0.8, 0.7])
    assert recall_at_precision(truth, scores, np.ones(3), precision=0.6) == 1.0
    assert recall_at_precision(truth, scores, np.array([0.1, 1.0, 0.1]), precision=0.6) == 0.5


def test_rows_of_one_score_cannot_be_parted() -> None:
    scores = np.full(4, 0.5)
    assert recall_at_precision(np.array([True, False, False, False]), scores, np.ones(4), precision=0.9) == 0.0


def test_each_row_is_judged_by_a_threshold_it_had_no_part_in() -> None:
    scores = np.linspace(0, 1, 200)
    truth = scores > 0.3
    truth[100] = False
    thresholds = crossed_thresholds(truth, scores)
    assert len(set(thresholds)) > 1
    assert macro_f1(truth, scores >= thresholds) > 0.97


def test_a_threshold_spares_what_it_must() -> None:
    dice = np.random.default_rng(5)
    truth = np.arange(600) % 2 == 0
    spared = ~truth & (np.arange(600) % 3 == 0)
    scores = dice.normal(size=600) + 2.0 * truth + 1.5 * spared
    free, bound = crossed_thresholds(truth, scores), crossed_thresholds(truth, scores, spared, most=0.1)
    flagged = [float(np.mean(scores[spared] >= thresholds[spared])) for thresholds in (free, bound)]
    assert flagged[0] > 0.3
    assert flagged[1] < 0.15


def test_intervals_hold_the_figure_and_narrow_with_more_rows() -> None:
    dice = np.random.default_rng(3)
    truth = dice.choice(["a", "b", "c"], 3000)
    guess = np.where(dice.random(3000) < 0.7, truth, "a")
    few, many = (macro_f1_interval(truth[:n], guess[:n]) for n in (200, 3000))
    assert many[0] < macro_f1(truth, guess) < many[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 2
    hits = (truth == guess).astype(float)
    assert mean_interval(hits) == pytest.approx(interval_of(3000, lambda rows: float(hits[rows].mean())), abs=0.004)


def test_a_class_that_a_sample_lacks_is_not_counted_against_it() -> None:
    truth = np.array(["common"] * 40 + ["rare"])
    assert macro_f1_interval(truth, truth) == (1.0, 1.0)
