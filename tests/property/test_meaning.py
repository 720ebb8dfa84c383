"""Whatever is said to be meant, a meaning leads back into the raw text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from riskguard.text.meaning import Meaning, Meant
from riskguard.text.view import fold


@given(st.text(max_size=20), st.data())
def test_every_place_in_a_meaning_has_its_origin_in_order(raw: str, data: st.DataObject) -> None:
    view = fold(raw)
    places = st.tuples(
        st.integers(0, len(view.folded)), st.integers(0, len(view.folded)), st.text("微信卡", min_size=1)
    )
    meant = [Meant(word, *sorted((a, b))) for a, b, word in data.draw(st.lists(places, max_size=4)) if a != b]
    read = Meaning.of(view, meant).view
    assert len(read.origin) == len(read.folded)
    assert list(read.origin) == sorted(read.origin)
    assert all(0 <= at < len(raw) for at in read.origin)
