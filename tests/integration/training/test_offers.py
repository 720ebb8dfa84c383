"""Heads of offers fitted on: told apart from what they have not seen, and never away from what a course taught."""

from __future__ import annotations

from dataclasses import replace

import torch

from riskguard.evaluation.held import HELD, folds_of, held_names, taught_name, unseen
from riskguard.training.encoder.layer import columns_of
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.offers import OFFERS, with_offers
from riskguard.training.truths import OWN, Lesson
from tests.integration.training.heard import LESSONS, fresh, heard


def _fitted(lessons: list[Lesson] = LESSONS) -> RiskEncoderForPosts:
    return with_offers(fresh(), heard(fresh(), lessons))


def test_offers_are_moved_and_what_they_were_stands_beside_them() -> None:
    before, after = columns_of(fresh()), columns_of(_fitted())
    assert tuple(after)[: len(HEADS)] == HEADS
    assert set(after) - set(HEADS) == {name for head in OFFERS for name in (*held_names(head), taught_name(head))}
    for head in HEADS:
        assert torch.equal(after[head][0], before[head][0]) is (head not in OFFERS)
    assert all(torch.equal(after[taught_name(head)][0], before[head][0]) for head in OFFERS)


def test_a_head_tells_its_offers_from_what_is_innocent() -> None:
    known = heard(fresh())
    weight, bias = columns_of(with_offers(fresh(), known))["fraud"]
    margins = known.seen @ weight + bias
    fraud = torch.tensor(["fraud" in lesson.broken for lesson in LESSONS])
    assert margins[fraud].mean() > margins[~fraud].mean() + 1


def test_fitting_again_begins_where_the_course_ended() -> None:
    once = _fitted()
    again = columns_of(with_offers(once, heard(once)))
    assert all(torch.allclose(again[name][0], column[0]) for name, column in columns_of(once).items())


def test_the_columns_of_a_fold_do_not_know_its_texts() -> None:
    changed = [replace(LESSONS[0], broken=frozenset()), *LESSONS[1:]]
    before, after = columns_of(_fitted()), columns_of(_fitted(changed))
    own = int(folds_of([LESSONS[0].text])[0])
    moved = [not torch.allclose(before[name][0], after[name][0], atol=1e-6) for name in held_names("fraud")]
    assert moved == [fold != own for fold in range(HELD)]


def test_a_text_that_breaks_a_rule_like_that_of_the_head_says_nothing_about_it() -> None:
    lured = [*LESSONS, *(Lesson(OWN, f"加我就带你发财{number}", frozenset({"ad"})) for number in range(9))]
    before, after = columns_of(_fitted()), columns_of(_fitted(lured))
    assert torch.allclose(after["fraud"][0], before["fraud"][0], atol=1e-5)
    assert not torch.allclose(after["sexual"][0], before["sexual"][0], atol=1e-5)


def test_what_has_no_head_of_its_own_is_told_by_that_of_unlawful_trade() -> None:
    armed = [Lesson(OWN, f"弹弓之外还有硬货，懂的来{number}", frozenset({"weapons"})) for number in range(9)]
    known = heard(fresh(), [*LESSONS, *armed])
    columns = columns_of(with_offers(fresh(), known))
    margins = {head: known.seen @ columns[head][0] + columns[head][1] for head in ("illegal_trade", "gambling")}
    assert margins["illegal_trade"][-9:].mean() > 0 > margins["gambling"][-9:].mean()


def test_what_was_taught_is_no_head_that_is_asked() -> None:
    model, lessons = _fitted(), [lesson.text for lesson in LESSONS]
    told = columns_of(model)
    known = heard(fresh())
    margins = torch.stack([known.seen @ weight + bias for weight, bias in told.values()], 1).numpy()
    assert unseen(margins, tuple(told), lessons).shape == (len(LESSONS), len(HEADS))
