from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from riskguard.evaluation.examples import POSTS, Library
from riskguard.evaluation.held import HELD, folds_of, held_names
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.tasks import COLD_SET
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import REFITTED, refitted
from tests.integration.training.small import small_model, small_speller
from tests.unit.evaluation.small import small_dev

SPELLER = small_speller()
COLUMN = HEADS.index(REFITTED)


@pytest.fixture
def dev(tmp_path: Path) -> Library:
    found = Library(small_dev(tmp_path), Split.DEV)
    found.put(POSTS, [])
    return found


def _heads(model: RiskEncoderForPosts) -> torch.Tensor:
    return torch.cat([model.heads.weight, model.heads.bias[:, None]], dim=1).detach()


def test_one_head_moves_and_five_more_stand_after_all(dev: Library) -> None:
    model = small_model(SPELLER, heads=HEADS)
    before, after = _heads(model), _heads(refitted(model, SPELLER, dev))
    others = [place for place in range(len(HEADS)) if place != COLUMN]
    assert torch.equal(after[others], before[others])
    assert not torch.allclose(after[COLUMN], before[COLUMN], atol=1e-4)
    assert refitted(model, SPELLER, dev).config.heads == (*HEADS, *held_names(REFITTED))


def test_the_head_of_a_fold_does_not_know_its_texts(dev: Library) -> None:
    model = small_model(SPELLER, heads=HEADS)
    before = _heads(refitted(model, SPELLER, dev))
    rows = dev.get(COLD_SET).rows
    dev.put(COLD_SET, [replace(rows[0], label="0" if rows[0].label == "1" else "1"), *rows[1:]])
    after = _heads(refitted(model, SPELLER, dev))
    own = int(folds_of(dev.get(COLD_SET).texts[:1])[0])
    moved = [
        not torch.allclose(after[place], before[place], atol=1e-5) for place in range(len(HEADS), len(HEADS) + HELD)
    ]
    assert moved == [fold != own for fold in range(HELD)]
