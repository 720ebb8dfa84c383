"""How a term is sought in each channel."""

from __future__ import annotations

import numpy as np
import pytest

from riskguard.text.channels import channels_of, forms_of, spoken, term_forms
from riskguard.text.view import fold, fold_all


@pytest.mark.parametrize(
    ("term", "raw", "channel"),
    [
        pytest.param("微信", "加薇芯", "sound", id="homophones"),
        pytest.param("微信", "加wei信", "sound", id="mixed"),
        pytest.param("微信", "加V信", "sound", id="a-letter-for-a-word"),
        pytest.param("加v", "家威", "sound", id="a-word-for-a-letter"),
        pytest.param("贷款", "贷💰", "emoji", id="another-meaning-of-a-picture"),
        pytest.param("微信", "威❤", "emoji_sound", id="a-picture-by-sound"),
        pytest.param("银行卡", "yin杭ka", "sound", id="another-reading"),
        pytest.param("一个月断根", "一个月dg", "sound", id="a-part-of-a-long-term-by-initials"),
        pytest.param("婊子", "女表子", "split", id="parts"),
        pytest.param("贷款", "货款", "glyph", id="look-alikes"),
        pytest.param("草泥马", "草泥🐴", "emoji", id="a-picture"),
        pytest.param("刷单", "刷刷单单", "bare", id="repeats"),
        pytest.param("刷单", "刷 单", "quiet", id="noise"),
        pytest.param("刷单", "刷x单", "han", id="letters-inside"),
    ],
)
def test_a_term_is_found_in_its_channel(term: str, raw: str, channel: str) -> None:
    forms = term_forms(term)
    sought = getattr(forms, channel.removeprefix("emoji_"))
    assert any(form in getattr(channels_of([fold(raw)]), channel).joined for form in sought)


def test_letters_alone_are_kept_apart() -> None:
    forms = term_forms("微信")
    assert forms.initials == ("wx", "vx")
    assert [spoken(form) for form in forms.sound] == ["wei xin", "w xin", "v xin", "wei x"]


def test_what_would_be_one_character_is_not_sought() -> None:
    forms = term_forms("扣扣")
    assert forms.quiet == ("扣扣",)
    assert (forms.bare, forms.shuffled) == ((), None)


def test_a_term_is_found_in_any_order() -> None:
    forms = term_forms("傻逼")
    assert forms.shuffled is not None
    width, number = forms.shuffled
    read = channels_of(fold_all(["在吗傻", "你 逼*傻吗"]))
    [position] = np.flatnonzero(read.shuffled.sums(width) == number).tolist()
    assert read.quiet.place(position) == (1, 1)


def test_single_letters_stand_for_syllables_only_in_mixed_forms() -> None:
    (every,), (few,) = forms_of(["诈骗"]), forms_of(["诈骗"], mixed=False)
    assert set(few.sound) < set(every.sound)
    assert few.initials == every.initials == ("zp",)


def test_many_terms_have_the_forms_that_each_has_alone() -> None:
    terms = ["微信", "扣扣", "pk10", "女子", "加v"]
    assert forms_of(terms) == [term_forms(term) for term in terms]
