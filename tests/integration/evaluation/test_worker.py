"""What a worker takes is measured on a real one, and what it may take is promised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from riskguard.demo.posts import posts
from riskguard.domain.errors import NotReady
from riskguard.evaluation.worker import worker_costs
from riskguard.settings import Settings
from riskguard.store import migrate
from tests.fixtures.keys import KEYRING

pytestmark = pytest.mark.redis

_LOADED = """
import sys
import riskguard.worker.jobs, riskguard.worker.main
from riskguard.bootstrap import offline_reader
from riskguard.settings import Settings
from riskguard.store import migrate, open_store
from riskguard.keyring import Keyring
ring = Keyring.of(Settings.load().data_keys)
migrate(sys.argv[1], keyring=ring)
open_store(sys.argv[1], keyring=ring)
offline_reader(Settings.load({}))
unwanted = {"torch", "transformers", "scipy", "sklearn", "pypinyin", "rjieba", "jieba", "alembic", "psycopg", "flask"}
print(sorted(unwanted & sys.modules.keys()))
"""


def test_a_worker_holds_less_than_350_mb_with_all_that_is_shipped() -> None:
    texts = [str(post["text"]) for post in posts()][:300]
    first, again = worker_costs(Settings.load({}), texts, starts=2)
    assert first.engine == again.engine
    for cost in (first, again):
        assert cost.engine.startswith(("onnxruntime-", "openvino-"))
        assert 50 < cost.ready_mb <= cost.peak_mb < 350
        assert 50 < cost.judged_mb <= cost.peak_mb
        assert 0.2 < cost.ready_cpu_s < cost.ready_s * 1.5
        assert 0 < cost.judged_cpu_ms < 100


def test_a_worker_that_cannot_start_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "risk-encoder").mkdir()
    with pytest.raises(NotReady, match=r"config\.json: No such file"):
        worker_costs(Settings.load({}, model_dir=tmp_path), ["今天天气好"], starts=1)


def test_a_worker_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'r.db'}"
    migrate(url, keyring=KEYRING)
    done = subprocess.run([sys.executable, "-c", _LOADED, url], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


_MEASURED = """
import sys
from pathlib import Path
from riskguard.detectors.encoder.model import load_encoder
from riskguard.settings import Settings
models = Settings.load({}).model_dir
encoder = load_encoder(
    models / "risk-encoder", linear=models / "linear", restorer=models / "restorer", memory=Path(sys.argv[1])
)
print(encoder.choice.engine.name.partition("-")[0], *sorted({"openvino", "onnxruntime"} & sys.modules.keys()))
"""


def test_what_was_measured_and_not_taken_leaves_nothing_behind(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", _MEASURED, tmp_path], capture_output=True, text=True, check=True)
    library, *loaded = told.stdout.split()
    assert loaded == [library]
    assert [file.name[:7] for file in tmp_path.iterdir()] == ["engine-"]
