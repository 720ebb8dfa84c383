"""Columns that say what a text intends: beside the heads, and told apart from what they have not seen."""

from __future__ import annotations

from dataclasses import replace

import torch

from riskguard.domain.finding import INTENTS
from riskguard.evaluation.held import HELD, folds_of, held_names
from riskguard.training.encoder.intents import with_intents
from riskguard.training.encoder.layer import columns_of, with_columns
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.truths import Lesson
from tests.integration.training.heard import LESSONS, fresh, heard


def _fitted(lessons: list[Lesson] = LESSONS) -> RiskEncoderForPosts:
    return with_intents(fresh(), heard(fresh(), lessons))


def test_intents_stand_after_the_heads_which_stay() -> None:
    before, after = columns_of(fresh()), columns_of(_fitted())
    assert tuple(after) == (*HEADS, *INTENTS, *(name for intent in INTENTS for name in held_names(intent)))
    assert all(torch.equal(after[head][0], before[head][0]) for head in HEADS)
    assert all(after[intent][0].abs().max() > 1e-4 for intent in INTENTS)


def test_fitting_again_gives_the_same_columns() -> None:
    once = _fitted()
    again = columns_of(with_intents(once, heard(once)))
    assert tuple(again) == tuple(columns_of(once))
    assert all(torch.allclose(again[name][0], column[0]) for name, column in columns_of(once).items())


def test_other_columns_keep_their_place_behind_the_intents() -> None:
    known = columns_of(fresh())
    wider = with_columns(fresh(), {**known, "abuse/without0": known["abuse"]})
    assert tuple(columns_of(with_intents(wider, heard(wider))))[len(HEADS) :][: len(INTENTS) + 1] == (
        *INTENTS,
        "abuse/without0",
    )


def test_the_columns_of_a_fold_do_not_know_its_texts() -> None:
    changed = [replace(LESSONS[0], broken=frozenset()), *LESSONS[1:]]
    before, after = columns_of(_fitted()), columns_of(_fitted(changed))
    own = int(folds_of([LESSONS[0].text])[0])
    moved = [not torch.allclose(before[name][0], after[name][0], atol=1e-6) for name in held_names(INTENTS[-1])]
    assert moved == [fold != own for fold in range(HELD)]
