from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

from riskguard.detectors.encoder.spelling import Spelled
from riskguard.training.encoder.model import Dropout, RiskEncoderForPosts, RiskEncoderModel
from tests.integration.training.small import HEADS, small_model, small_speller

SPELLER = small_speller()


def tensors(spelled: Spelled) -> tuple[torch.Tensor, ...]:
    return tuple(torch.from_numpy(array) for array in (spelled.chars, spelled.sounds, spelled.words))


def test_padding_changes_nothing() -> None:
    model = small_model(SPELLER)
    with torch.inference_mode():
        alone = model(*tensors(SPELLER.spell(["今天天气"])))
        beside = model(*tensors(SPELLER.spell(["今天天气", "我们明天一起去吃饭吧"])))
    assert torch.allclose(alone.margins[0], beside.margins[0], atol=1e-5)
    assert torch.allclose(alone.tags[0], beside.tags[0, :5], atol=1e-5)


def test_packed_places_say_what_padded_ones_say() -> None:
    model = small_model(SPELLER)
    spelled = tensors(SPELLER.spell(["今天天气", "我们明天一起去吃饭吧", "好"]))
    padded, packed = model(*spelled), model.train()(*spelled)
    real = spelled[0] != 0
    assert torch.allclose(padded.margins, packed.margins, atol=1e-5)
    assert torch.allclose(padded.tags[real], packed.tags[real], atol=1e-5)


def test_dropout_takes_its_share_only_while_training() -> None:
    torch.manual_seed(7)
    dropout, ones = Dropout(0.25), torch.ones(300, 100)
    dropped, again = dropout(ones), dropout(ones)
    assert abs(float((dropped == 0).float().mean()) - 0.25) < 0.02
    assert abs(float(dropped.mean()) - 1) < 0.02
    assert not torch.equal(dropped, again)
    assert torch.equal(dropout.eval()(ones), ones)


@pytest.mark.parametrize("place", [1, 2], ids=["where-it-begins", "where-it-ends"])
def test_a_word_is_felt_where_it_begins_and_ends(place: int) -> None:
    spelling = small_model(SPELLER).encoder.spelling
    spelled = SPELLER.spell(["今天"])
    without = Spelled(spelled.chars, spelled.sounds, spelled.words * 0)
    with torch.inference_mode():
        told, silent = (spelling(*tensors(each)) for each in (spelled, without))
    assert not torch.allclose(told[0, place], silent[0, place])


def test_the_auto_classes_know_it(tmp_path: Path) -> None:
    model = small_model(SPELLER)
    model.save_pretrained(tmp_path)
    assert AutoConfig.from_pretrained(tmp_path).heads == HEADS
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path, dtype=torch.float32)
    assert isinstance(again, RiskEncoderForPosts)
    assert isinstance(AutoModel.from_pretrained(tmp_path), RiskEncoderModel)
    spelled = tensors(SPELLER.spell(["你真是个好人啊"]))
    with torch.inference_mode():
        assert torch.equal(model(*spelled).margins, again.eval()(*spelled).margins)
