"""Lists that are edited while the service runs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from riskguard.detectors.lexicon import WatchedLexicon
from riskguard.detectors.panel import Panel
from riskguard.domain.finding import Reading
from riskguard.policy import watch
from riskguard.text.view import fold_all
from tests.unit.detectors.posts import posts_of

OWN = "label: custom.rivals\nterms: [隔壁论坛]\n"
FOODS = "label: custom.foods\nterms: [臭豆腐干]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Path(tmp_path, "own.yaml").write_text(OWN, encoding="utf-8")
    return tmp_path


@pytest.fixture
def panel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Panel:
    """Looks at the lists before every batch."""
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    return Panel([WatchedLexicon(folder)])


def read(panel: Panel, text: str = "隔壁论坛的臭豆腐干") -> Reading:
    (reading,) = panel.read(posts_of([text]), fold_all([text]))
    return reading


def test_an_added_term_is_found_under_another_version(panel: Panel, folder: Path) -> None:
    before = read(panel)
    Path(folder, "own.yaml").write_text(OWN.replace("]", ", 臭豆腐干]"), encoding="utf-8")
    after = read(panel)
    assert [len(reading.findings[0].spans) for reading in (before, after)] == [1, 2]
    assert before.models["lexicon"] != after.models["lexicon"]


def test_a_new_file_brings_its_label_and_takes_it_away(panel: Panel, folder: Path) -> None:
    version = read(panel).models
    Path(folder, "foods.yml").write_text(FOODS, encoding="utf-8")
    assert read(panel).scores().keys() == panel.labels == {"custom.rivals", "custom.foods"}
    Path(folder, "foods.yml").unlink()
    assert read(panel).scores().keys() == panel.labels == {"custom.rivals"}
    assert read(panel).models == version


def test_a_faulty_edit_is_told_once_and_the_last_good_lists_stay(
    panel: Panel, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    version = read(panel).models["lexicon"]
    Path(folder, "own.yaml").write_text("label: custom.rivals\nterms: [麻]\nwords: []\n", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert [read(panel).models["lexicon"] for _ in range(3)] == [version] * 3
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert all(line.startswith(f"lexicon edit refused, version {version} stays in force: ") for line in lines)
    assert read(panel).scores().keys() == {"custom.rivals"}
    Path(folder, "own.yaml").write_text(FOODS, encoding="utf-8")
    assert read(panel).scores().keys() == {"custom.foods"}


def test_a_folder_that_vanishes_is_a_faulty_edit(panel: Panel, folder: Path) -> None:
    Path(folder, "own.yaml").unlink()
    folder.rmdir()
    assert read(panel).scores().keys() == {"custom.rivals"}


def test_files_are_looked_at_once_a_second_at_most(folder: Path) -> None:
    panel = Panel([WatchedLexicon(folder)])
    Path(folder, "own.yaml").write_text(FOODS, encoding="utf-8")
    assert read(panel).scores().keys() == {"custom.rivals"}
