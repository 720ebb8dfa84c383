from __future__ import annotations

import random
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskguard.text.tables.sound import syllables
from riskguard.text.view import fold
from riskguard.training.disguise import KINDS, common, disguise, homophones, splits, twins

LURE = "这个婊子约炮骗了我三万块钱"
texts = st.text(st.sampled_from("你好妈死了骗钱賭博微信加约 aV1,。\u200b🐴"), max_size=30)
kinds = st.sampled_from(KINDS)


def _dice(seed: int = 3) -> random.Random:
    return random.Random(seed)


@pytest.mark.parametrize(
    ("kind", "text", "twin"),
    [
        pytest.param("pinyin", "骗", "pian", id="a-syllable-in-latin"),
        pytest.param("pinyin", "绿", "lv", id="u-with-dots-is-v"),
        pytest.param("initials", "垃圾", "lj", id="a-word-by-its-initials"),
        pytest.param("initials", "约炮", "yp", id="slang-by-its-initials"),
        pytest.param("split", "婊", "女表", id="left-and-right"),
        pytest.param("split", "思", "田心", id="stacked-where-nothing-else-can-be"),
        pytest.param("split", "说", "讠兑", id="a-radical-as-it-is-written"),
        pytest.param("emoji", "手机", "📱", id="a-picture-of-a-word"),
        pytest.param("emoji", "肌肉猪", "🐔🥩🐷", id="a-picture-of-what-sounds-alike"),
        pytest.param("traditional", "头发", "頭髮", id="traditional-looks-at-the-word"),
        pytest.param("shuffle", "傻逼", "逼傻", id="neighbours-change-places"),
    ],
)
def test_what_a_kind_writes(kind: str, text: str, twin: str) -> None:
    assert twin in {disguise(text, kind, _dice(seed), share=1.0) for seed in range(20)}


def test_a_homophone_is_another_common_character_of_the_same_syllable() -> None:
    for seed in range(50):
        written = disguise("骗", "homophone", _dice(seed))
        assert written != "骗"
        assert written in common()
        assert syllables()[written] == "pian"


def test_look_alikes_are_listed_or_differ_in_what_stands_at_the_left() -> None:
    seen = {disguise("末", "lookalike", _dice(seed)) for seed in range(50)}
    assert {"未", "抹"} <= seen
    assert not {"生", "日", "木"} & seen
    assert {"马", "吗", "码"} <= {disguise("妈", "lookalike", _dice(seed)) for seed in range(200)}


def test_inserted_signs_can_be_taken_out_again() -> None:
    for seed in range(50):
        written = disguise(LURE, "inserted", _dice(seed))
        assert len(written) > len(LURE)
        rest = iter(written)
        assert all(char in rest for char in LURE)
    assert any(category(char) == "Cf" for seed in range(50) for char in disguise(LURE, "inserted", _dice(seed)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_a_lure_by_about_its_share(kind: str) -> None:
    little, much = (disguise(LURE, kind, _dice(), share=share) for share in (0.1, 0.9))
    assert little != LURE
    kept = [sum(char in written for char in LURE) for written in (little, much)]
    if kind not in ("inserted", "shuffle"):
        assert kept[1] < kept[0] < len(LURE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "。", "🐴"])
def test_what_cannot_be_disguised_stays_as_it_was(kind: str, text: str) -> None:
    assert disguise(text, kind, _dice()) == text


@settings(deadline=None)  # the first text waits for the tables
@given(texts, kinds, st.integers(0, 99), st.floats(0, 1))
def test_raw_and_folded_texts_can_be_disguised_and_the_dice_alone_decide(
    text: str, kind: str, seed: int, share: float
) -> None:
    for each in (text, fold(text).folded):
        assert disguise(each, kind, _dice(seed), share=share) == disguise(each, kind, _dice(seed), share=share)


@given(st.lists(texts, max_size=5), st.integers(0, 99))
def test_twins_stand_in_the_order_of_their_texts_and_the_same_seed_makes_the_same(lines: list[str], seed: int) -> None:
    made = twins(lines, seed)
    assert made == twins(lines, seed)
    assert len(made) == len(lines)
    assert all(twin != line for twin, line in zip(made, lines, strict=True) if "骗" in line)


def test_twins_are_of_every_kind() -> None:
    made = twins([LURE] * 400, 1)
    assert LURE not in made
    assert len(set(made)) > 200
    assert any("🐔" in twin or "💰" in twin or "🥚" in twin for twin in made)


def test_the_tables_are_of_single_characters_and_agree() -> None:
    assert len(common()) == 3755
    assert all(syllables()[char] == sound for sound, chars in homophones().items() for char in chars)
    assert sum(map(len, homophones().values())) == 3755
    assert splits()["骗"] == ("马", "扁")
    assert all(len(part) == 1 for pair in splits().values() for part in pair)
    assert all(sound.isascii() and sound.isalpha() and sound.islower() for sound in syllables().values())
