"""Engines are tried in another process; whatever becomes of that, the wait ends."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from riskguard.detectors.encoder.aside import begun, chosen_aside
from riskguard.detectors.encoder.remembered import kept_file, recalled
from tests.unit.detectors.encoder.tiny import made_encoder


def _chosen(folder: Path, memory: Path) -> Callable[[], None]:
    return chosen_aside(folder, linear=folder.parent / "linear", restorer=folder.parent / "restorer", memory=memory)


def test_the_choice_is_kept_when_the_wait_ends(tmp_path: Path) -> None:
    folder = made_encoder(tmp_path / "models")
    _chosen(folder, tmp_path)()
    kept = recalled(kept_file(tmp_path, folder / "serving.json"))
    assert kept is not None
    assert kept.engine in kept.posts_per_s


def test_where_a_choice_is_kept_nothing_is_begun(tmp_path: Path) -> None:
    folder = made_encoder(tmp_path / "models")
    file = kept_file(tmp_path, folder / "serving.json")
    file.write_text("as it was", encoding="utf-8")
    _chosen(folder, tmp_path)()
    assert file.read_text("utf-8") == "as it was"


@pytest.mark.parametrize("spoilt", ["model.int8.onnx", "serving.json"])
def test_a_model_that_cannot_be_loaded_leaves_nothing(tmp_path: Path, spoilt: str) -> None:
    folder = made_encoder(tmp_path / "models")
    (folder / spoilt).unlink()
    _chosen(folder, tmp_path)()
    assert not list(tmp_path.glob("engine-*"))


def test_the_work_is_done_by_another_process(tmp_path: Path) -> None:
    begun(lambda: (tmp_path / "by").write_text(str(os.getpid())))()
    assert (tmp_path / "by").read_text() not in ("", str(os.getpid()))


def test_work_that_fails_ends_its_process_alone(tmp_path: Path) -> None:
    def failing() -> None:
        (tmp_path / "begun").touch()
        raise SystemExit(3)

    begun(failing)()
    assert (tmp_path / "begun").exists()


def test_beside_other_threads_nothing_is_begun(tmp_path: Path) -> None:
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    try:
        begun((tmp_path / "begun").touch)()
    finally:
        leave.set()
        thread.join()
    assert not (tmp_path / "begun").exists()
