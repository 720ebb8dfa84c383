from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from riskguard.domain.errors import InvalidInput
from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.evaluation.entities import (
    SPAN_PRECISION,
    SPAN_RECALL,
    Sentence,
    addresses,
    by_findings,
    by_jieba,
    name_figures,
    named_sentences,
)
from riskguard.evaluation.examples import Library
from riskguard.evaluation.goals import GOALS, PREJUDICE, Goal
from riskguard.evaluation.labelled import Row, Split
from riskguard.evaluation.metrics import Floats, Truth, macro_f1
from riskguard.evaluation.slices import misled
from riskguard.evaluation.tasks import TASKS, Answers


@dataclass(frozen=True)
class Table:
    """A model that scores by the characters it finds."""

    loud: Mapping[str, str]
    name: str = "table"

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(self.loud)

    def scores(self, texts: Sequence[str]) -> Floats:
        return np.array([[0.9 if char in text else 0.1 for char in self.loud.values()] for text in texts])

    def crossed(self, head: str, texts: Sequence[str], truth: Truth, weights: Floats) -> Floats:
        return self.scores(texts)[:, self.heads.index(head)]


def _answers(tmp_path: Path, source: str, rows: Sequence[Row], model: Table) -> list[Answers]:
    (tmp_path / "labelled" / "dev").mkdir(parents=True)
    dev = Library(tmp_path, Split.DEV)
    dev.put(source, list(rows))
    return [answers for task in TASKS if (answers := task.answered(model, dev)) is not None]


def test_sms_are_asked_about_five_kinds_and_never_about_politics(tmp_path: Path) -> None:
    labels = {
        "AD_Loan": "甲", "FR_Other": "乙", "IL_Gambling": "丙", "IL_Escort_service": "丁",
        "IL_Fake_ID_and_invoice": "戊", "IL_Political_propaganda": "甲", "Other": "甲",
    }  # fmt: skip
    model = Table({"ad": "甲", "fraud": "乙", "gambling": "丙", "sexual": "丁", "illegal_trade": "戊"})
    rows = [Row(text, label) for label, text in labels.items()]
    (answers,) = _answers(tmp_path, "risk_fbs_sms", rows, model)
    assert answers.truth.tolist() == ["ad", "fraud", "gambling", "sexual", "illegal_trade"]
    assert macro_f1(answers.truth, answers.guess) == 1.0
    assert [row.label for row in answers.asked.rows] == list(labels)[:5]


def test_a_task_that_needs_a_head_the_model_lacks_is_not_answered(tmp_path: Path) -> None:
    assert _answers(tmp_path, "risk_fbs_sms", [Row("甲", "AD_Loan")], Table({"ad": "甲"})) == []


@pytest.mark.parametrize(
    ("heads", "noted"),
    [
        pytest.param({"self_harm": "甲", "self_harm.urgent": "乙"}, "", id="the-head-that-was-made-for-it"),
        pytest.param({"self_harm": "乙"}, "not trained for it", id="the-next-best"),
    ],
)
def test_risk_of_distress_is_asked_of_the_finest_head(tmp_path: Path, heads: Mapping[str, str], noted: str) -> None:
    rows = [Row("乙", "1"), Row("甲", "0")] * 20
    (answers,) = _answers(tmp_path, "selfharm_sos1k", rows, Table(heads))
    assert macro_f1(answers.truth, answers.guess) == 1.0
    assert noted in answers.note


@pytest.mark.parametrize(
    ("goal", "value", "said"),
    [
        pytest.param(Goal(0.7, 0.8, 0.9), 0.79949, "no", id="missed"),
        pytest.param(Goal(0.7, 0.8, 0.9), 0.7996, "must", id="as-printed"),
        pytest.param(Goal(0.7, 0.8, 0.9), 0.9, "dream", id="on-the-dream"),
        pytest.param(GOALS[PREJUDICE], 0.36, "no", id="too-many"),
        pytest.param(GOALS[PREJUDICE], 0.35, "must", id="few-enough"),
        pytest.param(GOALS[PREJUDICE], 0.1, "dream", id="hardly-any"),
        pytest.param(Goal(0.7), 0.1, "", id="nothing-asked"),
    ],
)
def test_a_figure_reaches_what_it_is_printed_as(goal: Goal, value: float, said: str) -> None:
    assert goal.reached(value) == said


