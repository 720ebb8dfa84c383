"""The floor that plain violations and innocent sentences are held to, and what the figures mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskguard.cli.workshop import evaluate
from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, Verdict
from riskguard.evaluation.plain import Half, PlainFigures, default_judge, innocents, measure_plain, violations
from riskguard.settings import Settings

_CASES = Path(__file__).parents[2] / "assets" / "plain"


@pytest.fixture(scope="module")
def figures() -> PlainFigures:
    """The default policy with the detectors as shipped."""
    return measure_plain(_CASES, default_judge(Settings()))


@pytest.mark.parametrize(
    ("half", "recall", "false_alarms"),
    [
        pytest.param(Half.TUNE, 0.95, 0.06, id="tuned-on"),
        pytest.param(Half.KEPT, 0.93, 0.08, id="kept-apart"),
        pytest.param(Half.LATE, 0.45, 0.06, id="written-last"),
    ],
)
def test_the_floor_is_held(figures: PlainFigures, half: Half, recall: float, false_alarms: float) -> None:
    assert figures.recall(half) >= recall
    assert figures.false_alarms(half) <= false_alarms


def test_no_innocent_sentence_is_blocked(figures: PlainFigures) -> None:
    assert [each.sentence.id for each in figures.innocent if each.action is Action.BLOCK] == []


def test_every_sentence_has_its_own_id_and_text() -> None:
    sentences = [*violations(_CASES), *innocents(_CASES)]
    assert len({each.id for each in sentences}) == len({each.text for each in sentences}) == len(sentences)
    assert len(violations(_CASES)) >= 160
    assert len(innocents(_CASES)) >= 200


def _cases(folder: Path) -> Path:
    Path(folder, "violations.yaml").write_text(
        "families:\n"
        "  - {label: drugs, least: review, sentences: {1: 甲, 2: 乙}}\n"
        "  - {label: self_harm, least: review, alerts: [care], sentences: {7001: 丙}}\n",
        encoding="utf-8",
    )
    Path(folder, "innocent.yaml").write_text(
        "topics:\n  - {topic: food, sentences: {11: 丁, 12: 戊}}\n", encoding="utf-8"
    )
    return folder


def test_an_alert_is_enough_where_it_is_named_and_an_alarm_elsewhere(tmp_path: Path) -> None:
    def judge(posts: Sequence[Post]) -> list[Verdict]:
        acts = {"甲": Action.REVIEW, "乙": Action.LIMIT, "丙": Action.ALLOW, "丁": Action.ALLOW, "戊": Action.MASK}
        alerts = {"丙": ("care",), "丁": ("care",)}
        return [Verdict(post.id, acts[post.text], alerts=alerts.get(post.text, ())) for post in posts]

    found = measure_plain(_cases(tmp_path), judge)
    assert [each.right for each in found.violations] == [True, False, True]
    assert (found.recall(Half.TUNE), found.recall(Half.KEPT), found.recall(Half.LATE)) == (1.0, 0.0, 1.0)
    assert [each.right for each in found.innocent] == [False, False]
    assert found.false_alarms() == 1.0


def test_files_that_are_missing_or_misshapen_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        violations(tmp_path)
    Path(tmp_path, "violations.yaml").write_text("families: [{label: drugs}]\n", encoding="utf-8")
    with pytest.raises(InvalidInput):
        violations(tmp_path)


def test_the_command_prints_shares_and_names_what_went_wrong(tmp_path: Path) -> None:
    done = CliRunner().invoke(evaluate, ["plain", "--cases", str(_cases(tmp_path)), "--half", "kept"])
    assert done.exit_code == 0, done.output
    assert "recall 0.0%, false alarms 0.0%" in done.output
    assert "drugs" in done.output
