from __future__ import annotations

import numpy as np

from riskguard.evaluation.held import HELD, folds_of, held_names, unseen

TEXTS = [f"第{number}条" for number in range(40)]


def test_each_text_is_told_by_the_head_that_has_not_seen_it() -> None:
    columns = ("abuse", "ad", *held_names("abuse"))
    margins = np.tile(np.array([7.0, 8.0, *range(HELD)]), (len(TEXTS), 1))
    found = unseen(margins, columns, TEXTS)
    assert found.shape == (len(TEXTS), 2)
    assert np.array_equal(found[:, 0], folds_of(TEXTS))
    assert (found[:, 1] == 8.0).all()


def test_without_heads_of_folds_nothing_changes() -> None:
    margins = np.arange(len(TEXTS) * 2.0).reshape(-1, 2)
    assert np.array_equal(unseen(margins, ("abuse", "ad"), TEXTS), margins)


def test_every_fold_has_texts_and_a_text_keeps_its_fold() -> None:
    folds = folds_of(TEXTS)
    assert set(folds.tolist()) == set(range(HELD))
    assert np.array_equal(folds_of(TEXTS[::-1]), folds[::-1])
