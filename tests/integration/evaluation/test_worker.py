"""What a worker takes is measured on a real one, and what it may take is promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.demo.posts import posts
from riskguard.domain.errors import NotReady
from riskguard.evaluation.worker import worker_cost
from riskguard.settings import Settings

pytestmark = pytest.mark.redis


def test_a_worker_holds_less_than_350_mb_with_all_that_is_shipped() -> None:
    texts = [str(post["text"]) for post in posts()][:300]
    cost = worker_cost(Settings.load({}), texts)
    assert cost.engine.startswith(("onnxruntime-", "openvino-"))
    assert 50 < cost.ready_mb <= cost.peak_mb < 350
    assert 50 < cost.judged_mb <= cost.peak_mb
    assert 0.2 < cost.ready_cpu_s < cost.ready_s * 1.5
    assert 0 < cost.judged_cpu_ms < 100


def test_a_worker_that_cannot_start_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "risk-encoder").mkdir()
    with pytest.raises(NotReady, match=r"config\.json: No such file"):
        worker_cost(Settings.load({}, model_dir=tmp_path), ["今天天气好"])
