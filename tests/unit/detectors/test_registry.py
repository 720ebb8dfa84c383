"""Who sits on the panel, and what happens to who cannot come."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from riskguard.detectors.encoder import engine
from riskguard.detectors.encoder.remembered import Remembered
from riskguard.detectors.linear.detector import HEADS
from riskguard.detectors.registry import build_panel, encoder
from riskguard.detectors.similar import MemoryLookAlikes
from riskguard.domain.errors import ModelInvalid, NotReady, PolicyInvalid
from riskguard.domain.finding import Cause
from riskguard.policy import watch
from riskguard.text.view import fold_all
from tests.unit.detectors.encoder.tiny import made_encoder
from tests.unit.detectors.posts import posts_of
from tests.unit.detectors.test_panel import Echo


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A policy folder with one list."""
    folder = tmp_path / "policies"
    Path(folder, "lexicons").mkdir(parents=True)
    Path(folder, "lexicons", "own.yaml").write_text("label: custom.rivals\nterms: [隔壁论坛]\n", encoding="utf-8")
    return folder


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A deployer's own module."""
    module = ModuleType("deployers_shop")
    module.__dict__["echo"] = Echo
    monkeypatch.setitem(sys.modules, "deployers_shop", module)
    return module


def test_without_a_model_every_head_is_absent(policies: Path, tmp_path: Path) -> None:
    panel = build_panel(policy_dir=policies, model_dir=tmp_path / "none", look_alikes=MemoryLookAlikes())
    (reading,) = panel.read(posts_of(["去隔壁论坛，电话13800138000"]), fold_all(["去隔壁论坛，电话13800138000"]))
    assert {"custom.rivals", "pii.mobile"} <= reading.scores().keys()
    (absence,) = [a for a in reading.abstentions if a.detector == "linear"]
    assert absence.cause is Cause.ABSENT
    assert set(absence.labels) == set(HEADS)
    assert {"lexicon", "pii", "linear", "similar"} <= reading.models.keys()


def test_lists_that_are_edited_are_taken_over(policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    panel = build_panel(policy_dir=policies, model_dir=tmp_path / "none", look_alikes=MemoryLookAlikes())
    Path(policies, "lexicons", "more.yaml").write_text("label: custom.foods\nterms: [臭豆腐干]\n", encoding="utf-8")
    (reading,) = panel.read(posts_of(["吃臭豆腐干"]), fold_all(["吃臭豆腐干"]))
    assert "custom.foods" in reading.scores().keys() & panel.labels


def test_an_unsound_model_is_not_passed_over(policies: Path, tmp_path: Path) -> None:
    Path(tmp_path, "models", "linear").mkdir(parents=True)
    with pytest.raises(ModelInvalid):
        build_panel(policy_dir=policies, model_dir=tmp_path / "models", look_alikes=MemoryLookAlikes())


def test_an_encoder_takes_the_place_of_the_linear_model_that_it_holds(policies: Path, tmp_path: Path) -> None:
    made_encoder(tmp_path)
    panel = build_panel(
        policy_dir=policies, model_dir=tmp_path, look_alikes=MemoryLookAlikes(), engine="onnxruntime-fp32"
    )
    texts = ["今天天气好大促销，张三来看看"]
    views = fold_all(texts)
    (reading,) = panel.explain(views, panel.read(posts_of(texts), views), [{"ad"}])
    assert {"ad", "pii.name"} <= reading.scores().keys()
    assert {"lexicon", "pii", "person", "encoder", "similar"} == reading.models.keys()
    assert [bool(f.spans) for f in reading.findings if f.label == "ad"] == [True]
    assert panel.notes["encoder"]["engine"] == "onnxruntime-fp32"


@pytest.mark.parametrize("personal", [True, False], ids=["encoder-alone", "whole-panel"])
def test_an_engine_is_chosen_by_another_process(
    policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, personal: bool
) -> None:
    made_encoder(tmp_path)
    noted, keep = tmp_path / "chosen-by", engine.keep

    def noting(file: Path, choice: Remembered) -> None:
        noted.write_text(str(os.getpid()), encoding="utf-8")
        keep(file, choice)

    monkeypatch.setattr(engine, "keep", noting)
    if personal:
        encoder(tmp_path, engine.AUTO, tmp_path)
    else:
        build_panel(policy_dir=policies, model_dir=tmp_path, look_alikes=MemoryLookAlikes(), memory=tmp_path)
    assert noted.read_text(encoding="utf-8") != str(os.getpid())


def test_an_encoder_without_its_linear_model_is_refused(policies: Path, tmp_path: Path) -> None:
    made_encoder(tmp_path)
    shutil.rmtree(tmp_path / "linear")
    with pytest.raises(ModelInvalid):
        build_panel(policy_dir=policies, model_dir=tmp_path, look_alikes=MemoryLookAlikes())


def test_faulty_lists_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid):
        build_panel(policy_dir=tmp_path, model_dir=tmp_path, look_alikes=MemoryLookAlikes())


@pytest.mark.parametrize("named", [True, False], ids=["named", "beside-our-models"])
def test_a_list_of_models_of_others_is_read(policies: Path, tmp_path: Path, named: bool) -> None:
    listing = tmp_path / ("others.yaml" if named else "hub.yaml")
    listing.write_text("models: []\n", encoding="utf-8")
    parts = {"policy_dir": policies, "model_dir": tmp_path, "hub": listing if named else None}
    assert "custom.rivals" in build_panel(look_alikes=MemoryLookAlikes(), **parts).labels  # type: ignore[arg-type]
    listing.write_text("models: all of them\n", encoding="utf-8")
    with pytest.raises(PolicyInvalid, match=listing.name):
        build_panel(look_alikes=MemoryLookAlikes(), **parts)  # type: ignore[arg-type]


def test_a_list_of_models_that_is_named_must_be_there(policies: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match="gone"):
        build_panel(policy_dir=policies, model_dir=tmp_path, look_alikes=MemoryLookAlikes(), hub=tmp_path / "gone.yaml")


@pytest.mark.usefixtures("shop")
def test_a_deployers_own_detector_joins(policies: Path, tmp_path: Path) -> None:
    panel = build_panel(
        policy_dir=policies, model_dir=tmp_path, look_alikes=MemoryLookAlikes(), extra=["deployers_shop:echo"]
    )
    assert "custom.echo" in panel.labels


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("name", ["no_such_module:make", "deployers_shop:nothing", "deployers_shop", ":make", ""])
def test_one_that_cannot_be_had_is_told_with_a_hint(policies: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotReady, match="cannot be had") as caught:
        build_panel(policy_dir=policies, model_dir=tmp_path, look_alikes=MemoryLookAlikes(), extra=[name])
    assert "module:factory" in caught.value.hint
