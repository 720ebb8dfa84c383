from __future__ import annotations

import numpy as np
import pytest

from riskguard.detectors.linear.ngrams import counted, ngrams
from riskguard.detectors.linear.rows import Rows
from riskguard.detectors.linear.table import Kind, Table, in_two_voices, rivalled
from tests.unit.detectors.linear.models import bucket_of

_BITS = 10


def _table(kind: Kind, heads: tuple[str, ...], loud: str) -> Table:
    """Column n likes the n-th character of `loud`."""
    weights = np.zeros((2**_BITS, len(loud) + 1), np.int8)
    weights[:, -1] = 1
    for column, char in enumerate(loud):
        weights[bucket_of(char, _BITS), column] = 100
    return Table(heads, kind, 2, Rows.of(weights), np.full(len(loud) + 1, 0.1), np.zeros(len(loud)))


def _margins(table: Table, *texts: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return table.voiced(counted(ngrams(texts, longest=3)), 1.0).margins


def test_rivals_are_measured_against_each_other() -> None:
    table = _table(Kind.RIVALS, ("emotion.happy", "emotion.sad", "emotion.angry"), "笑哭怒")
    told = _margins(table, "他笑了", "他哭了", "他又哭又笑")
    assert told[0, 0] > 0 > told[0, 1] == pytest.approx(told[0, 2])
    assert told[1, 1] > 0 > told[1, 0]
    assert told[2, 0] == pytest.approx(told[2, 1])
    assert told[2, 0] < told[0, 0]


def test_chances_of_rivals_add_up_to_one_however_far_apart_they_are() -> None:
    told = rivalled(np.array([[1.0, -2.0, 0.5], [900.0, -900.0, 0.0], [3.0, 3.0, 3.0]]))
    assert np.isfinite(told).all()
    assert (0.5 * (1 + np.tanh(told / 2))).sum(axis=1) == pytest.approx(1.0)


def test_the_voice_that_speaks_is_that_of_the_sort_of_text() -> None:
    table = _table(Kind.VOICES, ("sentiment.negative",), "坏差货")
    post, review, neither = _margins(table, "天气坏透了", "货差", "货坏")[:, 0]
    assert post > 1
    assert review > 1
    assert neither < post / 2


def test_between_two_sorts_both_voices_are_heard_by_half() -> None:
    margins, second = in_two_voices(np.array([[4.0, 1.0, 2.0, 3.0, 0.0]]))
    assert margins.tolist() == [[3.0, 2.0]]
    assert second.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("kind", list(Kind))
def test_contributions_point_at_the_loud_character(kind: Kind) -> None:
    table = _table(kind, ("sentiment.negative",), "坏差货"[: kind.columns(1)])
    (shares,) = table.contributions(["今天真坏啊"], [0])
    assert int(np.argmax(shares)) == 3
    assert len(shares) == 5


def test_a_table_fits_if_it_has_the_columns_that_its_kind_needs() -> None:
    assert _table(Kind.VOICES, ("sentiment.negative",), "坏差货").fits
    assert not _table(Kind.VOICES, ("sentiment.negative",), "坏差").fits
    assert _table(Kind.RIVALS, ("emotion.happy", "emotion.sad"), "笑哭").fits
    assert not _table(Kind.PLAIN, ("emotion.happy",), "笑哭").fits
