from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.held import UNSEEN
from riskguard.training.encoder.gate import FIGURES, check_gate, save_figures, ship, shipped_figures, worse
from tests.integration.training.figures import figures


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"cold": 0.80}, "COLD, labelled by people: macro-F1 0.800, shipped 0.820", id="a-task"),
        pytest.param({"rumour": 0.86}, "CED rumour: macro-F1 0.860", id="a-small-task-by-much"),
        pytest.param({"against": 0.35}, "against prejudice: flagged 0.350, shipped 0.300", id="prejudice"),
        pytest.param({"twins": 0.93}, "every kind: same answer 0.930", id="twins"),
        pytest.param({"ece": 0.05}, "abuse: calibration error 0.050", id="calibration"),
        pytest.param({"alarms": 0.02}, "abuse: false alarms 2.00%", id="alarms"),
        pytest.param({"cold": 0.80, "rumour": 0.95, "twins": 0.99}, "COLD", id="nothing-makes-up-for-it"),
    ],
)
def test_a_worse_model_is_refused_and_it_is_said_why(tmp_path: Path, changes: dict[str, float], said: str) -> None:
    save_figures(tmp_path, figures())
    with pytest.raises(InvalidInput, match="worse than the one in") as refused:
        check_gate(figures(**changes), tmp_path)
    assert said in str(refused.value)
    check_gate(figures(**changes), tmp_path, reason="the label was wrong in the old dev set")
    with pytest.raises(InvalidInput):
        check_gate(figures(**changes), tmp_path, reason="  ")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="the-same"),
        pytest.param({"cold": 0.83, "against": 0.1, "twins": 0.99, "ece": 0.01}, id="better"),
        pytest.param({"cold": 0.811}, id="within-noise"),
        pytest.param({"rumour": 0.88}, id="a-small-task-by-little"),
        pytest.param({"persons": 0.7}, id="no-goal-was-set"),
    ],
)
def test_a_model_that_is_not_worse_passes(tmp_path: Path, changes: dict[str, float]) -> None:
    save_figures(tmp_path, figures())
    check_gate(figures(**changes), tmp_path)


def test_what_can_no_longer_be_answered_is_worse() -> None:
    shipped = figures()
    poorer = replace(shipped, heads=shipped.heads[:1], tasks=shipped.tasks[:1], measured=shipped.measured[:4])
    assert worse(poorer, shipped) == [
        "no head 'emotion.sad' any more",
        "'CED rumour' cannot be answered any more",
        "disguised twins, COLD, labelled by people, every kind: not measured",
    ]
    assert worse(shipped, poorer) == []


def test_where_nothing_was_shipped_everything_passes(tmp_path: Path) -> None:
    assert shipped_figures(tmp_path) is None
    check_gate(figures(cold=0.1), tmp_path)


@pytest.mark.parametrize("said", ["{", "[]", '{"heads": [{}], "tasks": []}'])
def test_figures_that_are_none_are_no_free_pass(tmp_path: Path, said: str) -> None:
    (tmp_path / FIGURES).write_text(said, encoding="utf-8")
    with pytest.raises(InvalidInput, match="holds no figures"):
        check_gate(figures(), tmp_path)


def test_a_model_that_has_learnt_no_intents_leaves_none_of_the_one_before(tmp_path: Path) -> None:
    staging, folder = tmp_path / "staging", tmp_path / "folder"
    for place in (staging, folder):
        place.mkdir()
    (folder / UNSEEN).write_bytes(b"of the one before")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (staging / FIGURES).write_text("{}", encoding="utf-8")
    ship(staging, folder)
    assert sorted(file.name for file in folder.iterdir()) == [FIGURES, "notes.txt"]
