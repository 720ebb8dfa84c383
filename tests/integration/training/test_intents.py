"""Columns that say what a text intends: beside the heads, and told apart from what they have not seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from riskguard.domain.finding import INTENTS
from riskguard.evaluation.held import HELD, folds_of, held_names
from riskguard.settings import Settings
from riskguard.text.restoring import Restorer, load_restorer
from riskguard.training.encoder.intents import with_intents
from riskguard.training.encoder.layer import columns_of, with_columns
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.truths import OWN, Lesson
from tests.integration.training.small import TEXTS, small_model, small_speller

SPELLER = small_speller()
BAD = (frozenset({"fraud"}), frozenset({"abuse"}), frozenset[str]())
LESSONS = [Lesson(OWN, text + "啊" * more, BAD[at % 3]) for more in range(5) for at, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return load_restorer(Settings.load().model_dir / "restorer")[0]


def _fitted(restorer: Restorer, lessons: list[Lesson] = LESSONS) -> RiskEncoderForPosts:
    torch.manual_seed(7)
    return with_intents(small_model(SPELLER, heads=HEADS), SPELLER, restorer, lessons)


def test_intents_stand_after_the_heads_which_stay(restorer: Restorer) -> None:
    torch.manual_seed(7)
    before, after = columns_of(small_model(SPELLER, heads=HEADS)), columns_of(_fitted(restorer))
    assert tuple(after) == (*HEADS, *INTENTS, *(name for intent in INTENTS for name in held_names(intent)))
    assert all(torch.equal(after[head][0], before[head][0]) for head in HEADS)
    assert all(after[intent][0].abs().max() > 1e-4 for intent in INTENTS)


def test_fitting_again_gives_the_same_columns(restorer: Restorer) -> None:
    once = _fitted(restorer)
    again = columns_of(with_intents(once, SPELLER, restorer, LESSONS))
    assert tuple(again) == tuple(columns_of(once))
    assert all(torch.allclose(again[name][0], column[0]) for name, column in columns_of(once).items())


def test_other_columns_keep_their_place_behind_the_intents(restorer: Restorer) -> None:
    known = columns_of(small_model(SPELLER, heads=HEADS))
    wider = with_columns(small_model(SPELLER, heads=HEADS), {**known, "abuse/without0": known["abuse"]})
    assert tuple(columns_of(with_intents(wider, SPELLER, restorer, LESSONS)))[len(HEADS) :][: len(INTENTS) + 1] == (
        *INTENTS,
        "abuse/without0",
    )


def test_the_columns_of_a_fold_do_not_know_its_texts(restorer: Restorer) -> None:
    changed = [replace(LESSONS[0], broken=frozenset()), *LESSONS[1:]]
    before, after = columns_of(_fitted(restorer)), columns_of(_fitted(restorer, changed))
    own = int(folds_of([LESSONS[0].text])[0])
    moved = [not torch.allclose(before[name][0], after[name][0], atol=1e-6) for name in held_names(INTENTS[-1])]
    assert moved == [fold != own for fold in range(HELD)]
