"""What number-like kinds cost is told beside Presidio, and without it what is missing is said."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from riskguard.domain.errors import NotReady
from riskguard.evaluation.pii.cost import number_costs, presidio, presidio_costs


def test_ours_cost_something() -> None:
    assert number_costs(["手机16400001234", "晴天"] * 20, batch=16) > 0


def test_presidio_finds_by_the_same_patterns_or_is_said_to_be_missing() -> None:
    if find_spec("presidio_analyzer"):
        assert ("pii.mobile", 2, 13) in presidio()("手机16400001234")
        assert presidio()("晴天") == []
    else:
        with pytest.raises(NotReady):
            presidio()


def test_what_is_missing_comes_with_its_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(NotReady, match="not installed") as said:
        presidio_costs(["晴天"])
    assert said.value.hint == "pip install 'riskguard[bench]'"
