"""Sentences of ours, each judged by a combiner that has not seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from riskguard.detectors.combiner import GROUPS, Basis, Group
from riskguard.detectors.combiner.combiner import weights_name
from riskguard.detectors.combiner.sign import sign_names
from riskguard.detectors.panel import Panel
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, Verdict
from riskguard.text.view import fold_all
from riskguard.training.combiner import Learnt, Tables
from riskguard.training.crosswise import Judged, Share, crosswise, shares
from riskguard.training.truths import OWN, Lesson
from riskguard.training.wording import Wordbook
from tests.unit.training.taught import Terms, Witness, words_meant_and_not

_SURE = 0.7311


def _sure(group: Group, basis: Basis) -> Learnt:
    """Believes every finding alike."""
    weights = {**dict.fromkeys(sign_names(group, basis), 0.0), "bias": 1.0}
    return Learnt(weights_name(group, basis), weights, None, 0, 0, *[0.0] * 6)


@dataclass
class Court:
    """Tells the score of `fraud`, and keeps the versions of the combiners and the texts that it was given."""

    combiners: list[str] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)

    def __call__(self, panel: Panel, posts: Sequence[Post]) -> list[Verdict]:
        readings = panel.read(posts, fold_all([post.text for post in posts]))
        self.asked.append([post.text for post in posts])
        self.combiners.append(readings[0].models["combiner"])
        weighed = [next(f.score for f in reading.findings if f.label == "fraud") for reading in readings]
        return [Verdict(post.id, Action.ALLOW, {"weighed": score}) for post, score in zip(posts, weighed, strict=True)]


def test_each_sentence_of_ours_is_judged_once_by_a_combiner_that_knows_nothing_of_it_and_its_neighbours() -> None:
    lessons, court, panel = words_meant_and_not() * 2, Court(), Panel([Terms(), Witness()])
    known = []

    def fit(tables: Tables) -> list[Learnt]:
        known.append({int(text) for table in tables.values() for text in table.text})
        return [_sure(group, basis) for group in GROUPS for basis in Basis]

    folds = list(crosswise(panel, lessons, Wordbook.of(lessons), court, fit=fit, folds=2))
    assert court.combiners == ["crosswise"] * 2
    ours = [at for at, each in enumerate(lessons) if each.source == OWN]
    held = [set(ours[start : start + 10]) for start in range(0, len(ours), 10)]
    for number in range(2):
        own = set().union(*held[number::2])
        assert known[number] == set(range(len(lessons))) - own
        assert court.asked[number] == [lessons[at].text for at in sorted(own)]
    assert [[each.lesson.text for each in fold] for fold in folds] == court.asked
    assert {each.verdict.labels["weighed"] for fold in folds for each in fold} == {_SURE}


@pytest.mark.parametrize(
    ("verdict", "touched"),
    [
        pytest.param(Verdict("1", Action.ALLOW), False, id="nothing"),
        pytest.param(Verdict("1", Action.MASK), True, id="an-action"),
        pytest.param(Verdict("1", Action.ALLOW, alerts=("care",)), True, id="an-alert"),
    ],
)
def test_touched_is_who_meets_an_action_or_an_alert(verdict: Verdict, touched: bool) -> None:
    assert Judged(Lesson(OWN, "a", frozenset()), verdict).touched is touched


def test_shares_are_counted_by_what_is_broken_and_by_file_the_innocent_first() -> None:
    met, spared = Verdict("1", Action.LIMIT), Verdict("1", Action.ALLOW)
    judged = [
        Judged(Lesson(OWN, "a", frozenset({"ad"}), "b.yaml"), met),
        Judged(Lesson(OWN, "b", frozenset({"ad"}), "b.yaml"), spared),
        Judged(Lesson(OWN, "c", frozenset(), "b.yaml"), spared),
        Judged(Lesson(OWN, "d", frozenset(), "a.yaml"), met),
    ]
    assert shares(judged) == [
        Share("", "a.yaml", 1, 1),
        Share("", "b.yaml", 0, 1),
        Share("ad", "b.yaml", 1, 2),
    ]


def test_a_line_tells_the_sentence_and_its_highest_labels_but_no_feelings() -> None:
    labels = {"emotion.happy": 0.9, "fraud": 0.4, "ad": 0.7}
    lesson = Lesson(OWN, "加个微信", frozenset(), "trade.yaml")
    assert (
        Judged(lesson, Verdict("1", Action.ALLOW, labels)).line == "trade.yaml\tinnocent\t加个微信\tad 0.70 fraud 0.40"
    )
