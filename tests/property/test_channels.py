"""Laws of the channels: whatever is written, each character of a channel comes from raw characters that read as it."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from riskguard.text.channels import Channel, channels_of, term_forms
from riskguard.text.tables.number import SPELT
from riskguard.text.view import fold, fold_all

KEPT_IN_ORDER = ("quiet", "bare", "han", "sound", "split", "glyph", "emoji", "emoji_sound")

SIGNS = "微信徽加好女子表言身寸亻牛扌丁一三八零幺妈操😶❤🐴📱 ·*,\u200b\u0336ＶⅩ❶㍿ﬀafginouvwx1748\n"
WORDS = (
    "weixin",
    "zha",
    "748",
    "7456",
    "👩\u200d🏫",
    "👨🏿",
    "1\ufe0f\u20e3",
    "尸巾刂",
    "彳山几攵",
    "草泥馬",
    "㎜m",
    "oooo",
    "啊啊啊",
)
pieces = st.sampled_from([*SIGNS, *WORDS])
terms = st.permutations("微信加刷单银行卡婊子").map(lambda chars: "".join(chars[:5]))
texts = st.lists(pieces | st.characters(codec="utf-8"), max_size=24).map("".join)


def read(raw: str, channel: str) -> Channel:
    found: Channel = getattr(channels_of([fold(raw)]), channel)
    return found


@pytest.mark.parametrize("channel", KEPT_IN_ORDER)
@given(st.lists(texts, min_size=1, max_size=4), st.data())
def test_many_places_have_the_spans_that_each_has_alone(channel: str, raws: list[str], data: st.DataObject) -> None:
    found: Channel = getattr(channels_of(fold_all([*raws, "".join(WORDS)])), channel)
    long = [number for number, text in enumerate(found.texts) if text]
    number = data.draw(st.sampled_from(long))
    start = data.draw(st.integers(0, len(found.texts[number]) - 1))
    end = data.draw(st.integers(start + 1, len(found.texts[number])))
    base = np.array([found.bounds[number]])
    numbers, starts, ends = found.raw_spans(base + start, base + end)
    assert (numbers[0], (starts[0], ends[0])) == (number, found.raw_span(number, start, end))


@pytest.mark.parametrize("channel", KEPT_IN_ORDER)
@given(st.lists(texts, max_size=4))
def test_every_origin_lies_in_the_raw_text_and_order_is_kept(channel: str, raws: list[str]) -> None:
    found: Channel = getattr(channels_of(fold_all(raws)), channel)
    assert len(found.texts) == len(raws)
    assert len(found.joined) == len(found.starts) == len(found.ends) == found.bounds[-1]
    for number, (raw, text) in enumerate(zip(raws, found.texts, strict=True)):
        spans = [found.raw_span(number, at, at + 1) for at in range(len(text))]
        assert all(0 <= start < end <= len(raw) for start, end in spans)
        assert [start for start, _ in spans] == sorted(start for start, _ in spans)
        assert [end for _, end in spans] == sorted(end for _, end in spans)


@pytest.mark.parametrize("channel", KEPT_IN_ORDER)
@given(texts)
def test_a_character_comes_from_raw_characters_that_read_as_it(channel: str, raw: str) -> None:
    """But for digits: what they are may hang on those beside them."""
    found = read(raw, channel)
    for at, char in enumerate(found.texts[0]):
        start, end = found.raw_span(0, at, at + 1)
        piece = raw[start:end]
        alone = read(piece, channel).texts[0] or read(piece, "sound" if "sound" in channel else "quiet").texts[0]
        if channel == "bare":
            assert char in alone or char == SPELT[alone]
        elif not ("sound" in channel and fold(piece).folded.isdigit()):
            assert char in alone


@pytest.mark.parametrize("channel", ["quiet", "glyph"])
@given(texts, st.data())
def test_a_span_leads_to_raw_text_that_reads_as_the_span(channel: str, raw: str, data: st.DataObject) -> None:
    found = read(raw, channel)
    [text] = found.texts
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = found.raw_span(0, start, end)
    assert text[start:end] in read(raw[first:last], channel).texts[0]


@pytest.mark.parametrize("channel", KEPT_IN_ORDER)
@given(st.lists(texts, max_size=4))
def test_a_batch_reads_as_its_texts_do_alone(channel: str, raws: list[str]) -> None:
    found: Channel = getattr(channels_of(fold_all(raws)), channel)
    assert found.texts == [read(raw, channel).texts[0] for raw in raws]


@pytest.mark.parametrize("channel", ["han", "split"])
@given(texts)
def test_a_text_is_empty_where_a_channel_reads_nothing_otherwise(channel: str, raw: str) -> None:
    assert read(raw, channel).texts != read(raw, "quiet").texts or not read(raw, "quiet").texts[0]


@given(terms)
def test_a_term_is_found_in_a_text_that_holds_it(term: str) -> None:
    forms = term_forms(term)
    for channel, sought in (("quiet", forms.quiet), ("sound", (*forms.sound, *forms.initials)), ("glyph", forms.glyph)):
        assert any(form in read(f"。{term}。", channel).joined for form in sought)


@given(terms, st.randoms(use_true_random=False))
def test_a_term_is_found_whatever_the_order_of_its_characters(term: str, dice: random.Random) -> None:
    forms = term_forms(term)
    assert forms.shuffled is not None
    width, number = forms.shuffled
    mixed = "".join(dice.sample(term, len(term)))
    windows = channels_of([fold(f"啊{mixed}")]).shuffled
    assert np.flatnonzero(windows.sums(width) == number).tolist() == [1]
