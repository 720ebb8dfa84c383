"""A built wheel carries the default policies and models, and works away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without network and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, timeout=120)
    [wheel] = folder.glob("riskguard-*.whl")
    assert wheel.stat().st_size < 30_000_000
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def run(unpacked: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RISKGUARD_")}
    return subprocess.run(
        [sys.executable, "-m", "riskguard", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=unpacked.parent,
        env=environ | {"PYTHONPATH": str(unpacked)},
        check=False,
    )


def test_the_wheel_judges_with_the_model_that_it_carries(unpacked: Path) -> None:
    done = run(unpacked, "judge", "-", stdin=json.dumps({"id": "1", "text": "兼职刷单，一单一结，加微信 abcd_1234"}))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["labels"]["fraud.part_time"] > 0.5
    assert "encoder" in answer["models"]


def test_the_settings_of_the_wheel_point_into_it(unpacked: Path) -> None:
    done = run(unpacked, "policy", "check")
    assert done.returncode == 0, done.stderr
    shown = run(unpacked, "settings").stdout.replace("\n", "").replace(" ", "")
    assert "_shipped/policies" in shown
