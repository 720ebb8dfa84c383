"""What sentences of our own teach, and that halves which are kept apart are not among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.evaluation import plain, sensitive_suites
from riskguard.training.truths import HARM, OWN, TRADE, Lesson, lessons

CASES = Path(__file__).parents[2] / "assets"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    """Without data of others: our sentences alone, and our posts of dev."""
    data = tmp_path_factory.mktemp("data")
    (data / "labelled" / "dev").mkdir(parents=True)
    return [each for each in lessons(data, CASES) if each.source == OWN]


def test_each_sentence_is_there_once_and_breaks_a_known_rule_or_none(own: list[Lesson]) -> None:
    written = own[: -_of_suites()]
    assert len(written) > 34_000
    assert len({each.text for each in written}) == len(written)
    assert all(each.broken <= TRADE | HARM for each in written)
    innocent = sum(not each.broken for each in written)
    assert innocent > len(written) / 2


def test_no_kept_sentence_is_learnt_from(own: list[Lesson]) -> None:
    kept = {each.text for each in plain.violations(CASES / "plain") if each.half is not plain.Half.TUNE}
    kept |= {each.text for each in plain.innocents(CASES / "plain") if each.half is not plain.Half.TUNE}
    suites, half = CASES / "sensitive", sensitive_suites.Half
    kept |= {
        text
        for pair in sensitive_suites.pairs(suites)
        if half.of(pair.id) is half.HELD
        for text in (pair.plain, pair.disguised)
    }
    kept |= {trap.text for trap in sensitive_suites.traps(suites) if half.of(trap.id) is half.HELD}
    assert kept.isdisjoint(each.text for each in own)


@pytest.mark.parametrize(
    ("lesson", "right", "weight"),
    [
        pytest.param(Lesson(OWN, "a", frozenset()), False, 6.0, id="innocent"),
        pytest.param(Lesson(OWN, "a", frozenset({"ad"})), True, 4.0, id="right"),
        pytest.param(Lesson(OWN, "a", frozenset({"ad"})), False, 1.2, id="another-rule"),
        pytest.param(Lesson("normal_weibo", "a", frozenset()), False, 3.0, id="ordinary"),
        pytest.param(Lesson("toxic_cold_human", "a", frozenset()), False, 1.0, id="comment"),
    ],
)
def test_a_word_about_an_innocent_text_weighs_most(lesson: Lesson, right: bool, weight: float) -> None:
    assert lesson.weight(right=right) == pytest.approx(weight)


def _of_suites() -> int:
    """How many sentences of the suites' tune halves are learnt from, after the written ones."""
    half, suites = sensitive_suites.Half, CASES / "sensitive"
    sentences = [*plain.violations(CASES / "plain"), *plain.innocents(CASES / "plain")]
    return (
        sum(each.half is plain.Half.TUNE for each in sentences)
        + 2 * sum(half.of(each.id) is half.TUNE for each in sensitive_suites.pairs(suites))
        + sum(half.of(each.id) is half.TUNE for each in sensitive_suites.traps(suites))
    )
