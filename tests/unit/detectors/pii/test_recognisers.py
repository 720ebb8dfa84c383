"""Every recogniser against its own examples and near misses, which are data beside it."""

from __future__ import annotations

import pytest

from riskguard.detectors.pii import RECOGNISERS, Example, PiiDetector, Recogniser
from riskguard.detectors.pii.gate import Sieve
from riskguard.detectors.pii.number import forms
from riskguard.text.view import fold
from tests.unit.detectors.posts import read_by, shown

_EXAMPLES = [pytest.param(r, e, id=f"{r.title}-{n}") for r in RECOGNISERS for n, e in enumerate(r.examples)]
_NEAR = [pytest.param(r, text, id=f"{r.title}-{n}") for r in RECOGNISERS for n, text in enumerate(r.near_misses)]


@pytest.mark.parametrize(("recogniser", "example"), _EXAMPLES)
def test_an_example_is_found_where_it_stands(recogniser: Recogniser, example: Example) -> None:
    (findings,) = read_by(PiiDetector(), example.text)
    found = [part for f in findings if f.label == recogniser.label for part in shown(example.text, f)]
    assert example.found in found


@pytest.mark.parametrize(("recogniser", "example"), _EXAMPLES)
def test_the_gate_opens_for_every_example(recogniser: Recogniser, example: Example) -> None:
    folded = fold(example.text).folded
    assert Sieve([recogniser.signs]).passing([folded]).all()
    assert any(recogniser.gate.search(form) for form in forms(folded))


@pytest.mark.parametrize(("recogniser", "text"), _NEAR)
def test_a_near_miss_is_left_alone(recogniser: Recogniser, text: str) -> None:
    (findings,) = read_by(PiiDetector(), text, floor=0.0)
    assert recogniser.label not in {f.label for f in findings}


@pytest.mark.parametrize("recogniser", RECOGNISERS, ids=lambda r: r.title)
def test_every_recogniser_has_examples_and_near_misses(recogniser: Recogniser) -> None:
    assert len(recogniser.examples) >= 3
    assert len(recogniser.near_misses) >= 4


@pytest.mark.parametrize("recogniser", RECOGNISERS, ids=lambda r: r.title)
def test_no_pattern_uses_a_word_border(recogniser: Recogniser) -> None:
    assert all(r"\b" not in p.regex.pattern and r"\w" not in p.regex.pattern for p in recogniser.patterns)
