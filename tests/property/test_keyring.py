"""Laws of sealing, for any text whatever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.errors import SealBroken
from riskguard.keyring import Keyring

ANY_TEXT = st.text(st.characters(exclude_categories=()))
RING = Keyring.of(["a key of at least 32 characters, the newest", "a key of at least 32 characters, an old one"])


@given(ANY_TEXT, ANY_TEXT)
def test_what_is_sealed_opens_in_its_place(plain: str, context: str) -> None:
    assert RING.open(RING.seal(plain, context=context), context=context) == plain


@given(ANY_TEXT, st.data())
def test_one_changed_character_is_noticed(plain: str, data: st.DataObject) -> None:
    sealed = RING.seal(plain, context="here")
    at = data.draw(st.integers(len(RING.mark), len(sealed) - 4))  # the last may carry bits that base64 ignores
    other = "B" if sealed[at] == "A" else "A"
    with pytest.raises(SealBroken):
        RING.open(sealed[:at] + other + sealed[at + 1 :], context="here")


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_another_place_never_opens(plain: str, context: str, other: str) -> None:
    if context == other:
        other += "x"
    with pytest.raises(SealBroken):
        RING.open(RING.seal(plain, context=context), context=other)
