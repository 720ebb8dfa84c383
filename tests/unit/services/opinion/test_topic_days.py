"""What is kept of a day's topics: nothing that a single account said."""

from __future__ import annotations

from datetime import UTC, datetime

from riskguard.domain.opinion import Mark
from riskguard.domain.post import Scene
from riskguard.services.opinion.watching import topics_of_day

DAY = datetime(2026, 11, 2, tzinfo=UTC)


def test_what_one_account_says_again_and_again_is_no_topic_of_the_day() -> None:
    marks = [
        Mark(f"pst_{at}", "forum", Scene.POST, DAY, account, "allow", topics=topics)
        for at, (account, topics) in enumerate([(1, ("停水", "王小明")), (1, ("王小明",)), (2, ("停水",))])
    ]
    assert [(each.topic, each.accounts) for each in topics_of_day("forum", DAY, marks)] == [("停水", 2)]
