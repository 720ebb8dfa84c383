"""Strings are found wherever they stand, in the order of their ends, as a search for each of them finds them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from riskguard.detectors.lexicon.sought import Sought
from riskguard.text.channels import END, channels_of
from riskguard.text.view import fold_all

_SIGNS = "刷单日结信ab1"
strings = st.sets(st.text(_SIGNS, min_size=2, max_size=6), max_size=12)
texts = st.lists(st.text(_SIGNS, max_size=20), max_size=4)


@given(strings, texts)
@example({"刷单", "单日", "刷单日结", "日结"}, ["刷单日结", "", "结刷单"])
def test_each_string_is_found_wherever_it_stands(sought: set[str], said: list[str]) -> None:
    channel = channels_of(fold_all(said)).quiet
    joined = channel.joined
    starts = range(len(joined))
    places = [(at, at + len(each)) for each in sought for at in starts if joined.startswith(each, at)]
    strings = sorted(sought)
    starts, ends, numbers = (each.tolist() for each in Sought.of(strings).places(channel))
    assert list(zip(starts, ends, strict=True)) == sorted(places, key=lambda place: (place[1], place[0]))
    assert [strings[number] for number in numbers] == [joined[a:b] for a, b in zip(starts, ends, strict=True)]
    assert all(END not in joined[start:end] for start, end in places)


def test_a_string_is_found_in_a_batch_longer_than_the_powers_that_are_kept() -> None:
    channel = channels_of(fold_all(["今天" * 40_000 + "刷单日结", "刷单日结"])).plain
    starts, ends, _ = (each.tolist() for each in Sought.of(["刷单日结"]).places(channel))
    assert list(zip(starts, ends, strict=True)) == [(80_000, 80_004), (80_005, 80_009)]
