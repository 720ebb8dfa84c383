"""The choice of an engine is kept for the next start, and a file that cannot be trusted is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskguard.detectors.encoder import EncoderDetector
from riskguard.detectors.encoder.processor import lacks_bf16, processor
from riskguard.detectors.encoder.remembered import Remembered, keep, kept_file, recalled
from tests.unit.detectors.encoder.tiny import made_encoder


def _started(folder: Path, memory: Path, engine: str = "auto") -> EncoderDetector:
    return EncoderDetector.load(
        folder, linear=folder.parent / "linear", restorer=folder.parent / "restorer", engine=engine, memory=memory
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_encoder(tmp_path_factory.mktemp("models"))


def test_only_the_first_start_measures(folder: Path, tmp_path: Path) -> None:
    first = _started(folder, tmp_path)
    (file,) = tmp_path.iterdir()
    assert file == kept_file(tmp_path, folder / "serving.json")
    told = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(told | {"posts_per_s": dict.fromkeys(told["posts_per_s"], 7)}), encoding="utf-8")
    again = _started(folder, tmp_path)
    assert (again.version, again.note["refused"]) == (first.version, first.note["refused"])
    assert set(again.note["posts_per_s"].values()) == {7}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param('{"engine": "onnxrun', id="half-written"),
        pytest.param("[]", id="no-object"),
        pytest.param('{"engine": "onnxruntime-int8", "posts_per_s": 3, "refused": {}}', id="no-speeds"),
        pytest.param('{"engine": "onnxruntime-int8", "posts_per_s": {}, "refused": {}}', id="not-measured"),
        pytest.param('{"engine": "torch", "posts_per_s": {"torch": 9}, "refused": {}}', id="one-that-is-never-tried"),
        pytest.param('{"engine": "abacus", "posts_per_s": {"abacus": 9}, "refused": {}}', id="unknown"),
        pytest.param("\ud800", id="no-text"),
    ],
)
def test_what_no_start_can_have_kept_is_measured_anew(folder: Path, tmp_path: Path, content: str) -> None:
    file = kept_file(tmp_path, folder / "serving.json")
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    note = _started(folder, tmp_path).note
    kept = recalled(file)
    assert kept is not None
    assert kept.posts_per_s == note["posts_per_s"]
    assert str(note["engine"]) in kept.posts_per_s


def test_one_that_disagrees_today_is_not_taken_because_it_was_once(tmp_path: Path) -> None:
    folder = made_encoder(tmp_path / "models", off_by={"model.int8.onnx": 1.0})
    keep(kept_file(tmp_path, folder / "serving.json"), Remembered("onnxruntime-int8", {"onnxruntime-int8": 10**6}, {}))
    note = _started(folder, tmp_path).note
    assert note["engine"] != "onnxruntime-int8"
    assert "scores differ" in note["refused"]["onnxruntime-int8"]  # type: ignore[index]


def test_one_that_failed_is_tried_again_at_the_next_start(tmp_path: Path) -> None:
    folder = made_encoder(tmp_path / "models", sha256={})
    (folder / "model.int8.onnx").write_bytes(b"no graph")
    assert "it failed" in str(_started(folder, tmp_path).note["refused"])
    assert not list(tmp_path.glob("engine-*"))


def test_where_nothing_can_be_kept_each_start_measures(folder: Path, tmp_path: Path) -> None:
    assert _started(folder, tmp_path / "none").note["posts_per_s"]
    assert not (tmp_path / "none").exists()


def test_an_engine_that_is_wanted_is_neither_kept_nor_sought(folder: Path, tmp_path: Path) -> None:
    assert _started(folder, tmp_path, "onnxruntime-fp32").note["engine"] == "onnxruntime-fp32"
    assert not list(tmp_path.iterdir())


def test_another_model_is_another_file(folder: Path, tmp_path: Path) -> None:
    other = made_encoder(tmp_path / "models", tolerance=0.03)
    assert kept_file(tmp_path, other / "serving.json") != kept_file(tmp_path, folder / "serving.json")


def test_the_exact_engine_is_not_loaded_in_vain_where_there_is_no_bf16(folder: Path) -> None:
    refused = EncoderDetector.load(folder, linear=folder.parent / "linear", restorer=folder.parent / "restorer").note[
        "refused"
    ]
    assert ("openvino-bf16" in refused) == lacks_bf16()  # type: ignore[operator]
    assert processor()
