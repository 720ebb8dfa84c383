from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.encoder.evidence import (
    PARTS,
    Budget,
    Logits,
    Means,
    Place,
    carriers,
    guessed,
    parts_of,
    word_borders,
)
from riskguard.detectors.encoder.spelling import Speller, Vocabulary
from tests.unit.detectors.linear.models import made_by_hand

PLENTY = 10**6


def _by_chars(**weights: float) -> Callable[[Sequence[str]], Logits]:
    """One column per character: its weight times how often the text has it."""

    def logits(texts: Sequence[str]) -> Logits:
        return np.array([[weight * text.count(char) for char, weight in weights.items()] for text in texts])

    return logits


def _every(text: str) -> Sequence[int]:
    return range(1, len(text) + 1)


def _no_guess(pairs: Sequence[tuple[str, int]]) -> list[Place | None]:
    return [None] * len(pairs)


def _means(logits: Callable[[Sequence[str]], Logits], guess: Callable[..., list[Place | None]] = _no_guess) -> Means:
    return Means(logits, _every, guess)


def _carried(text: str, *, chars: int = PLENTY, **weights: float) -> dict[int, str]:
    logits = _by_chars(**weights)
    stood = dict(enumerate(logits([text])[0].tolist()))
    (found,) = carriers([(text, stood)], _means(logits), Budget(chars))
    return {column: text[start:end] for column, (start, end) in found.items()}


class Counted:
    """Logits, and how many texts and characters were read for them."""

    def __init__(self, **weights: float) -> None:
        self.logits = _by_chars(**weights)
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Logits:
        self.texts += texts
        return self.logits(texts)


def test_the_part_that_carries_the_score_is_found_and_is_small() -> None:
    told = _carried("今天天气很好我们去公园看花" + "促促" + "然后回家吃了一顿很香的饭", 促=2.0)
    assert "促促" in told[0]
    assert len(told[0]) <= 6


def test_each_column_has_a_place_of_its_own() -> None:
    told = _carried("甲今天天气很好我们去公园看花然后回家吃了一顿很香的饭乙", 甲=3.0, 乙=3.0)
    assert told[0].startswith("甲")
    assert told[1].endswith("乙")


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        pytest.param("促" * 30, 0.2, id="every-part-carries-alike"),
        pytest.param("今天天气很好促我们去公园看花", 0.1, id="no-part-carries-much"),
        pytest.param("促", 5.0, id="nothing-but-one-character"),
        pytest.param("今天天气很好我们去公园看花", 5.0, id="nothing-of-it"),
    ],
)
def test_where_no_part_stands_out_the_whole_text_is_meant(text: str, weight: float) -> None:
    assert _carried(text, 促=weight) == {}


def test_what_speaks_against_a_score_is_no_evidence() -> None:
    assert "善" not in _carried("善善善善今天天气很好我们去公园看花促促然后回家吃饭", 促=2.0, 善=-2.0).get(0, "")
    assert 1 not in _carried("善善善善今天天气很好我们去公园看花促促然后回家吃饭", 促=2.0, 善=-2.0)


LURE = "今天天气很好促促我们去公园看花"


def test_a_text_beyond_the_budget_gets_no_answer_and_none_is_read_for_it() -> None:
    logits, room = Counted(促=2.0), PARTS * len(LURE)
    first, second = carriers([(LURE, {0: 4.0}), (LURE + "呀", {0: 4.0})], _means(logits), Budget(room))
    assert first
    assert not second
    assert sum(map(len, logits.texts)) <= room


def test_the_same_text_is_looked_at_once() -> None:
    logits = Counted(促=2.0)
    told = carriers([(LURE, {0: 4.0})] * 50, _means(logits), Budget(PLENTY))
    assert told == [told[0]] * 50
    assert len(logits.texts) <= 2 * PARTS


def test_a_guess_that_explains_the_score_is_taken_and_costs_one_reading() -> None:
    logits = Counted(促=2.0)
    told = carriers([(LURE, {0: 4.0})], _means(logits, lambda _: [(6, 8)]), Budget(PLENTY))
    assert told == [{0: (6, 8)}]
    assert logits.texts == ["今天天气很好我们去公园看花"]


def test_a_guess_that_does_not_is_forgotten() -> None:
    (told,) = carriers([(LURE, {0: 4.0})], _means(Counted(促=2.0), lambda _: [(0, 2)]), Budget(PLENTY))
    start, end = told[0]
    assert "促促" in LURE[start:end]


def test_the_linear_model_guesses_the_stretch_that_speaks_for_a_head_it_knows() -> None:
    text = "今天商场大促销快来看看"
    place, unknown, empty, alone = guessed(made_by_hand(), ("ad", "abuse"), [(text, 0), (text, 1), ("", 0), ("促", 0)])
    assert place is not None
    assert "促" in text[slice(*place)]
    assert place[1] - place[0] <= 2
    assert (unknown, empty, alone) == (None, None, None)


@given(st.sets(st.integers(1, 60)), st.integers(0, 30), st.integers(1, 30), st.integers(1, 9))
def test_parts_cover_all_without_overlap(borders: set[int], start: int, size: int, most: int) -> None:
    parts: list[Place] = parts_of(sorted(borders), start, start + size, most)
    assert [at for part in parts for at in range(*part)] == list(range(start, start + size))
    assert len(parts) <= most
    assert {end for _, end in parts[:-1]} <= borders


def test_words_that_the_encoder_knows_are_not_cut() -> None:
    speller = Speller(Vocabulary(dict.fromkeys("大促销来看", ""), ["促销", "来看看"]))
    assert word_borders(speller, "大促销来看看x") == [1, 3, 6, 7]
    assert word_borders(speller, "") == []


@given(st.lists(st.lists(st.floats(0, 3), min_size=90, max_size=90), min_size=2, max_size=3))
def test_places_that_overlap_are_narrowed_each_by_itself(shares: list[list[float]]) -> None:
    """What a column's places weigh says where its evidence lies, wherever that of others does."""
    text = "".join(chr(0x4E00 + at) for at in range(90))
    weigh = np.array(shares)

    def logits(texts: Sequence[str]) -> Logits:
        return np.array([weigh[:, [ord(char) - 0x4E00 for char in each]].sum(axis=1) for each in texts])

    stood = dict(enumerate(logits([text])[0].tolist()))
    (found,) = carriers([(text, stood)], _means(logits), Budget(PLENTY))
    alone = {}
    for column, odds in stood.items():
        (by_itself,) = carriers([(text, {column: odds})], _means(logits), Budget(PLENTY))
        alone |= by_itself
    assert found == alone
    assert all(0 <= start < end <= len(text) for start, end in found.values())
