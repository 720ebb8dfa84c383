"""What a weighed score is made of, as moderators read it."""

from __future__ import annotations

import pytest

from riskguard.console.weighing import Weighing, weighings
from riskguard.console.wording import FRAMES
from riskguard.detectors.combiner.frame import frames
from riskguard.domain.finding import Finding


def test_every_frame_has_a_word() -> None:
    assert FRAMES.keys() == frames().keys()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param(
            {"lexicon": 0.9, "model": 0.314, "intent": 0.08, "wording": 0.2, "frames": "asking, warning"},
            "词库 90 · 模型 31 · 用意 8 · 措辞 20 · 语境：询问、提醒",
            id="all",
        ),
        pytest.param({"lexicon": 0.6}, "词库 60", id="list-alone"),
        pytest.param({"model": 0.98, "frames": "offer"}, "模型 98 · 语境：招揽", id="model"),
    ],
)
def test_both_contributions_and_the_frames_are_told(facts: dict[str, str | float], words: str) -> None:
    assert weighings([Finding("fraud", 0.664, "encoder", facts=facts)]) == [Weighing("fraud", 66, words)]


def test_what_was_not_weighed_is_left_out_and_a_label_stands_once() -> None:
    found = [
        Finding("gambling", 0.4, "lexicon", facts={"lexicon": 0.6}),
        Finding("gambling", 0.7, "encoder", facts={"model": 0.8}),
        Finding("pii.mobile", 0.99, "pii", facts={"risk": "high"}),
        Finding("ad", 0.04, "encoder", facts={"model": 0.1}),
        Finding("fraud", 0.9, "encoder", facts={"model": 0.9}),
    ]
    assert [(each.label, each.percent, each.words) for each in weighings(found)] == [
        ("fraud", 90, "模型 90"),
        ("gambling", 70, "模型 80"),
    ]
