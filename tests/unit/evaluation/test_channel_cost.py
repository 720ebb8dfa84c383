"""What the channels cost is told channel by channel."""

from __future__ import annotations

import pytest

from riskguard.evaluation.channel_cost import EVERY, PLAIN, channel_costs


def test_the_sums_are_of_the_steps() -> None:
    costs = channel_costs(["加薇芯，草泥🐴", "今天天气不错"] * 40)
    steps = {name: cost for name, cost in costs.items() if name not in (PLAIN, EVERY)}
    assert costs[EVERY] == pytest.approx(sum(steps.values()))
    assert costs[PLAIN] == pytest.approx(steps["fold"] + steps["quiet"] + steps["bare"])
    assert costs[EVERY] > 0
