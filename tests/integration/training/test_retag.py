"""The layer of the tags fitted on: it learns from posts, and nothing else of the model moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from riskguard.evaluation.labelled import Split
from riskguard.training.encoder.lessons import TAGS, sentences_of
from riskguard.training.encoder.retag import retagged, seen_of
from tests.integration.training.small import TEXTS, small_model, small_speller

SPELLER = small_speller()
SETS: Mapping[str, tuple[str, str, str]] = {
    "ner_weibo": (TEXTS[0], "天气", "PER.NAM"),
    "ner_cluener": (TEXTS[2], "明天", "address"),
    "address_parts": ("好店", "好店", "poi"),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Each set says the same five hundred times."""
    folder = tmp_path / "labelled" / "train"
    folder.mkdir(parents=True)
    for name, (text, named, label) in SETS.items():
        start = text.index(named)
        row = {"text": text, "entities": [{"start": start, "end": start + len(named), "label": label}]}
        (folder / f"{name}.jsonl").write_text((json.dumps(row, ensure_ascii=False) + "\n") * 500, encoding="utf-8")
    return tmp_path


def test_the_tags_learn_what_posts_name_and_nothing_else_moves(data: Path) -> None:
    before, model = small_model(SPELLER, tags=TAGS).state_dict(), small_model(SPELLER, tags=TAGS)
    seen = seen_of(model, SPELLER, sentences_of(data, Split.TRAIN, "ner_weibo")[:1])
    losses = [float(functional.cross_entropy(model.tags(seen.features), seen.tags).detach())]
    retagged(model, SPELLER, data)
    losses.append(float(functional.cross_entropy(model.tags(seen.features), seen.tags).detach()))
    assert losses[1] < losses[0] / 2
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"tags.weight", "tags.bias"}


def test_each_character_stands_beside_its_own_tag(data: Path) -> None:
    model = small_model(SPELLER, tags=TAGS)
    taught = [sentences_of(data, Split.TRAIN, name)[0] for name in ("ner_cluener", "ner_weibo")]
    together, alone = seen_of(model, SPELLER, taught), [seen_of(model, SPELLER, [each]) for each in taught]
    alone.sort(key=lambda seen: len(seen.tags))
    assert torch.equal(together.tags, torch.cat([seen.tags for seen in alone]))
    assert torch.allclose(together.features, torch.cat([seen.features for seen in alone]), atol=1e-5)
