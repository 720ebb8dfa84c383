"""What the suite holds, and what makes a file of sentences unusable."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.evaluation.pii.figures import LABELS
from riskguard.evaluation.pii.generated import generated
from riskguard.evaluation.pii.sentence import DOXXING, Form, Half, Mark, Sentence
from riskguard.evaluation.pii.suite import digest, suite, written
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.settings import Settings
from tests.unit.evaluation.pii import checks

_ASSETS = Path(__file__).parents[3] / "assets" / "pii"


@pytest.fixture(scope="module")
def ours() -> list[Sentence]:
    return suite(_ASSETS)


def test_ours_is_large_and_has_more_to_leave_alone_than_to_find(ours: list[Sentence]) -> None:
    assert len(ours) >= 3000
    for half in Half:
        marked = sum(bool(each.marks) for each in ours if each.half is half)
        assert 1500 <= marked <= sum(not each.marks for each in ours if each.half is half)
    assert sum("written" in each.id for each in ours) >= 250


def test_every_personal_label_of_the_taxonomy_stands_in_both_halves(ours: list[Sentence]) -> None:
    taxonomy = load_taxonomy(Settings.load().policy_dir / "taxonomy.yaml")
    personal = {label for label in taxonomy.labels if label.startswith("pii.")} | {DOXXING}
    assert personal == set(LABELS)
    for half in Half:
        assert {mark.label for each in ours if each.half is half for mark in each.marks} == personal


def test_marks_hold_something_and_never_lie_outside(ours: list[Sentence]) -> None:
    assert [each.id for each in ours for mark in each.marks if not 0 <= mark.start < mark.end <= len(each.text)] == []


def test_numbers_written_by_hand_are_right_by_their_checks(ours: list[Sentence]) -> None:
    known = {"pii.id_card": checks.identity, "pii.bank_card": checks.card, "pii.org_code": checks.organisation}
    wrong = [
        number
        for sentence in ours
        if "-written-plain-" in sentence.id
        for label, start, end in sentence.marks
        if label in known and not known[label](number := sentence.text[start:end])
    ]
    assert wrong == []


def test_halves_share_no_carrier() -> None:
    """Their sentences differ in more than the numbers: without digits and names of accounts none stands in both."""
    tuned, kept = ({_words(each) for each in generated(half) if each.marks} for half in Half)
    assert not tuned & kept


def _words(sentence: Sentence) -> str:
    cut = sentence.text
    for mark in sorted(sentence.marks, key=lambda mark: -mark.start):
        if mark.label not in {DOXXING, "pii.health", "pii.trajectory"}:
            cut = cut[: mark.start] + cut[mark.end :]
    return cut


def test_it_is_the_same_every_time() -> None:
    assert digest(generated(Half.TUNED)) == digest(generated(Half.TUNED)) != digest(generated(Half.KEPT))


def _file(folder: Path, positives: str, negatives: str = "{food: [菠菜]}") -> Path:
    file = folder / "one.yaml"
    file.write_text(f"half: tuned\npositives: {positives}\nnegatives: {negatives}\n", encoding="utf-8")
    return file


def test_a_file_becomes_sentences(tmp_path: Path) -> None:
    file = _file(tmp_path, "{disguised: ['打⟦一六四¦mobile⟧']}")
    assert list(written(file)) == [
        Sentence(
            "tuned-written-disguised-1",
            Half.TUNED,
            Form.DISGUISED,
            "pii.mobile",
            "打一六四",
            (Mark("pii.mobile", 1, 4),),
        ),
        Sentence("tuned-written-food-1", Half.TUNED, Form.PLAIN, "food", "菠菜", ()),
    ]


@pytest.mark.parametrize(
    ("positives", "negatives", "said"),
    [
        pytest.param("{plain: [晴天]}", "{}", "nothing is marked", id="nothing-to-find"),
        pytest.param("{plain: []}", "{food: ['⟦164¦mobile⟧']}", "must stay silent", id="something-to-find"),
        pytest.param("{plain: ['⟦164']}", "{}", "tuned-written-plain-1: a mark does not close", id="open-mark"),
        pytest.param("{sung: []}", "{}", "not a list of sentences", id="no-such-form"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, positives: str, negatives: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(written(_file(tmp_path, positives, negatives)))


def test_a_sentence_that_stands_twice_is_refused(tmp_path: Path) -> None:
    _file(tmp_path, "{plain: []}", "{food: [菠菜], vegetables: [菠菜]}")
    with pytest.raises(InvalidInput, match="says the same"):
        suite(tmp_path)


def test_without_files_there_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no suite"):
        suite(tmp_path)
