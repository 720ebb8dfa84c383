"""Growing trees: they say what was fitted, and what must rise rises."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from riskguard.detectors.combiner.forest import Forest, load_forests, save_forests
from riskguard.training.grove import grown


def _either() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Rows of three signs: true where exactly one of the first two is set, and surer with the third."""
    dice = np.random.default_rng(3)
    signs = np.column_stack([dice.integers(0, 2, (600, 2)), dice.normal(size=600)]).astype(float)
    return signs, (signs[:, 0] != signs[:, 1]) & (signs[:, 2] > -0.5)


@pytest.fixture(scope="module")
def forest() -> Forest:
    """Fitted to `_either`."""
    signs, truth = _either()
    return grown(signs, truth, np.ones(len(truth)), [False, False, True])


def test_two_signs_together_say_what_no_sum_can(forest: Forest) -> None:
    told = {(a, b): forest.odds(np.array([a, b, 1.0])) > 0 for a in (0.0, 1.0) for b in (0.0, 1.0)}
    assert told == {(0.0, 0.0): False, (0.0, 1.0): True, (1.0, 0.0): True, (1.0, 1.0): False}


@pytest.mark.parametrize("row", range(0, 60, 5))
def test_a_rising_sign_never_lowers(forest: Forest, row: int) -> None:
    signs = _either()[0][row]
    told = [forest.odds(np.array([*signs[:2], height])) for height in np.linspace(-3, 3, 25)]
    assert told == sorted(told)


def test_a_weight_counts(forest: Forest) -> None:
    signs, truth = _either()
    heavier = grown(signs, truth, np.where(truth, 9.0, 1.0), [False, False, True])
    assert np.mean([heavier.odds(row) for row in signs]) > np.mean([forest.odds(row) for row in signs]) + 0.5


def test_few_rows_grow_nothing_but_a_start() -> None:
    signs, truth = _either()
    forest = grown(signs[:12], truth[:12], np.ones(12), [False, False, True])
    assert {forest.odds(row) for row in signs} == {forest.odds(signs[0])}


def test_trees_are_written_and_read(tmp_path_factory: pytest.TempPathFactory, forest: Forest) -> None:
    folder = tmp_path_factory.mktemp("trees")
    save_forests({"offer of model": forest}, folder)
    found, raw = load_forests(folder)
    assert list(found) == ["offer of model"]
    assert raw
    assert [found["offer of model"].odds(row) for row in _either()[0][:50]] == [
        forest.odds(r) for r in _either()[0][:50]
    ]
