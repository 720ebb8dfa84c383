"""An expression that is compiled late finds what the compiled one finds."""

from __future__ import annotations

import re

import pytest

from riskguard.text.late import LatePattern

TEXT = "ab12ab3"


@pytest.mark.parametrize(("start", "end"), [(0, 7), (1, 6), (4, 4)])
def test_it_finds_what_the_compiled_one_finds(start: int, end: int) -> None:
    late, now = LatePattern("[a-b]+(?P<it>[0-9])"), re.compile("[a-b]+(?P<it>[0-9])")
    found = [match.span("it") for match in late.finditer(TEXT, start, end)]
    assert found == [match.span("it") for match in now.finditer(TEXT, start, end)]
    for ask in ("search", "match"):
        told, expected = getattr(late, ask)(TEXT, start, end), getattr(now, ask)(TEXT, start, end)
        assert (told and told.span()) == (expected and expected.span())


def test_it_is_compiled_once_and_only_when_it_is_asked() -> None:
    late = LatePattern("(")
    with pytest.raises(re.error):
        late.search(TEXT)
    kept = LatePattern("a")
    assert kept.now is kept.now
