"""Reading past what was put between the characters."""

from __future__ import annotations

import pytest

from riskguard.text.noise import squeeze
from riskguard.text.view import fold


@pytest.mark.parametrize(
    ("raw", "squeezed"),
    [
        pytest.param("加 V", "加v", id="space"),
        pytest.param("傻*逼", "傻逼", id="star"),
        pytest.param("刷·单_日❤️结", "刷单日结", id="dot-underscore-emoji"),
        pytest.param("第１名", "第1名", id="digits-stay"),
        pytest.param("！？", "", id="nothing-left"),
    ],
)
def test_squeezing(raw: str, squeezed: str) -> None:
    assert squeeze(fold(raw)).folded == squeezed


def test_origins_lead_into_the_raw_text() -> None:
    view = squeeze(fold("去\u200b加 ❤ Ｖ吧"))
    start = view.folded.index("加v")
    span = view.span(start, start + 2, "why")
    assert view.raw[span.start : span.end] == "加 ❤ Ｖ"
