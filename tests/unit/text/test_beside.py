"""Traditional characters whose reading hangs on their neighbours."""

from __future__ import annotations

import pytest

from riskguard.text.view import fold, fold_all


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        pytest.param("摸著你家門口", "摸着你家门口", id="particle"),
        pytest.param("順著走，別著急", "顺着走,别着急", id="twice"),
        pytest.param("抱著名著睡著了", "抱著名著睡着了", id="as-a-book-beside-one"),
        pytest.param("著名作家的著作", "著名作家的著作", id="famous"),
        pytest.param("這是甚麼", "这是什么", id="what"),
        pytest.param("甚至幸甚", "甚至幸甚", id="even"),
        pytest.param("瞭解一下，別找藉口", "了解一下,别找借口", id="know"),
        pytest.param("瞭望塔", "瞭望塔", id="tower"),
    ],
)
def test_neighbours_decide(raw: str, folded: str) -> None:
    view = fold(raw)
    assert view.folded == folded
    assert view.origin == tuple(range(len(raw)))
    assert fold(folded).folded == folded


def test_neighbours_are_those_of_the_same_text() -> None:
    assert [view.folded for view in fold_all(["他著", "名"])] == ["他着", "名"]


def test_the_origin_of_what_vanishes_is_kept() -> None:
    view = fold("看\u200b著")
    assert (view.folded, view.origin) == ("看着", (0, 2))
