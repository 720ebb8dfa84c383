"""Courses that teach what texts intend: all else is held, and who tells of a text has not seen it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from riskguard.detectors.encoder.model import SERVING
from riskguard.domain.errors import InvalidInput
from riskguard.domain.finding import INTENTS
from riskguard.settings import Settings
from riskguard.text.restoring import load_restorer
from riskguard.training.encoder import holding, recall
from riskguard.training.encoder.holding import Intended, Plan, course
from riskguard.training.encoder.intents import Learnt, with_intents
from riskguard.training.encoder.layer import Column, columns_of, with_columns
from riskguard.training.encoder.lessons import HEADS, TAGS
from riskguard.training.encoder.make import Places, teach_intents
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.refit import features
from riskguard.training.encoder.together import Group
from riskguard.training.truths import Lesson
from tests.integration.training.heard import LESSONS, SPELLER
from tests.integration.training.small import TEXTS, data_folder, small_model
from tests.integration.training.test_teach import written

_PLAN = Plan(rounds=10.0, share=0.7, texts=12, sentences=2, rate=2e-3, head_rate=2e-2)
_COURSES = ("without0", "without1", "without2", "all")
_SHORT = replace(_PLAN, rounds=6.0, share=1.0)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sets of train that hold something, so that there is something to hold on to; of those that are ours and large,
    which would be folded for each course, hardly any."""
    for module in (holding, recall):
        monkeypatch.setattr(module, "invented", lambda **_: [])
    monkeypatch.setattr(recall, "_EACH", 3)
    folder = data_folder(tmp_path / "data")
    written(folder, "toxic_cold", *[dict[str, object](text=text, label="0", topic="race") for text in TEXTS])
    person = {"start": 0, "end": 2, "label": "PER.NAM"}
    written(folder, "ner_weibo", {"text": "今天一起去吃饭吧", "entities": [person]})
    for name in ("ner_cluener", "ner_resume", "address_parts"):
        written(folder, name)
    return folder


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """An encoder with a column more than heads, and one of an intent's folds as encoders had them before."""
    folder = tmp_path / "begun"
    model = small_model(SPELLER, heads=HEADS, tags=TAGS)
    known = columns_of(model)
    with_columns(
        model, {**known, "abuse/without0": known["abuse"], "intent.any/without0": known["ad"]}
    ).save_pretrained(folder)
    SPELLER.vocabulary.save(folder)
    return folder


def _learnt(
    begun: Path,
    data: Path,
    work: Path,
    lessons: Sequence[Lesson] = LESSONS,
    *,
    whole: Plan = _PLAN,
) -> Learnt:
    restorer, _ = load_restorer(Settings.load().model_dir / "restorer")
    work.mkdir(exist_ok=True)
    return with_intents(
        begun,
        restorer,
        lessons,
        data=data,
        work=work,
        processes=1,
        told=lambda *_: None,
        whole=whole,
        part=_SHORT,
    )


def test_intents_are_learnt_and_stand_after_the_heads(begun: Path, data: Path, tmp_path: Path) -> None:
    learnt = _learnt(begun, data, tmp_path / "work")
    assert tuple(learnt.model.config.heads) == (*HEADS, *INTENTS, "abuse/without0")
    seen = features(learnt.model, SPELLER, [lesson.text for lesson in LESSONS])
    weight, bias = columns_of(learnt.model)["intent.any"]
    margins = seen @ weight + bias
    broken = torch.tensor([bool(lesson.broken) for lesson in LESSONS])
    assert margins[broken].min() > margins[~broken].max()
    assert len(learnt.crosswise.keys) == len({lesson.text for lesson in LESSONS})


def test_all_else_is_held(begun: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_columns(small_model(SPELLER, heads=HEADS, tags=TAGS), _with_intents()).save_pretrained(begun)
    before = _said(begun)

    def moved(out: Path) -> float:
        texts = [lesson.text for lesson in LESSONS]
        truth = np.array([[float(bool(lesson.broken))] * len(INTENTS) for lesson in LESSONS], np.float32)
        intended = Intended(texts, truth, np.ones(len(texts), np.float32))
        plan = replace(_PLAN, rounds=15.0, head_rate=2e-3)
        course(Group(0, 1, "cpu"), begun, out, intended, data, plan, lambda *_: None)
        return float((_said(begun, torch.load(out, weights_only=True)) - before).abs().mean())

    held = moved(tmp_path / "held.pt")
    monkeypatch.setattr(holding, "far_from", lambda *_: (torch.zeros(()), torch.zeros(())))
    assert held < moved(tmp_path / "let_go.pt") / 2


def test_who_tells_of_a_text_has_not_seen_it(begun: Path, data: Path, tmp_path: Path) -> None:
    changed = [replace(LESSONS[0], broken=frozenset()), *LESSONS[1:]]
    _learnt(begun, data, tmp_path / "before", whole=_SHORT)
    _learnt(begun, data, tmp_path / "after", changed, whole=_SHORT)
    same = [_weights(tmp_path / "before", name) == _weights(tmp_path / "after", name) for name in _COURSES]
    assert same == [True, False, False, False]


def test_a_course_that_was_given_is_not_given_again(begun: Path, data: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    once = _learnt(begun, data, work)
    kept = {file.name: file.stat().st_mtime_ns for file in work.glob("*.pt")}
    assert {name.partition("-")[0] for name in kept} == set(_COURSES)
    (gone,) = work.glob("without1-*.pt")
    gone.unlink()
    again = _learnt(begun, data, work)
    changed = {file.name for file in work.glob("*.pt") if kept[file.name] != file.stat().st_mtime_ns}
    assert changed == {gone.name}
    assert np.array_equal(once.crosswise.steps, again.crosswise.steps)


def test_an_encoder_that_has_learnt_intents_is_not_taught_them_again(begun: Path, data: Path, tmp_path: Path) -> None:
    told = {"probe": {"texts": []}, "intents": {"texts": 9, "folds": 3}}
    (begun / SERVING).write_text(json.dumps(told), encoding="utf-8")
    places = Places(data, tmp_path, tmp_path, tmp_path, Settings.load().model_dir / "restorer", tmp_path / "out")
    with pytest.raises(InvalidInput, match="has learnt intents already"):
        teach_intents(begun, places, processes=1, seed=7, told=lambda *_: None)


def _weights(work: Path, course: str) -> bytes:
    (file,) = work.glob(f"{course}-*.pt")
    weights = torch.load(file, weights_only=True)
    return b"".join(value.numpy().tobytes() for _, value in sorted(weights.items()))


def _with_intents() -> dict[str, Column]:
    known = columns_of(small_model(SPELLER, heads=HEADS, tags=TAGS))
    return {**known, **dict.fromkeys(INTENTS, known["ad"])}


def _said(folder: Path, weights: Mapping[str, torch.Tensor] | None = None) -> torch.Tensor:
    """Margins of the heads by the encoder in the folder, or by these weights of it."""
    model = RiskEncoderForPosts.from_pretrained(folder).eval()
    if weights:
        model.load_state_dict(dict(weights))
    spelled = SPELLER.spell(TEXTS)
    with torch.inference_mode():
        margins: torch.Tensor = model(*map(torch.from_numpy, (spelled.chars, spelled.sounds, spelled.words))).margins
    return margins[:, : len(HEADS)]
