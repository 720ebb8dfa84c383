"""Laws of folding, masking and the panel."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.panel import Panel
from riskguard.detectors.pii import PiiDetector
from riskguard.text.mask import mask
from riskguard.text.noise import squeeze
from riskguard.text.view import TextView, fold, fold_all
from tests.unit.detectors.posts import posts_of, read_by
from tests.unit.detectors.test_panel import Echo

_INVISIBLE = st.sampled_from(["\u200b", "\u200d", "\u2060", "\u00ad", "\ufe0f", "\u0336", "\u202e"])
_TEXTS = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("加Ｖ微信傻逼草泥馬①⑩⒑❶🅥㍿…ﷺß \n\u200b\u0336\ufe0f\r"), max_size=30
)


def _assert_maps_into_raw(view: TextView) -> None:
    assert len(view.origin) == len(view.folded)
    assert list(view.origin) == sorted(view.origin)
    assert all(0 <= at < len(view.raw) for at in view.origin)


@given(_TEXTS)
def test_folding_is_idempotent(raw: str) -> None:
    once = fold(raw).folded
    assert fold(once).folded == once


@given(_TEXTS)
def test_every_folded_character_comes_from_the_raw_text(raw: str) -> None:
    _assert_maps_into_raw(fold(raw))
    _assert_maps_into_raw(squeeze(fold(raw)))


@given(_TEXTS)
def test_each_character_folds_by_itself(raw: str) -> None:
    view = fold(raw)
    for at, char in enumerate(raw):
        mine = "".join(c for c, origin in zip(view.folded, view.origin, strict=True) if origin == at)
        assert mine == fold(char).folded


@given(st.lists(_TEXTS, max_size=6))
def test_a_batch_folds_as_its_texts_do_alone(raws: list[str]) -> None:
    assert fold_all(raws) == [fold(raw) for raw in raws]


@given(_TEXTS)
def test_nothing_invisible_is_left(raw: str) -> None:
    assert not any(unicodedata.category(c) in {"Mn", "Me", "Cf"} for c in fold(raw).folded)


@given(st.data(), _TEXTS, _TEXTS)
def test_a_disguised_mobile_is_found_where_it_stands_and_masked(data: st.DataObject, before: str, after: str) -> None:
    digits = "13" + data.draw(st.text("0123456789", min_size=9, max_size=9))
    written = [digits[0]]
    for digit in digits[1:]:
        wide = chr(ord(digit) - ord("0") + ord("０")) if data.draw(st.booleans()) else digit
        written.append(data.draw(st.just("") | _INVISIBLE) + wide)
    number = "".join(written)
    text = f"{before}，{number}，{after}"
    (findings,) = read_by(PiiDetector(), text)
    start = len(before) + 1
    spans = [(s.start, s.end) for f in findings if f.label == "pii.mobile" for s in f.spans]
    assert (start, start + len(number)) in spans
    seen = fold(mask(text, findings)[start : start + len(number)]).folded
    assert "".join(re.findall("[0-9]", seen)) == digits[:3] + digits[-4:]


@given(_TEXTS, st.sampled_from(["11010118991231001x", "6222020123456789015", "zhang@example.com", "13800138000"]))
def test_masking_keeps_every_other_character_in_its_place(before: str, secret: str) -> None:
    text = f"{before}。{secret}。"
    (findings,) = read_by(PiiDetector(), text)
    masked = mask(text, findings)
    inside = {at for f in findings for s in f.spans for at in range(s.start, s.end)}
    assert len(masked) == len(text)
    assert secret not in masked
    assert all(masked[at] == text[at] for at in range(len(text)) if at not in inside)


@given(st.text("今天天气很好我们去公园玩吧，。！ ", max_size=40))
def test_text_without_personal_information_is_not_changed(text: str) -> None:
    (findings,) = read_by(PiiDetector(), text)
    assert mask(text, findings) == text


@given(st.lists(st.booleans(), max_size=40))
def test_exactly_the_poisonous_posts_are_left_unread(poisonous: list[bool]) -> None:
    texts = ["poison" if bad else "bread" for bad in poisonous]
    readings = Panel([Echo()]).read(posts_of(texts), fold_all(texts))
    assert [bool(r.abstentions) for r in readings] == poisonous
    assert [not r.findings for r in readings] == poisonous
