"""Changed copies, how far texts agree, and the figures of `riskguard evaluate similar` on posts of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.similar.residue import residue
from riskguard.evaluation.similar_figures import Share, Told, measure, read_halves, steps
from riskguard.evaluation.similar_twins import agreement, changes
from riskguard.text.view import fold

LETTERS = "今天周末公园天气骑车朋友一起看书吃饭下班回家路上花开"
TEXT = "周末和朋友一起去公园骑车，路上看到花开了，天气也很好！"


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        pytest.param("今天去公园", "今天去公园", 1.0, id="the-same"),
        pytest.param("今天去公园", "明晚来湖边", 0.0, id="nothing-in-common"),
        pytest.param("今天去公园", "今天公园", 8 / 9, id="one-left-out"),
        pytest.param("公园今天去", "今天去公园", 6 / 10, id="moved"),
        pytest.param("", "", 1.0, id="empty"),
        pytest.param("", "今", 0.0, id="empty-and-not"),
        pytest.param("今" * 200, "今" * 100, 2 / 3, id="longer-than-a-word-of-the-machine"),
    ],
)
def test_how_far_two_texts_agree(one: str, other: str, agreed: float) -> None:
    assert agreement(one, other) == pytest.approx(agreed)


@given(st.text(alphabet="今天去公园", max_size=12), st.text(alphabet="今天去公园", max_size=12))
def test_agreement_is_that_of_the_textbook(one: str, other: str) -> None:
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for a, char in enumerate(one, start=1):
        for b, there in enumerate(other, start=1):
            same = longest[a - 1][b - 1] + 1
            longest[a][b] = same if char == there else max(longest[a - 1][b], longest[a][b - 1])
    together = len(one) + len(other)
    assert agreement(one, other) == pytest.approx(2 * longest[-1][-1] / together if together else 1.0)


@pytest.mark.parametrize("name", list(changes(LETTERS)))
def test_a_change_leaves_a_text_that_people_would_call_the_same(name: str) -> None:
    twin = changes(LETTERS)[name](TEXT, Random(4))
    assert twin is not None
    assert twin != TEXT
    assert agreement(residue(fold(twin).folded), residue(fold(TEXT).folded)) > 0.5


def test_what_cannot_be_changed_so_is_left_out() -> None:
    found = changes(LETTERS)
    assert found["reordered"]("只有一句", Random(1)) is None
    assert found["3 homophones"]("好", Random(1)) is None
    assert found["5 characters"]("短", Random(1)) is None


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(97, 100, 0.915, 0.990), (0, 50, 0.0, 0.071)])
def test_a_share_tells_how_sure_it_is(hits: int, of: int, low: float, high: float) -> None:
    assert Share(hits, of).interval == pytest.approx((low, high), abs=0.001)


@pytest.fixture
def told() -> Callable[[], Told]:
    return lambda: lambda: None


def _posts() -> list[dict[str, object]]:
    dice = Random(3)
    return [
        {"thread_id": f"event {event}", "text": "".join(dice.choice(LETTERS) for _ in range(20 + at))}
        for event in range(4)
        for at in range(12)
    ]


def test_the_figures_of_posts_that_differ(told: Callable[[], Told]) -> None:
    halves = read_halves(_posts())
    assert {each.event for each in halves["tune"]} == {"event 0", "event 2"}
    said = halves["report"]
    moves: list[int] = []
    figures = measure(said, "report", Path("policies"), lambda: moves.append(1))
    assert len(moves) == steps(said)
    assert figures.texts == 24
    assert figures.recall["emoji"]["15 and more"] == Share(24, 24)
    assert figures.joined["different (under 60%)"].hits == 0
    assert figures.precision.value == 1.0
    assert figures.missed_goals() == [] or figures.missed_goals()[0].startswith("recall")
    assert figures.plain()["texts"] == 24


def test_a_missed_goal_is_named() -> None:
    same = [{"thread_id": f"event {n % 2}", "text": "今天天气好" + "公园骑车"[n] * 9} for n in range(4)]
    figures = measure(read_halves(same)["report"], "report", Path("policies"), lambda: None)
    assert any(missed.startswith(("recall", "precision")) for missed in figures.missed_goals())
