"""Opinion over HTTP, on both databases: what was sent and judged is counted, and each community sees its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator

from riskguard.bootstrap import opinion_rules
from riskguard.domain.campaign import Campaign, Copy
from riskguard.domain.opinion import Series, SeriesKind, Surge
from riskguard.domain.post import Author, Lane
from riskguard.domain.verdict import Action, Verdict
from riskguard.services.opinion.counting import count_new
from riskguard.services.opinion.daily import measure_day
from riskguard.worker.opinion import OpinionDesk
from tests.integration.api.conftest import Platform


def say(platform: Platform, count: int) -> None:
    """Posts by accounts of their own, judged and counted."""
    posts = [
        {"post_id": f"p{at}", "text": f"小区又停水了 {at}", "author": {"id": f"u{at // 2}"}, "scene": "comment"}
        for at in range(count)
    ]
    assert platform.post("/v1/posts/batch", posts).status_code == 202
    platform.judge_all()
    house = platform.house
    rules = opinion_rules(house.settings)
    assert count_new(begin=house.begin, rules=rules, clock=house.clock) == count
    measure_day(begin=house.begin, rules=rules, clock=house.clock)


def described(platform: Platform, path: str, of: object) -> None:
    """The answer is what the description says."""
    document = platform.get("/v1/openapi.json").json
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**answer, "components": document["components"]}).validate(of)


def test_what_was_judged_is_told_in_counts(platform: Platform) -> None:
    say(platform, 6)
    told = platform.get("/v1/opinion").json
    described(platform, "/v1/opinion", told)
    assert (told["posts"], told["accounts"], told["actions"]) == (6, 3, {"block": 6})
    assert sum(each["posts"] for each in told["timeline"]) == 6
    assert platform.get("/v1/opinion?scene=dm").json["posts"] == 0
    assert platform.get("/v1/opinion?span=month").json["bucket_s"] == 86_400
    assert "停水了 1" not in str(told)


@pytest.mark.parametrize("path", ["/v1/opinion/sameness", "/v1/opinion/health"])
def test_figures_of_the_day_are_told(platform: Platform, path: str) -> None:
    say(platform, 4)
    told = platform.get(path).json
    described(platform, path, told)
    assert told["day"] == datetime.now(UTC).date().isoformat()
    assert told["departures"] == []


def test_the_first_posts_are_measured_as_soon_as_all_are_judged(platform: Platform) -> None:
    desk = OpinionDesk(platform.house)
    desk.count()
    for at in range(2):
        said = {"post_id": f"p{at}", "text": "小区又停水了", "author": {"id": f"u{at}"}}
        assert platform.post("/v1/posts", said).status_code == 202
        if at == 0:
            platform.judge_all()
    desk.count()
    assert platform.get("/v1/opinion/sameness").json["day"] is None
    platform.judge_all()
    desk.count()
    assert platform.get("/v1/opinion/sameness").json["figures"]["posts"] == 2
    assert platform.get("/v1/opinion/health").json["day"] is not None


def test_campaigns_of_the_time_are_told_without_words_or_names(platform: Platform) -> None:
    say(platform, 6)
    now = platform.house.clock()
    with platform.house.begin() as work:
        ours = [work.posts.find(platform.community, f"p{at}") for at in range(6)]
        posts = [post for post in ours if post is not None]
        first = replace(posts[0], id="pst_old", post_id="old", created_at=now - timedelta(days=3), author=Author("u9"))
        work.posts.add([first], Lane.LIVE, received_at=now)
        work.verdicts.add([Verdict(first.id, Action.LIMIT, masked_text="小区又停水了")], at=now)
        work.campaigns.add_copies([Copy(post.id, first.id, post.created_at) for post in (first, *posts)])
        work.campaigns.add([Campaign("cmp_1", platform.community, first.id, now)])
        work.commit()
    told = platform.get("/v1/opinion").json
    described(platform, "/v1/opinion", told)
    (campaign,) = told["campaigns"]
    assert campaign["kind"] == "4 个账号发布了 7 篇近似内容"
    assert (campaign["posts"], campaign["accounts"]) == (6, 3)
    assert (campaign["posts_in_all"], campaign["accounts_in_all"]) == (7, 4)
    assert campaign["first_at"] == first.created_at.isoformat()
    assert platform.get(campaign["url"]).json["id"] == "cmp_1"
    assert "停水了" not in str(told)


def test_a_surge_is_told_to_its_community_alone(platform: Platform) -> None:
    say(platform, 2)
    now = platform.house.clock()
    with platform.house.begin() as work:
        post = work.posts.find(platform.community, "p1")
        assert post is not None
        surge = Surge(
            id="srg_1",
            community=platform.community,
            series=Series(SeriesKind.TOPIC, "停水"),
            started_at=now - timedelta(minutes=9),
            raised_at=now,
            last_at=now,
            window_min=5,
            accounts=9,
            expected=0.25,
            surprise=8.5,
            topics=("停水",),
            exemplars=(post.id, "pst_erased"),
        )
        work.opinion.take()
        work.opinion.keep_surges([surge, replace(surge, id="srg_2", community="elsewhere")])
        work.commit()
    told = platform.get("/v1/opinion/surges/srg_1").json
    described(platform, "/v1/opinion/surges/{id}", told)
    assert (told["accounts"], told["expected"], [each["post_id"] for each in told["exemplars"]]) == (9, 0.25, ["p1"])
    assert platform.get("/v1/opinion/surges/srg_2").status_code == 404
    assert [each["id"] for each in platform.get("/v1/opinion").json["surges"]] == ["srg_1"]


@pytest.mark.parametrize("query", ["?span=year", "?scene=moon"])
def test_what_cannot_be_asked_is_told(platform: Platform, query: str) -> None:
    answer = platform.get(f"/v1/opinion{query}")
    assert answer.status_code in (400, 422)
    assert "choose from" in str(answer.json)


def test_opinion_needs_a_key(platform: Platform) -> None:
    assert platform.get("/v1/opinion", Authorization="Bearer nothing").status_code == 401
