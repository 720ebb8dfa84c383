from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from riskguard.detectors.encoder.model import SERVING
from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.errors import NotReady
from riskguard.training.disguise import splits
from riskguard.training.encoder.corpus import Corpus, fold_corpus
from riskguard.training.encoder.corruption import IGNORED, Corrupter
from riskguard.training.encoder.export import save_encoder
from riskguard.training.encoder.model import RiskEncoderModel
from riskguard.training.encoder.preparation import prepare
from riskguard.training.encoder.pretrain import CHECKPOINT, LOG, CharLoss, Plan, Progress, pretrain, rate_at
from tests.integration.training.small import TEXTS, data_folder, prepared, small_model, small_shape


def test_without_a_corpus_it_says_where_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no corpus"):
        fold_corpus(tmp_path, tmp_path / "folded.txt")


def test_texts_are_folded_and_an_emoticon_can_be_guessed(tmp_path: Path) -> None:
    speller = prepared(tmp_path / "work", data_folder(tmp_path / "data"))
    corpus = Corpus.load(tmp_path / "work")
    guessed = np.flatnonzero(corpus.moods >= 0)
    assert len(corpus.sizes) == 20 * (len(TEXTS) + 3)
    assert len(guessed) == 20 * 3
    start, size = corpus.starts[guessed[0]], corpus.sizes[guessed[0]]
    expected = speller.numbers("今天天气真好")[0]
    assert np.array_equal(corpus.chars[start : start + size], expected)


def test_a_riddle_asks_for_the_authors_characters(tmp_path: Path) -> None:
    speller = prepared(tmp_path / "work", data_folder(tmp_path / "data"))
    corpus = Corpus.load(tmp_path / "work")
    corrupter = Corrupter(speller, splits(), np.random.default_rng(7))
    texts = np.arange(len(corpus.sizes))
    riddle = corrupter.riddle(corpus, texts)
    asked, forged, shown = riddle.asked, riddle.forged, riddle.chars
    assert 0.1 < (asked != IGNORED).sum() / riddle.size < 0.35
    assert (asked != shown)[forged == 1].all()
    same = (forged == 0) & (asked != IGNORED)
    assert np.array_equal(asked[same], shown[same])
    assert (asked[shown == 0] == IGNORED).all()


def test_the_loss_of_characters_is_cross_entropy_with_its_gradients() -> None:
    torch.manual_seed(7)
    places, table = torch.randn(300, 16, requires_grad=True), torch.randn(40, 16, requires_grad=True)
    bias, truth = torch.zeros(40, requires_grad=True), torch.randint(0, 40, (300,))
    CharLoss.apply(places, table, bias, truth).backward()
    found = [tensor.grad.clone() for tensor in (places, table, bias) if tensor.grad is not None]
    for tensor in (places, table, bias):
        tensor.grad = None
    nn.functional.cross_entropy(places @ table.t() + bias, truth).backward()
    for mine, theirs in zip(found, (places.grad, table.grad, bias.grad), strict=True):
        assert theirs is not None
        assert (mine - theirs).norm() < 0.05 * theirs.norm()


@pytest.mark.parametrize(
    ("tokens", "share"),
    [
        pytest.param(0, 0.01, id="begins-low"),
        pytest.param(500, 1.0, id="level"),
        pytest.param(850, 0.5, id="fades"),
        pytest.param(1000, 0.01, id="ends-low"),
    ],
)
def test_the_rate_goes_up_stays_and_fades(tokens: int, share: float) -> None:
    assert rate_at(tokens, Plan(Path(), 1000, warm_tokens=100)) == pytest.approx(share, abs=0.01)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    speller = prepared(tmp_path / "work", data_folder(tmp_path / "data"))
    shape = small_shape(speller)
    heard: list[tuple[int, float]] = []

    def told(progress: Progress, _: float) -> None:
        heard.append((progress.steps, progress.curve[-1][1]))

    for tokens in (12_000, 40_000):
        plan = Plan(tmp_path / "work", tokens, processes=1, batch_tokens=256, warm_tokens=1000)
        pretrain(plan, shape, told=told)
    log = json.loads((tmp_path / "work" / LOG).read_text(encoding="utf-8"))
    assert log["tokens"] >= 40_000
    steps = [step for step, _ in heard]
    assert steps == sorted(set(steps))
    assert heard[-1][1] < heard[0][1]


def test_it_begins_from_a_trained_encoder_and_tells_its_story_on(tmp_path: Path) -> None:
    data, work, begun = data_folder(tmp_path / "data"), tmp_path / "work", tmp_path / "model"
    speller = prepared(tmp_path / "first", data)
    save_encoder(small_model(speller, words=len(speller.vocabulary.words) + 1), speller, begun)
    earlier = {"tokens": 9000, "steps": 90, "seconds": 60, "curve": [[9000, 3.0, 0.1, 2.0]]}
    (begun / SERVING).write_text(json.dumps({"pretraining": earlier}), encoding="utf-8")
    prepare(data, work, threads=1, seed=7, told=lambda _: None, begun=begun)
    assert Speller.load(work).vocabulary == speller.vocabulary
    plan = Plan(work, 1, processes=1, batch_tokens=256, rate=0.0, begun=begun)
    pretrain(plan, small_shape(speller), told=lambda *_: None)
    body = torch.load(work / CHECKPOINT, weights_only=True)["pupil"]
    trained = RiskEncoderModel.from_pretrained(begun, dtype=torch.float32).state_dict()
    assert all(torch.equal(body[f"encoder.{name}"], value) for name, value in trained.items())
    log = json.loads((work / LOG).read_text(encoding="utf-8"))
    assert log["curve"][0] == [9000, 3.0, 0.1, 2.0]
    assert log["runs"] == [9000, log["tokens"] - 9000]
    assert log["machines"] == ["two CPU cores", "1 CPU cores"]
