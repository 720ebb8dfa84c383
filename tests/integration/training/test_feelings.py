"""Emotions are fitted on together by dev; who is measured on a text has columns that have not seen it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from riskguard.domain.opinion import EMOTIONS
from riskguard.evaluation.examples import Library
from riskguard.evaluation.held import HELD, folds_of, held_names, taught_name
from riskguard.evaluation.labelled import Split
from riskguard.settings import Settings
from riskguard.text.restoring import Restorer, load_restorer
from riskguard.training.encoder.feelings import with_feelings
from riskguard.training.encoder.layer import columns_of
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import features
from tests.integration.training.heard import SPELLER, fresh
from tests.unit.evaluation.small import small_dev

FELT = [f"emotion.{name}" for name in EMOTIONS]

Fit = Callable[[RiskEncoderForPosts], RiskEncoderForPosts]


@pytest.fixture
def dev(tmp_path: Path) -> Library:
    return Library(small_dev(tmp_path), Split.DEV)


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return load_restorer(Settings.load().model_dir / "restorer")[0]


@pytest.fixture
def fitted(restorer: Restorer, dev: Library) -> Fit:
    return lambda model: with_feelings(model, SPELLER, restorer, dev)


def test_emotions_alone_move_and_what_they_were_taught_stays_beside_them(fitted: Fit) -> None:
    before, after = columns_of(fresh()), columns_of(fitted(fresh()))
    assert list(after)[: len(HEADS)] == list(HEADS)
    for head in HEADS:
        assert torch.equal(after[head][0], before[head][0]) == (head not in FELT), head
    for head in FELT:
        assert torch.equal(after[taught_name(head)][0], before[head][0]), head


def test_fitting_again_begins_with_what_was_taught(fitted: Fit) -> None:
    once = fitted(fresh())
    first, again = columns_of(once), columns_of(fitted(once))
    assert list(again) == list(first)
    assert all(torch.allclose(again[name][0], first[name][0], atol=1e-4) for name in first)


def test_they_tell_better_what_dev_shows(fitted: Fit, restorer: Restorer, dev: Library) -> None:
    asked = dev.get("emotion_smp_usual")
    own = [HEADS.index(head) for head in FELT]
    truth = torch.tensor([EMOTIONS.index(row.label) for row in asked.rows])
    losses = []
    for model in (fresh(), fitted(fresh())):
        margins = model.heads(features(model, SPELLER, restorer.read(asked.texts)))[:, own].detach()
        losses.append(float(torch.nn.functional.cross_entropy(margins, truth)))
    assert losses[1] < losses[0] - 0.1


def test_the_columns_of_a_fold_do_not_know_its_texts(fitted: Fit, dev: Library) -> None:
    before = columns_of(fitted(fresh()))
    asked = dev.get("emotion_smp_usual")
    other = {"sad": "happy", "happy": "sad"}
    own = int(folds_of(asked.texts[:1])[0])
    for source in ("emotion_smp_usual", "emotion_smp_epidemic"):  # the same texts in this small dev
        rows = dev.get(source).rows
        dev.put(source, [replace(rows[0], label=other[rows[0].label]), *rows[1:]])
    after = columns_of(fitted(fresh()))
    for head in ("emotion.sad", "emotion.happy"):
        names = held_names(head)
        moved = [not torch.allclose(after[name][0], before[name][0], atol=1e-6) for name in names]
        assert moved == [fold != own for fold in range(HELD)], head
