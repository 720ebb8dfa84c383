from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from riskguard.detectors.encoder.engine import ENGINES, GRAPH, INT8_GRAPH, OnnxRuntime
from riskguard.detectors.encoder.model import WEIGHTS
from riskguard.training.encoder.export import save_encoder, save_serving
from tests.integration.training.small import TEXTS, small_model, small_speller

SPELLER = small_speller()


@pytest.mark.parametrize(
    ("graph", "off"),
    [pytest.param(GRAPH, 1e-4, id="full"), pytest.param(INT8_GRAPH, 0.1, id="bytes")],
)
@pytest.mark.parametrize("texts", [pytest.param(TEXTS, id="posts"), pytest.param(["", "好"], id="next-to-nothing")])
def test_a_graph_says_what_the_model_says(tmp_path: Path, graph: str, off: float, texts: list[str]) -> None:
    written = save_encoder(small_model(SPELLER), SPELLER, tmp_path)
    spelled = SPELLER.spell(texts)
    with torch.inference_mode():
        wanted = written(*(torch.from_numpy(array) for array in (spelled.chars, spelled.sounds, spelled.words)))
    told = OnnxRuntime(tmp_path / graph, name="told").run(spelled)
    assert np.abs(told.heads - wanted.margins.numpy()).max() < off
    assert np.abs(told.tags - wanted.tags.numpy()).max() < off


def test_torch_can_serve_as_well(tmp_path: Path) -> None:
    save_encoder(small_model(SPELLER), SPELLER, tmp_path)
    spelled = SPELLER.spell(TEXTS)
    wanted = OnnxRuntime(tmp_path / GRAPH, name="exact").run(spelled)
    told = ENGINES["torch"](tmp_path).run(spelled)
    assert np.abs(told.heads - wanted.heads).max() < 0.05


def test_large_tables_are_stored_once(tmp_path: Path) -> None:
    save_encoder(small_model(SPELLER, hidden_size=128, head_size=32), SPELLER, tmp_path)
    sizes = {name: (tmp_path / name).stat().st_size for name in (WEIGHTS, GRAPH, INT8_GRAPH)}
    assert sizes[GRAPH] < sizes[WEIGHTS] / 2


def test_serving_json_names_every_file(tmp_path: Path) -> None:
    save_encoder(small_model(SPELLER), SPELLER, tmp_path)
    probe = (["好"], np.zeros((1, 3)))
    save_serving(
        tmp_path,
        {},
        probe,
        tolerance=0.1,
        fitted_with={"linear_sha256": "0", "restorer_sha256": "1"},
        about={"made_on": "today"},
    )
    told = json.loads((tmp_path / "serving.json").read_text(encoding="utf-8"))
    assert set(told["sha256"]) == {WEIGHTS, GRAPH, INT8_GRAPH, "chars.tsv", "words.txt"}
    assert told["made_on"] == "today"
