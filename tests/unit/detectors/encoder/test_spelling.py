from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.encoder.spelling import BEGIN, LONGEST, PAD, SPECIAL, UNKNOWN, Speller, Vocabulary
from riskguard.domain.errors import ModelInvalid

SOUNDS = {
    "你": "ni",
    "尼": "ni",
    "妈": "ma",
    "马": "ma",
    "好": "hao",
    "2": "er",
    "二": "er",
    "傻": "sha",
    "逼": "bi",
    "!": "",
}
CHARS = SOUNDS | dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "")
VOCABULARY = Vocabulary(CHARS, ("你好", "好你妈", "你好你妈"))
SPELLER = Speller(VOCABULARY)


def sounds(text: str) -> list[list[int]]:
    return SPELLER.spell([text]).sounds[0, 1:].tolist()


def test_place_zero_is_the_beginning_and_padding_is_zero() -> None:
    spelled = SPELLER.spell(["你好", "你", ""])
    assert spelled.chars[:, 0].tolist() == [BEGIN] * 3
    assert (spelled.chars[:, 1:] == PAD).tolist() == [[False, False], [False, True], [True, True]]
    assert not spelled.sounds[spelled.chars == PAD].any()


def test_an_unknown_character_is_unknown_and_silent() -> None:
    spelled = SPELLER.spell(["饕"])
    assert spelled.chars[0, 1] == UNKNOWN
    assert not spelled.sounds[0, 1].any()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("你妈", "尼马", id="homophones"),
        pytest.param("二", "2", id="a-digit-by-its-sound"),
    ],
)
def test_what_sounds_alike_has_the_same_sounds(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)
    assert SPELLER.spell([one]).chars.tolist() != SPELLER.spell([other]).chars.tolist()


def test_letters_of_a_run_of_syllables_carry_them() -> None:
    ni, ma = sounds("你")[0], sounds("妈")[0]
    assert sounds("nima") == [ni, ni, ma, ma]


def test_letters_that_spell_nothing_are_initials() -> None:
    syllables, initials = np.array(sounds("sb")).T
    assert not syllables.any()
    assert initials.tolist() == [initial for _, initial in (*sounds("傻"), *sounds("逼"))]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("你好", [[1, 0, 0], [0, 0, 0]], id="two"),
        pytest.param("你好你妈", [[1, 0, 3], [0, 2, 0], [0, 0, 0], [0, 0, 0]], id="words-in-words"),
        pytest.param("尼好", [[0, 0, 0], [0, 0, 0]], id="only-as-written"),
    ],
)
def test_words_are_found_where_they_begin(text: str, rows: list[list[int]]) -> None:
    assert SPELLER.spell([text]).words[0, 1:].tolist() == rows


def test_no_word_reaches_into_the_next_text() -> None:
    assert not SPELLER.spell(["你", "好"]).words.any()


def test_only_so_much_of_a_long_text_is_read() -> None:
    assert SPELLER.spell(["好" * 1000]).chars.shape == (1, LONGEST + 1)


@given(st.lists(st.text(alphabet="你好妈nima2饕!", max_size=12), min_size=1, max_size=6))
def test_a_text_is_spelled_alike_alone_and_in_a_batch(texts: list[str]) -> None:
    together = SPELLER.spell(texts)
    for row, text in enumerate(texts):
        alone = SPELLER.spell([text])
        for name in ("chars", "sounds", "words"):
            size = len(text) + 1
            assert np.array_equal(getattr(together, name)[row, :size], getattr(alone, name)[0, :size])


def test_a_vocabulary_comes_back_from_its_folder(tmp_path: Path) -> None:
    VOCABULARY.save(tmp_path)
    found = Vocabulary.load(tmp_path)
    assert (dict(found.chars), tuple(found.words)) == (CHARS, VOCABULARY.words)
    assert Speller(found).char_count == SPECIAL + len(CHARS)


def test_a_folder_without_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match="no vocabulary"):
        Speller.load(tmp_path)
