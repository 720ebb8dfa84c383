from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.evaluation.examples import Library
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.lures import LURES, lures
from riskguard.evaluation.plain import innocents, violations

_PLAIN = Path(__file__).parents[2] / "assets" / "plain"


@pytest.mark.parametrize("split", list(Split))
def test_there_are_lures_and_innocent_ones_always_the_same_and_no_gap_stays_empty(split: Split) -> None:
    rows = lures(split)
    assert rows == lures(split)
    assert {row.label for row in rows} == {"lure", "innocent"}
    assert all(mark not in row.text for row in rows for mark in "{}")
    assert len({row.text for row in rows if row.label == "lure"}) >= {Split.TRAIN: 200, Split.DEV: 100}[split]


def test_no_sentence_is_on_both_sides() -> None:
    learnt, held = ({row.text for row in lures(split)} for split in (Split.TRAIN, Split.DEV))
    assert not learnt & held
    rows = lures(Split.TRAIN)
    assert not {r.text for r in rows if r.label == "lure"} & {r.text for r in rows if r.label == "innocent"}


def test_no_sentence_that_measures_is_among_them() -> None:
    kept = {sentence.text for sentence in (*violations(_PLAIN), *innocents(_PLAIN))}
    assert not kept & {row.text for split in Split for row in lures(split)}


def test_a_library_takes_them_from_the_package_and_not_from_the_data(tmp_path: Path) -> None:
    assert Library(tmp_path, Split.DEV).get(LURES).rows == lures(Split.DEV)
