"""The rows of `riskguard bench` for opinion: each step does the whole of its work, whatever was done before it."""

from __future__ import annotations

from riskguard.domain.verdict import Action, Verdict
from riskguard.evaluation.cost import posts_of
from riskguard.evaluation.opinion_cost import IN_SCHEDULER, IN_WORKER, counting
from riskguard.policy.opinion import OpinionRules


def test_every_post_is_lined_up_and_counted_in_each_round() -> None:
    posts = posts_of(["今天停水了", "天气不错", "周末去爬山"])
    verdicts = [Verdict(post.id, Action.ALLOW, masked_text=post.text) for post in posts]
    with counting(posts, verdicts, OpinionRules()) as steps:
        for _ in range(2):
            counted = steps[IN_SCHEDULER]()
            assert [counted(posts[:2]), counted(posts[2:]), counted(posts)] == [2, 1, 0]
            for _ in range(2):
                lined_up = steps[IN_WORKER]()
                lined_up(posts[:2])
                lined_up(posts[2:])
