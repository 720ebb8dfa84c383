"""A text as it is meant: other words, the same origins."""

from __future__ import annotations

from riskguard.text.meaning import Meaning, Meant
from riskguard.text.view import fold


def test_the_words_stand_in_their_places_and_lead_into_the_raw_text() -> None:
    view = fold("附近约\u200b泡，+Ⅴ聊")
    meaning = Meaning.of(view, [Meant("约炮", 2, 4), Meant("微信", 6, 7)])
    assert meaning.view.folded == "附近约炮,+微信聊"
    assert meaning.meant == (Meant("约炮", 2, 4), Meant("微信", 6, 7))
    span = meaning.view.span(2, 4, "")
    assert view.raw[span.start : span.end] == "约\u200b泡"
    span = meaning.view.span(6, 8, "")
    assert view.raw[span.start : span.end] == "Ⅴ"


def test_of_places_that_overlap_the_first_counts() -> None:
    meaning = Meaning.of(fold("刷丹日结"), [Meant("刷单", 0, 2), Meant("单日", 1, 3)])
    assert meaning.view.folded == "刷单日结"
    assert meaning.meant == (Meant("刷单", 0, 2),)


def test_nothing_meant_otherwise_leaves_the_text_as_it_is() -> None:
    view = fold("㊙密")
    assert Meaning.of(view, []).view == view
