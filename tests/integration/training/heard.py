"""A few texts as a small encoder reads them, for what is fitted on them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from riskguard.settings import Settings
from riskguard.text.restoring import load_restorer
from riskguard.training.encoder.heard import Heard
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.truths import OWN, Lesson
from tests.integration.training.small import TEXTS, small_model, small_speller

SPELLER = small_speller()
BAD = (frozenset({"fraud"}), frozenset({"abuse"}), frozenset[str]())
LESSONS = [Lesson(OWN, text + "啊" * more, BAD[at % 3]) for more in range(5) for at, text in enumerate(TEXTS)]


def fresh() -> RiskEncoderForPosts:
    """The same small model each time."""
    torch.manual_seed(7)
    return small_model(SPELLER, heads=HEADS)


def heard(model: RiskEncoderForPosts, lessons: Sequence[Lesson] = LESSONS) -> Heard:
    """What it makes of the lessons."""
    restorer, _ = load_restorer(Settings.load().model_dir / "restorer")
    return Heard.by(model, SPELLER, restorer, lessons)
