"""`riskguard bench` says what it measures, and a quick run reads less."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from click.testing import CliRunner

from riskguard.cli.workshop import bench
from riskguard.evaluation import channel_cost, cost, matcher_cost
from riskguard.evaluation.pii import cost as pii_cost


@pytest.mark.parametrize(
    ("options", "posts", "batches"), [(["--quick"], 512, (256,)), (["--posts", "20", "--batch", "8"], 20, (8,))]
)
def test_each_step_is_told_before_it_begins(
    options: list[str], posts: int, batches: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def costs(
        _: object, texts: Sequence[str], *, batches: Sequence[int], told: Callable[[str], object]
    ) -> dict[str, list[float]]:
        told(f"{len(texts)} posts")
        return {"a step": [1.5 for _ in batches]}

    monkeypatch.setattr(cost, "costs", costs)
    monkeypatch.setattr(channel_cost, "channel_costs", lambda *_, **__: {"fold": 2.0})
    monkeypatch.setattr(pii_cost, "number_costs", lambda *_, **__: 3.0)
    monkeypatch.setattr(pii_cost, "presidio_costs", lambda *_: 4.0)
    monkeypatch.setattr(matcher_cost, "matcher_rows", lambda *_: {"terms": ["5.0" for _ in batches]})
    result = CliRunner().invoke(bench, options, catch_exceptions=False)
    said = [line.split(" s  ")[1] for line in result.stderr.splitlines()]
    assert said == [f"{posts} posts", "the channels", "pii, number-like kinds, beside Presidio", "20,000 terms"]
    assert f"{posts} invented posts" in " ".join(result.stdout.split())
    assert all(f"batch {size}" in result.stdout for size in batches)
