"""Going on from a trained encoder: its vocabulary, weights and story are laid out for a further course."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from riskguard.detectors.encoder.model import SERVING
from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.errors import ModelInvalid, NotReady
from riskguard.evaluation.held import held_names, taught_name
from riskguard.training.encoder.export import save_encoder
from riskguard.training.encoder.lessons import HEADS, TAGS
from riskguard.training.encoder.make import EARLIER, TAUGHT, Places, calibrate_encoder, take_up, teach_encoder
from riskguard.training.encoder.model import RiskEncoderForPosts
from riskguard.training.encoder.preparation import Size, shape, size_of
from riskguard.training.encoder.pretrain import CHECKPOINT, LOG
from riskguard.training.encoder.refit import REFITTED
from riskguard.training.encoder.teach import Course
from tests.integration.training.small import data_folder, prepared, small_shape, small_speller


def test_a_teacher_that_was_not_taught_is_named(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"")
    with pytest.raises(NotReady, match=r"no taught\.pt in .*large"):
        teach_encoder(tmp_path, tmp_path, Course(1), processes=1, told=lambda *_: None, teacher=tmp_path / "large")


def test_weights_tell_the_size_of_their_encoder() -> None:
    speller = small_speller()
    size = Size(2, 64, 96)
    model = RiskEncoderForPosts(shape(speller, size=size, heads=HEADS, tags=TAGS))
    assert size_of(model.state_dict()) == size


def test_only_an_encoder_is_calibrated_anew(tmp_path: Path) -> None:
    trained = tmp_path / "model"
    trained.mkdir()
    (trained / SERVING).write_text("{}", encoding="utf-8")
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path / "linear", tmp_path / "restorer", tmp_path / "out")
    with pytest.raises(ModelInvalid, match="tells of no encoder"):
        calibrate_encoder(trained, places, told=lambda _: None)


def test_a_course_goes_on_from_a_trained_encoder_without_what_dev_fitted(tmp_path: Path) -> None:
    trained, work = tmp_path / "model", tmp_path / "work"
    speller = prepared(tmp_path / "first", data_folder(tmp_path / "data"))
    words = len(speller.vocabulary.words) + 1
    held = (*HEADS, held_names(REFITTED)[0], taught_name("fraud"))
    save_encoder(RiskEncoderForPosts(small_shape(speller, words=words, heads=held, tags=TAGS)), speller, trained)
    story = {"tokens": 9000, "steps": 90, "seconds": 60, "curve": [[9000, 3.0, 0.1, 2.0]]}
    earlier = {"courses": [{"steps": 7}], "teacher": {"layers": 10}, "intents": {"texts": 9, "folds": 3}}
    (trained / SERVING).write_text(json.dumps({"pretraining": story, **earlier}), encoding="utf-8")
    take_up(trained, work)
    assert Speller.load(work).vocabulary == speller.vocabulary
    assert json.loads((work / LOG).read_text(encoding="utf-8")) == story
    assert json.loads((work / EARLIER).read_text(encoding="utf-8")) == earlier
    model = RiskEncoderForPosts(small_shape(speller, words=words, heads=HEADS, tags=TAGS))
    model.load_state_dict(torch.load(work / TAUGHT, weights_only=True))
    before = RiskEncoderForPosts.from_pretrained(trained, dtype=torch.float32)
    fitted = HEADS.index(REFITTED)
    fraud = HEADS.index("fraud")
    own = [place for place in range(len(HEADS)) if place not in (fitted, fraud)]
    assert torch.equal(model.heads.weight[fraud], before.heads.weight[held.index(taught_name("fraud"))])
    assert torch.equal(model.heads.weight[own], before.heads.weight[own])
    assert torch.equal(model.heads.bias[own], before.heads.bias[own])
    assert not model.heads.weight[fitted].any()
    assert not model.heads.bias[fitted].any()
    assert torch.equal(model.encoder.spelling.char.weight, before.encoder.spelling.char.weight)
