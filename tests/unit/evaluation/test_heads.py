"""Models are real and small: the encoder made by hand and the linear model beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from riskguard.cli.workshop import evaluate
from riskguard.domain.errors import NotReady
from riskguard.evaluation.candidate import ENCODER, ENCODER_ALONE, LINEAR, Candidate, candidates
from riskguard.evaluation.compare import goals, slices
from riskguard.evaluation.disguised import OF_COLD, OF_POSTS
from riskguard.evaluation.goals import NAMES
from riskguard.evaluation.heads import Examiner, Figures, figures_from
from riskguard.evaluation.slices import Measured
from riskguard.evaluation.tasks import COLD
from tests.unit.detectors.encoder.tiny import made_encoder
from tests.unit.evaluation.small import small_dev

ENGINE = "onnxruntime-fp32"
DISGUISES = {
    "hidden": lambda text, _: text.replace("蠢", "*"),
    "folded away": lambda text, _: text.replace("蠢", "\u200b蠢"),
    "chance": lambda text, dice: text.replace("天", dice.choice("好人")),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_dev(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_encoder(tmp_path_factory.mktemp("models")).parent


@pytest.fixture(scope="module")
def examiner(data: Path) -> Examiner:
    return Examiner(data, disguises=DISGUISES)


@pytest.fixture(scope="module")
def found(models: Path, examiner: Examiner) -> list[Candidate]:
    return candidates(models, examiner.dev, engine=ENGINE)


@pytest.fixture(scope="module")
def figures(found: list[Candidate], examiner: Examiner) -> list[Figures]:
    return [examiner.figures(model) for model in found]


def _measured(figures: Figures, of: str, part: str, figure: str) -> Measured:
    return next(each for each in figures.measured if (each.of, each.part, each.figure) == (of, part, figure))


def test_every_model_that_is_there_is_measured(figures: list[Figures]) -> None:
    assert [each.model for each in figures] == [ENCODER, ENCODER_ALONE, LINEAR]
    assert [head.head for head in figures[0].heads] == ["ad", "abuse", "emotion.sad"]
    assert [head.head for head in figures[2].heads] == ["ad", "emotion.sad"]


def test_what_it_knows_scores_high_and_what_is_ordinary_does_not(figures: list[Figures]) -> None:
    (task,) = figures[0].tasks
    assert (task.task, task.rows) == (COLD, 85)
    assert 0.9 < task.interval[0] <= task.macro_f1 < 1.0
    abuse = next(head for head in figures[0].heads if head.head == "abuse")
    assert abuse.false_alarms == 0.0
    assert abuse.precise_recall == pytest.approx(abuse.recall, abs=0.05)
    assert figures[2].tasks == ()


def test_the_parts_of_cold_are_told_apart(figures: list[Figures]) -> None:
    against = _measured(figures[0], COLD, "against prejudice", "flagged")
    assert (against.rows, against.value) == (22, pytest.approx(1 / 22))
    assert figures[0].against_prejudice == against.value
    assert against.goal.reached(against.value) == "dream"
    assert _measured(figures[0], COLD, "attacks on a person", "found").value == 1.0
    assert {part.part for part in figures[0].measured if part.part.endswith("characters")} >= {"11 to 30 characters"}


def test_a_twin_whose_word_is_gone_gets_another_answer_and_one_that_folds_back_does_not(figures: list[Figures]) -> None:
    hidden = _measured(figures[0], OF_COLD, "hidden", "same answer")
    assert (hidden.rows, hidden.value) == (43, 0.0)
    assert _measured(figures[0], OF_COLD, "folded away", "same answer").value == 1.0
    every = _measured(figures[0], OF_COLD, "every kind", "same answer")
    assert every.rows > 86
    assert every.interval[0] < every.value < every.interval[1]
    assert _measured(figures[0], OF_POSTS, "chance", "same answer").rows > 20


def test_names_are_counted_by_their_exact_places_beside_jiebas(figures: list[Figures]) -> None:
    both = _measured(figures[0], NAMES, "both", "span F1")
    assert (both.rows, both.value) == (2, 1.0)
    assert both.goal.floor is not None
    assert all(each.of != NAMES for each in figures[2].measured)


def test_the_same_seed_gives_the_same_figures(
    found: list[Candidate], examiner: Examiner, figures: list[Figures]
) -> None:
    assert examiner.figures(found[0]).plain() == figures[0].plain()


def test_it_tells_of_as_many_steps_as_it_said(found: list[Candidate], examiner: Examiner) -> None:
    told: list[str] = []
    examiner.figures(found[2], told.append)
    assert len(told) == examiner.steps(found[2])


def test_an_encoder_reads_each_text_once(models: Path, data: Path) -> None:
    read: list[int] = []
    examiner = Examiner(data)
    model = candidates(models, examiner.dev, engine=ENGINE, told=read.append)[0]
    texts = ["今天促销", "今天促销", "好"]
    before = sum(read)
    assert np.array_equal(model.scores(texts)[0], model.scores(texts)[1])
    assert sum(read) == before + 2


def test_figures_survive_json(figures: list[Figures]) -> None:
    for each in figures:
        plain = json.loads(json.dumps(each.plain(), allow_nan=False))
        assert figures_from(plain).plain() == each.plain()


def test_a_table_has_a_column_for_each_model(figures: list[Figures]) -> None:
    lines = {line.name: line for line in goals(figures)}
    assert lines[COLD].reached == "dream"
    assert [cell is None for cell in lines[COLD].cells] == [False, False, True]
    assert lines[f"{COLD}: against prejudice"].goal.at_most
    assert not {line.name for line in slices(figures)} & {f"{COLD}: against prejudice", COLD}


def test_a_new_encoder_is_measured_before_it_takes_its_place(models: Path, examiner: Examiner, tmp_path: Path) -> None:
    for name in ("linear", "restorer"):
        (tmp_path / name).symlink_to(models / name)
    assert [one.name for one in candidates(tmp_path, examiner.dev)] == [LINEAR]
    found = candidates(tmp_path, examiner.dev, encoder=models / "risk-encoder", engine=ENGINE)
    assert [one.name for one in found] == [ENCODER, ENCODER_ALONE, LINEAR]


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path, examiner: Examiner) -> None:
    with pytest.raises(NotReady, match="no model in"):
        candidates(tmp_path, examiner.dev)


def test_the_command_prints_the_tables_and_saves_the_figures(models: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    asked = ["heads", "--data", str(data), "--models", str(models), "--engine", ENGINE, "--out", str(out)]
    told = CliRunner().invoke(evaluate, asked, env={"COLUMNS": "240"}, catch_exceptions=False)
    assert told.exit_code == 0
    assert "COLD, labelled by people" in told.output
    assert "dream" in told.output
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert [each["model"] for each in saved["models"]] == [ENCODER, ENCODER_ALONE, LINEAR]
