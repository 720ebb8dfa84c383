"""Values read from files that change: whatever breaks, the last good one stays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from riskguard.policy import watch
from riskguard.policy.watch import Watched


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    file = tmp_path / "number"
    file.write_text("1", encoding="utf-8")
    return file


def watched(file: Path, *, files: Callable[[int | None], list[Path]] | None = None) -> Watched[int]:
    """The number in the file; ValueError where it is none."""
    return Watched("number", lambda: int(file.read_text("utf-8")), files=files or (lambda _: [file]), version=str)


def test_a_change_is_seen_at_the_next_look(file: Path) -> None:
    number = watched(file)
    file.write_text("22", encoding="utf-8")
    assert (number.value, number.now(), number.value) == (1, 22, 22)


def test_an_error_nobody_thought_of_keeps_the_last_good_value_and_is_told_once(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number = watched(file)
    file.write_text("one", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert (number.now(), number.now()) == (1, 1)
    assert [r.getMessage() for r in caplog.records] == [
        "number files cannot be read (ValueError), version 1 stays in force"
    ]
    file.write_text("333", encoding="utf-8")
    assert number.now() == 333


def test_files_that_cannot_be_listed_keep_the_value_too(file: Path) -> None:
    broken: list[bool] = []

    def files(_: int | None) -> list[Path]:
        if broken:
            raise KeyError(file.name)
        return [file]

    number = watched(file, files=files)
    broken.append(True)
    assert number.now() == 1
