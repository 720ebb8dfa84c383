"""Laws of terms in disguise: whatever is written, the place of a finding lies in the raw text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.lexicon import LexiconDetector
from tests.unit.detectors.posts import read_by

_LISTS = Path(__file__).parents[2] / "policies" / "lexicons"

_PIECES = (
    *"傻逼沙比婊子女表网赌文赚不赔冰氷毒加微威信❤🐴🎲💊草泥逼傻 ·*，ＶⅩ\u200b\u0336",
    *("shabi", "wang", "du", "jia", "vx", "贝者", "扌喿", "👩\u200d🏫", "1\ufe0f\u20e3"),
)
texts = st.lists(st.sampled_from(_PIECES) | st.characters(codec="utf-8"), max_size=20).map("".join)


@cache
def shipped() -> LexiconDetector:
    """The lists that come with riskguard."""
    return LexiconDetector.load(_LISTS)


@given(st.lists(texts, max_size=4))
def test_spans_lie_in_the_raw_text(raws: list[str]) -> None:
    for raw, findings in zip(raws, read_by(shipped(), *raws), strict=True):
        for finding in findings:
            assert 0 < finding.score < 1
            assert finding.spans
            assert all(0 <= span.start < span.end <= len(raw) for span in finding.spans)


@given(st.lists(texts, min_size=2, max_size=4))
def test_a_text_reads_the_same_alone_and_among_others(raws: list[str]) -> None:
    assert read_by(shipped(), *raws) == [read_by(shipped(), raw)[0] for raw in raws]