@pytest.mark.parametrize(
    ("label", "kind", "head"),
    [
        ("innocent", "innocent.gambling", "gambling"),
        ("innocent", "innocent.loan", "fraud"),
        ("innocent", "contrast.names_group", "abuse"),
        ("innocent", "innocent.talk", ""),
        ("gambling", "gambling.lure", ""),
    ],
)
def test_an_innocent_post_is_held_against_the_head_it_could_mislead(label: str, kind: str, head: str) -> None:
    assert misled(Row("好", label, {"kind": kind}), ("abuse", "gambling", "fraud")) == head


_SAID = Sentence("今天张三来看看", frozenset({("PER", 2, 4)}))


@pytest.mark.parametrize(
    ("found", "f1"),
    [
        pytest.param({("PER", 2, 4)}, 1.0, id="exact"),
        pytest.param({("PER", 2, 5)}, 0.0, id="one-too-far"),
        pytest.param({("ADDR", 2, 4)}, 0.0, id="another-kind"),
        pytest.param({("PER", 2, 4), ("ADDR", 0, 2)}, 2 / 3, id="one-too-many"),
        pytest.param(set(), 0.0, id="none"),
    ],
)
def test_a_span_counts_if_kind_and_both_ends_are_right(found: set[tuple[str, int, int]], f1: float) -> None:
    both, names, addresses = name_figures([_SAID], [frozenset(found)], floor=0.3)
    assert both.value == pytest.approx(f1)
    assert (both.goal.must, both.goal.floor) == (0.60, 0.3)
    assert (names.rows, addresses.rows) == (1, 0)


def test_precision_and_recall_are_told_where_they_are_asked_for() -> None:
    found = frozenset({("PER", 2, 4), ("ADDR", 0, 2), ("ADDR", 4, 6)})
    figures = name_figures([_SAID], [found], of="x", figures=(SPAN_PRECISION, SPAN_RECALL))
    told = {(line.part, line.figure): line.value for line in figures if line.rows}
    assert told[("both", SPAN_PRECISION)] == pytest.approx(1 / 3)
    assert told[("both", SPAN_RECALL)] == 1.0
    assert ("addresses", SPAN_RECALL) not in told


def test_an_address_is_wanted_as_a_whole_in_the_words_around_it(tmp_path: Path) -> None:
    rows = [
        {
            "text": "文三路8号",
            "entities": [{"label": "road", "start": 0, "end": 3}, {"label": "roadno", "start": 3, "end": 5}],
        },
        {"text": "文三路", "entities": [{"label": "road", "start": 0, "end": 3}]},
    ]
    file = tmp_path / "labelled" / "dev" / "address_parts.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert addresses(tmp_path) == [Sentence("我家住在文三路8号", frozenset({("ADDR", 4, 9)}))]


@pytest.mark.parametrize(
    ("by", "spans"),
    [
        pytest.param(("rule", "both"), {("PER", 0, 2), ("ADDR", 4, 9)}, id="rules"),
        pytest.param(("encoder", "both"), {("PER", 0, 2), ("PER", 2, 4)}, id="encoder"),
    ],
)
def test_findings_are_told_apart_by_their_witness(by: tuple[str, ...], spans: set[tuple[str, int, int]]) -> None:
    places = [("pii.name", 0, 2, "both"), ("pii.name", 2, 4, "encoder"), ("pii.address", 4, 9, "rule")]
    found = [Finding(label, 0.9, "x", (EvidenceSpan(a, b, "why"),), {"by": who}) for label, a, b, who in places]
    assert by_findings(found, by=by) == spans


def test_jieba_tags_a_town_and_its_place_in_the_text() -> None:
    (found,) = by_jieba([Sentence("我在北京等你", frozenset())])
    assert ("ADDR", 2, 4) in found


@pytest.mark.parametrize(
    "break_it", [lambda row: row.pop("entities"), lambda row: row["entities"].append({"label": "PER.NAM"})]
)
def test_a_line_without_entities_is_named(
    tmp_path: Path, break_it: Callable[[dict[str, list[object]]], object]
) -> None:
    row: dict[str, list[object]] = {"text": [], "entities": []}
    break_it(row)
    file = tmp_path / "labelled" / "dev" / "ner_weibo.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 1"):
        named_sentences(tmp_path)


def test_where_the_set_is_absent_nothing_is_said_of_names(tmp_path: Path) -> None:
    assert named_sentences(tmp_path) == []
    assert list(name_figures([], [])) == []
