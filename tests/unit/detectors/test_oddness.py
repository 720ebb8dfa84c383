"""How odd spellings are: the same whether they are asked one by one or together."""

from __future__ import annotations

import pytest

from riskguard.detectors.lexicon.oddness import ODDEST, ORDINARY, Oddness


@pytest.mark.parametrize(
    ("spelling", "nats"),
    [
        pytest.param("vx123", ORDINARY, id="letters-alone"),
        pytest.param("微x", ODDEST, id="letters-among-characters"),
        pytest.param("微㊀", 0.0, id="a-sign-among-characters"),
    ],
)
def test_what_takes_no_dictionary(spelling: str, nats: float) -> None:
    assert Oddness().of(spelling) == nats


def test_what_was_learnt_together_is_what_is_asked_alone() -> None:
    spellings = ["身份证", "脑惨", "微x", "菠菜", "vx"]
    learnt = Oddness()
    learnt.learn(spellings)
    assert [learnt.of(each) for each in spellings] == [Oddness().of(each) for each in spellings]
    assert learnt.of("脑惨") > learnt.of("身份证")
