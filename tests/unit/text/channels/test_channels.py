"""What each channel reads where people hide their words, and where in the raw text it stands."""

from __future__ import annotations

import pytest

from riskguard.text.channels import Channel, channels_of, spoken
from riskguard.text.view import fold, fold_all


@pytest.mark.parametrize(
    ("channel", "raw", "read"),
    [
        pytest.param("quiet", "加 Ｖ·信❤！", "加v信", id="noise"),
        pytest.param("quiet", "哈哈哈哈，妈妈", "哈妈妈", id="long-repeats"),
        pytest.param("quiet", "1000元", "1000元", id="digits-are-no-repeat"),
        pytest.param("bare", "微微信信", "微信", id="repeats"),
        pytest.param("bare", "幺三八 零零一三 捌000", "13800138000", id="a-spelt-number"),
        pytest.param("bare", "三八二十一", "三八二十一", id="few-digits-are-no-number"),
        pytest.param("han", "刷1单x日o结", "刷单日结", id="letters-inside"),
        pytest.param("han", "刷单2份", "刷单份", id="digits-inside"),
        pytest.param("han", "abc刷单", "", id="nothing-inside"),
        pytest.param("sound", "薇芯", "wei xin", id="homophones"),
        pytest.param("sound", "wei xin", "wei xin", id="pinyin"),
        pytest.param("sound", "zha骗", "zha pian", id="mixed"),
        pytest.param("sound", "v信wx", "v xin wx", id="initials-stay-letters"),
        pytest.param("sound", "yinhangka", "yin hang ka", id="pinyin-in-one-word"),
        pytest.param("sound", "wxin", "w xin", id="an-initial-before-a-syllable"),
        pytest.param("sound", "4人8", "si ren ba", id="digits"),
        pytest.param("sound", "748", "qu si ba", id="a-number-that-is-said"),
        pytest.param("sound", "7480", "qi si ba ling", id="another-number"),
        pytest.param("sound", "女 nve lue", "nv nve lve", id="u-with-dots"),
        pytest.param("split", "女表子", "婊子", id="parts"),
        pytest.param("split", "一亻牛", "一件", id="parts-side-by-side-come-first"),
        pytest.param("split", "言身寸", "谢", id="parts-of-parts"),
        pytest.param("split", "尸巾刂·单", "刷单", id="three-parts-and-noise"),
        pytest.param("split", "扌丁牌 人言", "打牌信", id="a-part-written-otherwise"),
        pytest.param("split", "路口", "", id="nothing-apart"),
        pytest.param("emoji", "草泥🐴", "草泥马", id="a-picture"),
        pytest.param("emoji", "看👩‍🏫的📱!", "看老师的手机", id="a-picture-of-two"),
        pytest.param("emoji", "好😶", "", id="no-word"),
        pytest.param("emoji", "🧑好", "", id="part-of-a-picture"),
        pytest.param("emoji_sound", "威❤", "wei xin", id="a-picture-by-sound"),
    ],
)
def test_reading(channel: str, raw: str, read: str) -> None:
    found: Channel = getattr(channels_of([fold(raw)]), channel)
    assert [spoken(text) if "sound" in channel else text for text in found.texts] == [read]


@pytest.mark.parametrize(("one", "other"), [("徽信", "微信"), ("货款", "贷款"), ("睹搏", "赌博"), ("ロ交", "口交")])
def test_what_looks_alike_reads_the_same(one: str, other: str) -> None:
    first, second = channels_of(fold_all([one, other])).glyph.texts
    assert first == second


def test_what_looks_different_does_not() -> None:
    first, second = channels_of(fold_all(["微信", "电话"])).glyph.texts
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    ("channel", "raw", "place", "shown"),
    [
        pytest.param("bare", "加微\u200b微 信吧", (1, 3), "微\u200b微 信", id="repeats-and-noise"),
        pytest.param("sound", "加Ｗ ei·xin吧", (1, 3), "Ｗ ei·xin", id="pinyin"),
        pytest.param("split", "你女 表子", (1, 2), "女 表", id="parts"),
        pytest.param("emoji", "买📱吗", (1, 3), "📱", id="a-picture-of-a-word"),
        pytest.param("emoji", "买📱吗", (2, 3), "📱", id="half-of-its-word"),
        pytest.param("han", "刷1单", (0, 2), "刷1单", id="letters-inside"),
    ],
)
def test_a_place_leads_to_what_the_author_wrote(channel: str, raw: str, place: tuple[int, int], shown: str) -> None:
    found: Channel = getattr(channels_of(fold_all(["前面", raw])), channel)
    start, end = found.raw_span(1, *place)
    assert raw[start:end] == shown


def test_a_hit_in_the_joined_texts_has_its_text_and_place() -> None:
    read = channels_of(fold_all(["", "你好", "加薇芯"])).sound
    wanted = channels_of([fold("微信")]).sound.texts[0]
    assert read.place(read.joined.index(wanted)) == (2, 1)


def test_no_texts_no_channels() -> None:
    read = channels_of([])
    every = (read.quiet, read.bare, read.han, read.sound, read.split, read.glyph, read.emoji, read.emoji_sound)
    assert [channel.joined for channel in every] == [""] * 8
    assert len(read.shuffled.sums(2)) == 0
