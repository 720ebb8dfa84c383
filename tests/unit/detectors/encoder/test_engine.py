"""Which engine is taken, and what is said of the others. Both libraries are real; the model is made by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from riskguard.detectors.encoder import EncoderDetector
from riskguard.detectors.encoder.engine import _NO_BF16, ENGINES, preferred
from riskguard.detectors.encoder.processor import lacks_bf16
from riskguard.detectors.encoder.spelling import Speller
from riskguard.domain.errors import InvalidInput, NotReady
from tests.unit.detectors.encoder.tiny import HEADS, made_encoder, margin

OF_GRAPHS = [name for name in ENGINES if name != "torch"]
"""PyTorch reads the weights, which the encoder made by hand has none of."""

EXACT = {"openvino-f32", "onnxruntime-fp32"}


def _loaded(folder: Path, engine: str = "auto") -> EncoderDetector:
    return EncoderDetector.load(
        folder, linear=folder.parent / "linear", restorer=folder.parent / "restorer", engine=engine
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_encoder(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("name", OF_GRAPHS)
def test_every_engine_tells_the_margins_of_the_graph(folder: Path, name: str) -> None:
    texts = ["今天大促销", "你真蠢", ""]
    told = ENGINES[name](folder).run(Speller.load(folder).spell(texts))
    expected = [[margin(text, head) for head in HEADS] for text in texts]
    assert np.allclose(told.heads, expected, atol=0.05)
    assert told.tags.shape == (3, 6, 7)
    assert (told.heads.dtype, told.tags.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize("name", OF_GRAPHS)
def test_what_an_engine_told_stays_when_it_is_asked_again(folder: Path, name: str) -> None:
    engine, speller = ENGINES[name](folder), Speller.load(folder)
    first = engine.run(speller.spell(["大促销"]))
    kept = first.heads.copy()
    engine.run(speller.spell(["好"]))
    assert np.array_equal(first.heads, kept)


def test_bf16_is_computed_only_where_the_processor_can(folder: Path) -> None:
    name = ENGINES["openvino-bf16"](folder).name
    able = sys.modules["openvino"].Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    assert name == ("openvino-bf16" if "BF16" in able else "openvino-f32")


def test_one_of_those_that_agree_is_taken_and_named_and_all_are_measured(folder: Path) -> None:
    detector = _loaded(folder)
    speeds = detector.note["posts_per_s"]
    assert isinstance(speeds, dict)
    assert detector.note["engine"] == preferred(speeds)
    assert detector.version.endswith(f"/{detector.note['engine']}")


@pytest.mark.parametrize(
    ("int8", "other", "taken"),
    [
        pytest.param(1000, 999, "openvino-bf16", id="int8-is-hardly-faster"),
        pytest.param(1300, 1000, "onnxruntime-int8", id="int8-is-much-faster"),
        pytest.param(515, 1377, "openvino-bf16", id="int8-is-slower"),
    ],
)
def test_int8_is_taken_where_it_is_much_faster(int8: float, other: float, taken: str) -> None:
    assert preferred({"onnxruntime-int8": int8, "openvino-bf16": other}) == taken


@pytest.mark.parametrize("name", OF_GRAPHS)
def test_the_setting_names_the_engine(folder: Path, name: str) -> None:
    library = name.partition("-")[0]
    assert str(_loaded(folder, name).note["engine"]).startswith(library)


def test_one_that_disagrees_with_the_trained_model_is_refused_and_says_by_how_much(tmp_path: Path) -> None:
    folder = made_encoder(tmp_path, off_by={"model.int8.onnx": 1.0})
    note = _loaded(folder).note
    assert note["engine"] in (EXACT if lacks_bf16() else {"openvino-bf16"})
    assert "scores differ by 0." in note["refused"]["onnxruntime-int8"]  # type: ignore[index]
    with pytest.raises(NotReady, match="onnxruntime-int8: scores differ"):
        _loaded(folder, "onnxruntime-int8")


def test_without_a_fast_one_an_exact_one_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made_encoder(tmp_path, off_by={"model.int8.onnx": 1.0})
    monkeypatch.setitem(sys.modules, "openvino", None)
    note = _loaded(folder).note
    assert note["engine"] == "onnxruntime-fp32"
    assert note["refused"].keys() == {"onnxruntime-int8", "openvino-bf16", "openvino-f32"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("library", "other"), [("openvino", "onnxruntime-int8"), ("onnxruntime", "openvino")])
def test_either_library_is_enough(folder: Path, monkeypatch: pytest.MonkeyPatch, library: str, other: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    note = _loaded(folder).note
    assert str(note["engine"]).startswith(other)
    absent = [name for name in note["refused"] if name.startswith(library)]  # type: ignore[attr-defined]
    told = dict.fromkeys(absent, "not installed") | (_NO_BF16 if lacks_bf16() else {})
    assert told
    assert note["refused"] == told


def test_with_neither_library_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NotReady, match="not installed") as caught:
        _loaded(folder)
    assert "pip install onnxruntime" in caught.value.hint


def test_a_graph_that_no_engine_can_read_is_told_without_its_path(tmp_path: Path) -> None:
    folder = made_encoder(tmp_path, sha256={})
    for graph in folder.glob("*.onnx"):
        graph.write_bytes(b"no graph")
    with pytest.raises(NotReady, match="it failed") as caught:
        _loaded(folder)
    assert str(tmp_path) not in str(caught.value)


def test_an_unknown_engine_is_refused_with_the_names_of_all(folder: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        _loaded(folder, "tensorrt")
    assert all(name in caught.value.hint for name in ENGINES)


def test_nothing_that_calls_home_is_loaded(folder: Path) -> None:
    ENGINES["openvino-f32"](folder)
    assert not {"openvino_telemetry", "openvino.tools.ovc"} & sys.modules.keys()
