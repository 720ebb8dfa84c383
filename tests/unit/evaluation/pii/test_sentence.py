"""How sentences with personal information are written and read."""

from __future__ import annotations

import pytest

from riskguard.evaluation.pii.sentence import Mark, read_marks


@pytest.mark.parametrize(
    ("written", "text", "marks"),
    [
        pytest.param("打⟦16400001234¦mobile⟧", "打16400001234", [("pii.mobile", 1, 12)], id="one"),
        pytest.param("⟦a¦qq⟧和⟦b¦wechat⟧", "a和b", [("pii.qq", 0, 1), ("pii.wechat", 2, 3)], id="two"),
        pytest.param(
            "⟦骂她，⟦164¦mobile⟧¦doxxing⟧！",
            "骂她，164！",
            [("doxxing", 0, 6), ("pii.mobile", 3, 6)],
            id="one-inside-the-other",
        ),
        pytest.param("晴天[doge]", "晴天[doge]", [], id="none"),
        pytest.param("", "", [], id="nothing"),
    ],
)
def test_marks_are_places_of_the_text_without_signs(written: str, text: str, marks: list[tuple[str, int, int]]) -> None:
    assert read_marks(written) == (text, tuple(Mark(*mark) for mark in marks))


@pytest.mark.parametrize("written", ["⟦164", "164¦mobile⟧", "⟦164⟧", "⟦164¦mobile", "⟦164¦⟧", "⟦164¦手机⟧", "⟧"])
def test_signs_that_do_not_close_or_name_no_label_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="mark"):
        read_marks(written)
