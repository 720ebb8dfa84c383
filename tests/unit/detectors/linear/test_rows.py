from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from riskguard.detectors.linear.rows import TELLS_MOST, Rows


def _table(seed: int, words: int, share: float) -> NDArray[np.int8]:
    """Of 64 * `words` rows, about this share of which know something."""
    dice = np.random.default_rng(seed)
    table = np.zeros((64 * words, 3), np.int8)
    table[:, -1] = TELLS_MOST
    known = dice.random(len(table)) < share
    table[known] = dice.integers(-127, 128, (int(known.sum()), 3))
    return table


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 16]), st.sampled_from([0.0, 0.02, 0.5, 1.0]))
def test_every_row_is_what_it_was(seed: int, words: int, share: float) -> None:
    table = _table(seed, words, share)
    rows = Rows.of(table)
    assert rows.shape == table.shape
    assert np.array_equal(rows.whole, table)
    places = np.random.default_rng(seed).integers(0, len(table), 50).astype(np.uint32)
    assert np.array_equal(rows.take(places), table[places])


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 1.0]))
def test_what_is_kept_of_them_makes_them_again(seed: int, share: float) -> None:
    table = _table(seed, 4, share)
    rows = Rows.of(table)
    assert np.array_equal(Rows.packed(rows.bits, rows.known).whole, table)


def test_rows_that_know_nothing_take_no_room() -> None:
    table = _table(1, 1024, 0.01)
    rows = Rows.of(table)
    assert rows.words.nbytes + rows.before.nbytes + rows.told.nbytes < 0.15 * table.nbytes


def test_as_many_rows_are_there_as_are_named() -> None:
    rows = Rows.of(_table(1, 2, 0.5))
    with pytest.raises(ValueError, match="are there"):
        Rows.packed(rows.bits, rows.known[1:])
