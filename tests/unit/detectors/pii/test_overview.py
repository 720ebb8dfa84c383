"""docs/recognisers.md says what the recognisers are."""

from __future__ import annotations

from pathlib import Path

from riskguard.detectors.pii import RECOGNISERS
from riskguard.detectors.pii.overview import overview

PAGE = Path(__file__).parents[4] / "docs" / "recognisers.md"


def test_the_page_is_the_one_that_the_recognisers_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == overview(), (
        "python -m riskguard.detectors.pii.overview > docs/recognisers.md"
    )


def test_every_title_stands_in_it() -> None:
    page = overview()
    titles = {pattern.title or each.title for each in RECOGNISERS for pattern in each.patterns}
    assert all(f"| {title} |" in page for title in titles)
