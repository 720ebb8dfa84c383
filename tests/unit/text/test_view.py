"""What folding makes of the ways in which people write."""

from __future__ import annotations

import hashlib

import pytest

from riskguard.domain.finding import EvidenceSpan
from riskguard.text.view import TextView, fold, fold_all

ORDINARY = (
    *(range(0x20, 0x7F), range(0x2010, 0x2060), range(0x3000, 0x3100), range(0x4E00, 0x9FA6), range(0xFF01, 0xFF5F)),
    *(range(0x1F300, 0x1F650), range(0x1F900, 0x1FA00)),
)
"""Printed ASCII, punctuation, kana, Chinese characters, full-width signs, emoji."""


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        pytest.param("ＶＸ１３８，！", "vx138,!", id="full-width"),
        pytest.param("加ＶX", "加vx", id="case"),
        pytest.param("草泥馬臺灣", "草泥马台湾", id="traditional"),
        pytest.param("⓿①➃❽⑸⒋⓫", "01485411", id="circled-digits"),
        pytest.param("²₈⁹", "289", id="superscript-digits"),
        pytest.param("㈤㊄", "五五", id="enclosed-han-digits"),
        pytest.param("Ⓕⓤc⒦🅥🅰🄲", "fuckvac", id="enclosed-letters"),
        pytest.param("𝐕𝗫𝔹ᵛᴠ", "vxbvv", id="mathematical-and-small-letters"),
        pytest.param("аеохВТк", "aeoxbtk", id="cyrillic"),
        pytest.param("ΑΒΧ ꓦꓫ ᏙᎬ", "abx vx ve", id="letters-of-other-scripts"),
        pytest.param("øłɓʇᵝ", "olbtβ", id="letters-with-strokes-and-hooks"),
        pytest.param("१३٨๑", "138๑", id="digits-of-other-scripts"),
        pytest.param("🆗🆔🆅🆇", "okidvx", id="words-in-squares"),
        pytest.param("㈪㈹🈲", "月代禁", id="characters-in-brackets"),
        pytest.param("氷毒 薬 売淫 姧 鬪闘", "冰毒 药 卖淫 奸 斗斗", id="japanese-and-old-forms"),
        pytest.param("⺡⺘⻊", "氵扌足", id="radicals"),
        pytest.param("傻\u200b\u2060逼\ufeff", "傻逼", id="zero-width"),
        pytest.param("\u202e傻逼\u202c", "傻逼", id="bidi"),
        pytest.param("傻\u0336逼\u0336", "傻逼", id="stroke-through"),
        pytest.param("1\ufe0f\u20e33\ufe0f\u20e3", "13", id="keycaps"),
        pytest.param("soft\u00adhyphen", "softhyphen", id="soft-hyphen"),
        pytest.param("jiā wēi", "jia wei", id="tone-marks"),
        pytest.param("㍿…", "株式会社...", id="one-becomes-several"),
        pytest.param("a\r\nb\u2028c\u3000d", "a\n\nb\nc d", id="breaks-and-spaces"),
        pytest.param("加油💪！#话题#", "加油💪!#话题#", id="ordinary-text-stays"),
        pytest.param("\ud800", "\ud800", id="lone-surrogate-stays"),
        pytest.param("", "", id="empty"),
    ],
)
def test_folding(raw: str, folded: str) -> None:
    assert fold(raw).folded == folded


def test_ordinary_signs_fold_as_the_models_have_learned_them() -> None:
    """A change here is a change of what the shipped models read: train them anew."""
    ordinary = "".join(chr(code) for part in ORDINARY for code in part)
    digest = hashlib.sha256(fold(ordinary).folded.encode()).hexdigest()
    assert digest == "a9e364ddb67cfd56480423cc2ac7b85443511bccb400665347b7771bc060e95c"


def test_a_span_shows_the_word_as_it_was_written() -> None:
    view = fold("你ｓ\u200bＢ吧")
    at = view.folded.index("sb")
    assert view.span(at, at + 2, "why") == EvidenceSpan(1, 4, "why")


def test_a_batch_folds_as_its_texts_do_alone() -> None:
    raws = ["", "ＡＢ", "㍿", "plain", "\u200b", "草泥馬\u200b", "x" * 5000]
    assert fold_all(raws) == [fold(raw) for raw in raws]


def test_no_texts_no_views() -> None:
    assert fold_all([]) == []


def test_an_untouched_text_keeps_its_positions() -> None:
    assert fold("路口") == TextView("路口", "路口", (0, 1))
