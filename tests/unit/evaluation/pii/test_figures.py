"""What counts as found and as wrongly told, and which goals are missed."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.evaluation.metrics import wilson
from riskguard.evaluation.pii.figures import Match, Outcome, PiiFigures, Score, measure_pii, told_marks
from riskguard.evaluation.pii.ordinary import key
from riskguard.evaluation.pii.report import plain, show
from riskguard.evaluation.pii.sentence import Form, Half, Mark, Sentence, read_marks


def _sentence(written: str, *, half: Half = Half.KEPT, form: Form = Form.PLAIN, name: str = "s") -> Sentence:
    text, marks = read_marks(written)
    return Sentence(name, half, form, "group", text, marks)


def _score(written: str, *told: tuple[str, int, int], label: str = "pii.mobile", match: Match = Match.EXACT) -> Score:
    return Outcome(_sentence(written), tuple(Mark(*each) for each in told)).score(label, match)


@pytest.mark.parametrize(
    ("written", "told", "exact", "overlap"),
    [
        pytest.param("打⟦164¦mobile⟧", [(1, 4)], Score(1, 1, 1, 1), Score(1, 1, 1, 1), id="as-marked"),
        pytest.param("打⟦(164)¦mobile⟧", [(2, 5)], Score(1, 1, 1, 1), Score(1, 1, 1, 1), id="but-for-brackets"),
        pytest.param("打⟦164¦mobile⟧", [(1, 3)], Score(1, 0, 1, 0), Score(1, 1, 1, 1), id="one-digit-less"),
        pytest.param("打⟦164¦mobile⟧吧", [(0, 1)], Score(1, 0, 1, 0), Score(1, 0, 1, 0), id="beside-it"),
        pytest.param("打⟦164¦mobile⟧", [], Score(1, 0, 0, 0), Score(1, 0, 0, 0), id="missed"),
        pytest.param("晴天", [(0, 1)], Score(0, 0, 1, 0), Score(0, 0, 1, 0), id="false-alarm"),
        pytest.param("⟦16¦mobile⟧⟦49¦mobile⟧", [(0, 4)], Score(2, 0, 1, 0), Score(2, 2, 1, 1), id="two-in-one"),
        pytest.param("⟦1649¦mobile⟧", [(0, 2), (2, 4)], Score(1, 0, 2, 0), Score(1, 1, 2, 2), id="one-in-two"),
    ],
)
def test_places_are_matched_exactly_or_by_overlap(
    written: str, told: list[tuple[int, int]], exact: Score, overlap: Score
) -> None:
    marks = [("pii.mobile", *each) for each in told]
    assert _score(written, *marks) == exact
    assert _score(written, *marks, match=Match.OVERLAP) == overlap


def test_a_keycap_belongs_to_its_digit() -> None:
    assert _score("⟦1\ufe0f\u20e36\ufe0f\u20e3¦mobile⟧", ("pii.mobile", 0, 4)) == Score(1, 1, 1, 1)


def test_labels_are_counted_apart() -> None:
    assert _score("⟦164¦mobile⟧", ("pii.qq", 0, 3)) == Score(1, 0, 0, 0)
    assert _score("⟦164¦mobile⟧", ("pii.qq", 0, 3), label="pii.qq") == Score(0, 0, 1, 0)


def test_a_name_inside_a_statement_of_health_is_part_of_it() -> None:
    written = "⟦王某确诊¦health⟧，李某没有"
    assert _score(written, ("pii.name", 0, 2), label="pii.name") == Score()
    assert _score(written, ("pii.name", 5, 7), label="pii.name") == Score(0, 0, 1, 0)
    assert _score("⟦⟦王某¦name⟧确诊¦health⟧", ("pii.name", 0, 2), label="pii.name") == Score(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("finding", "marks"),
    [
        pytest.param(Finding("pii.qq", 0.5, "d", (EvidenceSpan(0, 2, ""),)), (Mark("pii.qq", 0, 2),), id="likely"),
        pytest.param(Finding("pii.qq", 0.49, "d", (EvidenceSpan(0, 2, ""),)), (), id="unlikely"),
        pytest.param(Finding("doxxing", 0.9, "d"), (Mark("doxxing", 0, 3),), id="the-whole-text"),
        pytest.param(
            Finding("pii.landline", 0.9, "d", (EvidenceSpan(0, 2, ""),), {"whose": "public"}), (), id="for-all-to-know"
        ),
        pytest.param(
            Finding("pii.landline", 0.9, "d", (EvidenceSpan(0, 2, ""),), {"whose": "self"}),
            (Mark("pii.landline", 0, 2),),
            id="their-own",
        ),
    ],
)
def test_what_counts_as_told(finding: Finding, marks: tuple[Mark, ...]) -> None:
    assert told_marks("abc", [finding]) == marks


def test_figures_of_counts() -> None:
    score = Score(marked=10, found=8, told=16, right=8)
    assert (score.recall, score.precision, round(score.f1, 4)) == (0.8, 0.5, 0.6154)
    precision, recall, f1 = score.intervals
    assert precision == wilson(8, 16)
    assert recall == wilson(8, 10)
    low, high = wilson(8, 18)
    assert f1 == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert low < 8 / 18 < high
    assert f1[0] < score.f1 < f1[1]


@pytest.mark.parametrize("score", [Score(1, 1, 9, 8), Score(9, 8, 1, 1), Score(5, 5, 5, 5), Score(5, 0, 2, 0)])
def test_intervals_hold_their_figures_also_where_one_place_meets_many(score: Score) -> None:
    for figure, (low, high) in zip((score.precision, score.recall, score.f1), score.intervals, strict=True):
        assert low <= figure + 1e-12
        assert figure <= high + 1e-12


@pytest.mark.parametrize(
    ("part", "whole", "interval"),
    [
        pytest.param(0, 0, (0.0, 1.0), id="nothing-known"),
        pytest.param(10, 10, (0.7225, 1.0), id="all-of-few"),
        pytest.param(5, 10, (0.2366, 0.7634), id="half"),
        pytest.param(0, 1000, (0.0, 0.0038), id="none-of-many"),
    ],
)
def test_wilsons_interval(part: int, whole: int, interval: tuple[float, float]) -> None:
    assert wilson(part, whole) == pytest.approx(interval, abs=1e-4)


_SAID = {
    "打164": [Finding("pii.mobile", 0.9, "d", (EvidenceSpan(1, 4, ""),))],
    "订单165": [Finding("pii.mobile", 0.9, "d", (EvidenceSpan(2, 5, ""),))],
    "他发烧": [Finding("pii.health", 0.9, "d", (EvidenceSpan(0, 1, ""),))],
    "叫王某": [Finding("pii.name", 0.9, "d", (EvidenceSpan(1, 3, ""),))],
}


def _read(texts: Sequence[str]) -> list[list[Finding]]:
    return [_SAID.get(text, []) for text in texts]


def _figures() -> PiiFigures:
    sentences = [
        _sentence("打⟦164¦mobile⟧"),
        _sentence("订单165", name="kept-alarm"),
        _sentence("⟦他发烧¦health⟧"),
        _sentence("打⟦166¦mobile⟧", half=Half.TUNED, form=Form.DISGUISED, name="tuned-miss"),
    ]
    moves: list[int] = []
    figures = measure_pii(sentences, _read, ordinary=["晴"] * 97 + ["订单165", "叫王某", "他发烧"], told=moves.append)
    assert moves == [4, 64, 36]
    return figures


def test_each_text_is_read_once_and_counted_where_it_belongs() -> None:
    figures = _figures()
    assert figures.score("pii.mobile", Half.KEPT, Form.PLAIN, Match.EXACT) == Score(1, 1, 2, 1)
    assert figures.score("pii.mobile", Half.TUNED, Form.DISGUISED, Match.EXACT) == Score(1, 0, 0, 0)
    assert figures.score("pii.mobile", Half.TUNED, Form.PLAIN, Match.EXACT) == Score()
    assert figures.ordinary is not None
    assert (figures.ordinary.posts, figures.ordinary.told, figures.ordinary.alarmed) == (100, 1, 1)
    assert figures.ordinary.per_thousand == 10.0
    assert [(each.text, each.label) for each in figures.unjudged] == [("订单165", "pii.mobile")]
    assert {label for label, count in figures.ordinary.by_label.items() if count} == {
        "pii.mobile",
        "pii.name",
        "pii.health",
    }


def test_what_was_judged_right_is_no_false_alarm() -> None:
    ordinary = measure_pii([], _read, ordinary=["订单165"], right=frozenset({key("订单165", "pii.mobile")})).ordinary
    assert ordinary is not None
    assert (ordinary.told, ordinary.alarmed, ordinary.by_label["pii.mobile"]) == (1, 0, 1)


def test_goals_are_asked_of_the_kept_half_and_of_ordinary_posts() -> None:
    assert _figures().missed_goals() == ["pii.mobile precision", "false alarms per 1,000 ordinary posts"]
    assert PiiFigures(()).missed_goals() == []


def test_only_sentences_of_the_tuned_half_are_told() -> None:
    figures = _figures()
    assert plain(figures, [])["wrong_tuned"] == {"tuned-miss": ["pii.mobile"]}
    out = io.StringIO()
    show(figures, [], Console(file=out, width=160), missed=True)
    said = out.getvalue()
    assert "tuned-miss\n  打166\n  marked: pii.mobile 166\n  told:   nothing\n" in said
    assert "kept-alarm" not in said
    assert "1 are told to hold a number-like kind; false alarms: 1, 10.00 per 1,000 [1.77, 54.49]" in said
    assert "Goals missed: pii.mobile precision, false alarms" in said
