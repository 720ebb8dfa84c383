from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import INTENTS
from riskguard.evaluation.held import HELD, UNSEEN, Crosswise, folds_of, held_names, unseen

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


def test_intents_of_a_text_are_those_of_who_has_not_seen_it(tmp_path: Path) -> None:
    told = np.array([[1.25, -2.0, 0.5]] * 3 + [[99.0, -99.0, 0.0]])
    Crosswise.of(TEXTS[:4], told).save(tmp_path)
    columns = ("abuse", *INTENTS)
    found = Crosswise.load(tmp_path).unseen(np.full((len(TEXTS), 4), 5.0), columns, TEXTS)
    assert found[:3, 1:].tolist() == [[1.25, -2.0, 0.5]] * 3
    assert found[3, 1:].tolist() == [127 / 16, -127 / 16, 0.0]
    assert (found[4:] == 5.0).all()
    assert (found[:, 0] == 5.0).all()


def test_where_no_intents_were_learnt_those_of_the_model_stand(tmp_path: Path) -> None:
    margins = np.arange(len(TEXTS) * 2.0).reshape(-1, 2)
    assert np.array_equal(Crosswise.load(tmp_path).unseen(margins, ("abuse", INTENTS[0]), TEXTS), margins)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / UNSEEN).write_bytes(b"no gzip")
    with pytest.raises(ModelInvalid, match=UNSEEN):
        Crosswise.load(tmp_path)
