"""Columns beside the heads that say what a text intends: to offer or advertise, to attack somebody, to break any rule.

Heads learn what is spoken of; warnings, reports and quotations speak of the same. What tells them apart the whole
encoder learns (`holding`), from sentences that hold the same words in good and in bad intent. Whoever learns from the
same sentences is told what encoders said that had not seen them: see `riskguard.evaluation.held`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.finding import INTENTS
from riskguard.evaluation.calibration import platt
from riskguard.evaluation.held import Crosswise
from riskguard.evaluation.metrics import Floats
from riskguard.text.restoring import Restorer
from riskguard.text.view import fold_all
from riskguard.training.encoder.holding import Intended, Plan, course
from riskguard.training.encoder.layer import columns_of, with_columns
from riskguard.training.encoder.lessons import HEADS
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.recall import recalled
from riskguard.training.encoder.refit import features
from riskguard.training.encoder.together import together
from riskguard.training.truths import NEIGHBOURS, OWN, Lesson, meant

FOLDS = 3
WHOLE = Plan(rounds=3.0, share=0.6)
OF_A_FOLD = Plan(rounds=3.0, share=1.0)
"""Of an encoder that is only asked what texts intend that it has not seen: it may forget the rest."""

ToldOfCourse = Callable[[str, int, int], None]
"""Hears the name of a course, its step, and how many there are."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The encoder that has learnt intents, and what others that had not seen a text said of it."""

    model: RiskEncoderForPosts
    crosswise: Crosswise


def with_intents(
    begun: Path,
    restorer: Restorer,
    lessons: Sequence[Lesson],
    *,
    data: Path,
    work: Path,
    processes: int,
    told: ToldOfCourse,
    whole: Plan,
    part: Plan,
) -> Learnt:
    """The encoder in the folder `begun` after FOLDS courses without a part of the lessons, and one with all.

    Each course leaves its weights in `work`, and one with the same texts whose weights are there is not given again.
    INTENTS stand after HEADS, and are calibrated by what the encoders of the folds said; other columns say what they
    said (`recall`).
    """
    folded = [view.folded for view in fold_all([lesson.text for lesson in lessons])]
    intended = Intended(
        restorer.read(folded),
        np.array([[meant(lesson, intent) for intent in INTENTS] for lesson in lessons], np.float32),
        np.array([lesson.weight(right=bool(lesson.broken)) for lesson in lessons], np.float32),
    )
    wider = _prepared(begun, work)
    speller = Speller.load(begun)
    margins = np.empty(intended.truth.shape)
    for name, seen, asked in _parts(len(lessons)):
        model = _after_course(wider, intended.part(seen), part, name, data, work, processes, told)
        margins[asked] = _intents(model, speller, [intended.texts[at] for at in asked])
    learnt = _after_course(wider, intended, whole, "all", data, work, processes, told)
    before = RiskEncoderForPosts.from_pretrained(wider, dtype=torch.float32)
    model = recalled(learnt, before, speller, data, seed=whole.seed)
    weight = intended.weight.astype(np.float64)
    scales = [platt(margins[:, at], intended.truth[:, at] > 0, weight) for at in range(len(INTENTS))]
    slopes, shifts = map(np.array, zip(*scales, strict=True))
    own = [at for at, lesson in enumerate(lessons) if lesson.source == OWN]
    crosswise = Crosswise.of([folded[at] for at in own], margins[own] * slopes + shifts)
    return Learnt(_calibrated(model, scales), crosswise)


def _parts(count: int) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
    """The name of each fold, what is seen in it and what is asked. Neighbours are on one side."""
    fold = np.arange(count) // NEIGHBOURS % FOLDS
    for held in range(FOLDS):
        yield f"without{held}", np.flatnonzero(fold != held), np.flatnonzero(fold == held)


def _prepared(begun: Path, work: Path) -> Path:
    """A folder with the encoder that courses begin from: it has a column for each intent, and none for their folds."""
    model = RiskEncoderForPosts.from_pretrained(begun, dtype=torch.float32)
    known = {name: column for name, column in columns_of(model).items() if not name.startswith(INTENTS)}
    heads = {name: known.pop(name) for name in HEADS}
    nothing = torch.zeros(model.heads.in_features), torch.zeros(())
    folder = work / "begun"
    with_columns(model, {**heads, **dict.fromkeys(INTENTS, nothing), **known}).save_pretrained(folder)
    Speller.load(begun).vocabulary.save(folder)
    return folder


def _after_course(
    begun: Path, intended: Intended, plan: Plan, name: str, data: Path, work: Path, processes: int, told: ToldOfCourse
) -> RiskEncoderForPosts:
    """The encoder after a course of this name, on these texts by this plan."""
    out = work / f"{name}-{_digest(intended, plan)}.pt"
    if not out.is_file():
        together(course, work, processes, begun, out, intended, data, plan, told=partial(told, name))
    model = RiskEncoderForPosts.from_pretrained(begun, dtype=torch.float32)
    model.load_state_dict(torch.load(out, weights_only=True, map_location="cpu"))
    return model.eval()


def _digest(intended: Intended, plan: Plan) -> str:
    """Tells courses apart, so that weights of other sentences are not taken for those of these."""
    told = "\n".join((*intended.texts, repr(plan))).encode() + intended.truth.tobytes() + intended.weight.tobytes()
    return hashlib.sha256(told).hexdigest()[:12]


def _intents(model: RiskEncoderForPosts, speller: Speller, texts: Sequence[str]) -> Floats:
    """Margins (texts, INTENTS)."""
    own = [model.config.heads.index(intent) for intent in INTENTS]
    with torch.inference_mode():
        margins: Floats = model.heads(features(model, speller, texts))[:, own].double().numpy()
    return margins


def _calibrated(model: RiskEncoderForPosts, scales: Sequence[tuple[float, float]]) -> RiskEncoderForPosts:
    columns = columns_of(model)
    for intent, (slope, shift) in zip(INTENTS, scales, strict=True):
        weight, bias = columns[intent]
        columns[intent] = weight * slope, bias * slope + shift
    return with_columns(model, columns)
