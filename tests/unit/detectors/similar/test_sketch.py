from __future__ import annotations

import random
from itertools import pairwise

import pytest

from riskguard.detectors.similar.likeness import Overlap, overlap
from riskguard.detectors.similar.sketch import BANDS, PROBES, SHELF, Sketch, sketches

_COMMON = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学"
)


def _invented(dice: random.Random, length: int) -> str:
    return "".join(dice.choice(_COMMON) for _ in range(length))


def _edited(text: str, edits: int, dice: random.Random) -> str:
    letters = list(text)
    for _ in range(edits):
        place = dice.randrange(len(letters))
        kind = dice.choice("rid")
        letters[place : place + (kind != "i")] = [] if kind == "d" else [dice.choice(_COMMON)]
    return "".join(letters)


def _drawn(*texts: str) -> list[Sketch]:
    found = sketches(texts)
    assert all(found)
    return [each for each in found if each is not None]


def _meet(one: Sketch, other: Sketch) -> bool:
    together = any(a == b for a, b in zip(one.keys, other.keys, strict=False))
    shared = overlap(one, other)
    return together and shared is not None and shared.alike


@pytest.mark.parametrize(
    ("length", "edits", "least"),
    [
        pytest.param(20, 1, 0.97, id="20-characters-1-edit"),
        pytest.param(20, 3, 0.93, id="20-characters-3-edits"),
        pytest.param(40, 3, 0.97, id="40-characters-3-edits"),
        pytest.param(40, 5, 0.97, id="40-characters-5-edits"),
        pytest.param(100, 5, 0.99, id="100-characters-5-edits"),
    ],
)
def test_edited_texts_are_found_again(length: int, edits: int, least: float) -> None:
    dice = random.Random(length * 100 + edits)
    texts = [_invented(dice, length) for _ in range(200)]
    pairs = zip(_drawn(*texts), _drawn(*(_edited(text, edits, dice) for text in texts)), strict=True)
    assert sum(_meet(one, other) for one, other in pairs) / len(texts) >= least


def test_different_texts_do_not_meet() -> None:
    dice = random.Random(5)
    drawn = _drawn(*(_invented(dice, 30) for _ in range(300)))
    assert not any(_meet(one, other) for one, other in pairwise(drawn))


def test_texts_that_share_an_opening_only_do_not_meet() -> None:
    one, other = _drawn(
        "刚刚在新闻里看到这次火灾的消息希望消防员都能平安回家",
        "刚刚在新闻里看到这次火灾的消息为什么又是违规堆放杂物谁来负责整改",
    )
    assert not _meet(one, other)


def test_what_two_texts_share_is_counted_exactly() -> None:
    dice = random.Random(9)
    for _ in range(150):
        text = _invented(dice, 60)
        other = _edited(text, dice.randrange(1, 12), dice)
        one, two = ({t[at : at + 2] for at in range(len(t) - 1)} for t in (text, other))
        assert overlap(*_drawn(text, other)) == Overlap(len(one & two), len(one), len(two))


@pytest.mark.parametrize(
    ("shared", "one", "other", "alike"),
    [
        pytest.param(20, 30, 30, True, id="half-of-all"),
        pytest.param(19, 30, 30, False, id="less-than-half-of-all"),
        pytest.param(8, 14, 14, True, id="three-characters-of-a-short-text"),
        pytest.param(7, 14, 14, False, id="four-characters-of-a-short-text"),
        pytest.param(36, 40, 100, True, id="a-long-text-inside-a-longer-one"),
        pytest.param(35, 40, 100, False, id="too-little-of-it-is-inside"),
        pytest.param(36, 40, 101, False, id="the-other-says-much-more"),
        pytest.param(20, 20, 50, False, id="too-short-to-be-told-by-being-inside"),
    ],
)
def test_which_texts_count_as_one(shared: int, one: int, other: int, *, alike: bool) -> None:
    assert Overlap(shared, one, other).alike is alike
    assert Overlap(shared, other, one).alike is alike


def test_a_sketch_never_changes_since_workers_of_two_versions_share_an_index() -> None:
    (sketch,) = _drawn("人人都来领取今天的新人礼包")
    assert (sketch.keys[0].hex(), sketch.keys[31].hex(), sketch.grams[:4].hex()) == ("318464e5", "ad0560e7", "1e6c0641")


def test_short_texts_meet_only_as_exact_copies() -> None:
    one, copy, other = _drawn("今天真热啊", "今天真热啊", "今天真热呀")
    assert len(one.keys) == 1
    assert _meet(one, copy)
    assert not _meet(one, other)


def test_a_short_text_never_meets_a_long_one() -> None:
    short, long = _drawn("今天真热啊", "今天真热啊今天真热啊今天真热啊")
    assert not _meet(short, long)


def test_an_empty_residue_has_no_sketch() -> None:
    assert sketches(["", "你好"])[0] is None
    assert sketches([]) == []


def test_a_very_long_text_is_drawn_from_its_beginning() -> None:
    one, longer = _drawn("今天的故事很长" * 300, "今天的故事很长" * 300 + "后来完全不同" * 400)
    assert one.grams == longer.grams


def test_a_latin_word_or_a_long_number_counts_as_one_character() -> None:
    one, other = _drawn("订单号是20261127001请尽快联系客服处理presentation", "订单号是13请尽快联系客服处理")
    assert (one.length, other.length) == (15, 15)


def test_laughter_is_compared_as_a_whole() -> None:
    one, longer = _drawn("哈" * 20, "哈" * 21)
    assert (len(one.keys), one.grams, one.length) == (1, b"", 20)
    assert not _meet(one, longer)


def _shelf(sketch: Sketch, shelf: int) -> tuple[bytes, ...]:
    return sketch.keys[shelf * SHELF : (shelf + 1) * SHELF]


def test_a_probe_finds_what_a_changed_character_hid() -> None:
    dice = random.Random(12)
    texts = [_invented(dice, 16) for _ in range(300)]
    kept, asked = _drawn(*texts), _drawn(*(_edited(text, 5, dice) for text in texts))
    plainly = sum(any(map(bytes.__eq__, one.keys, other.keys)) for one, other in zip(kept, asked, strict=True))
    probed = sum(
        any(probe in _shelf(one, at // PROBES) for at, probe in enumerate(other.probes))
        or any(map(bytes.__eq__, one.keys, other.keys))
        for one, other in zip(kept, asked, strict=True)
        if len(one.keys) == len(other.keys)
    )
    assert len(asked[0].probes) == BANDS // SHELF * PROBES
    assert probed - plainly > 0.05 * len(texts)


def test_long_texts_need_no_probes() -> None:
    (long,) = _drawn(_invented(random.Random(1), 60))
    assert long.probes == ()
