"""Campaigns over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from riskguard.domain.campaign import Campaign, Copy
from riskguard.domain.post import Author, Lane, Post
from riskguard.domain.verdict import Action, Verdict
from tests.fixtures.database import spoil
from tests.integration.api.conftest import Platform

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


@pytest.fixture
def pushed(platform: Platform) -> Platform:
    """Six posts by six accounts."""
    posts = [
        Post(f"pst_{n}", platform.community, f"p{n}", f"原文{n}", NOW + timedelta(minutes=n), Author(f"u-{n}"))
        for n in range(6)
    ]
    with platform.house.begin() as work:
        work.posts.add(posts, Lane.LIVE, received_at=NOW)
        work.verdicts.add(
            [Verdict(p.id, Action.LIMIT, masked_text=f"加我微信***领资料{p.id[-1]}") for p in posts], at=NOW
        )
        work.campaigns.add_copies([Copy(p.id, "pst_0", p.created_at) for p in posts])
        work.campaigns.add([Campaign("cmp_0", platform.community, "pst_0", NOW)])
        work.commit()
    return platform


def test_campaigns_are_listed_a_page_at_a_time(pushed: Platform) -> None:
    answer = pushed.get("/v1/campaigns?limit=1")
    assert answer.status_code == 200
    body = answer.get_json()
    (line,) = body["campaigns"]
    assert (line["id"], line["posts"], line["accounts"], line["status"]) == ("cmp_0", 6, 6, "open")
    assert line["standing"] is None
    assert body["next"] is None
    assert pushed.get("/v1/campaigns?status=decided").get_json()["campaigns"] == []
    assert pushed.get("/v1/campaigns?status=never").status_code == 400


def test_a_campaign_is_laid_out_in_masked_words_and_numbers(pushed: Platform) -> None:
    body = pushed.get("/v1/campaigns/cmp_0").get_json()
    assert [part["text"] for part in body["pattern"] if part["fixed"]] == ["加我微信***领资料"]
    assert sum(bucket["posts"] for bucket in body["timeline"]) == 6
    assert len(body["members"]) == 6
    assert "原文" not in str(body)
    assert "u-1" not in str(body)
    assert pushed.get("/v1/campaigns/cmp_none").status_code == 404


def test_a_ruling_reaches_every_post(pushed: Platform) -> None:
    ruling = {"ruling": "remove", "reason": "批量广告", "by": "moderator-3", "version": 1}
    answer = pushed.post("/v1/campaigns/cmp_0/decisions", ruling)
    assert answer.status_code == 201
    assert answer.get_json()["standing"]["ruling"] == "remove"
    assert {member["decision"]["campaign"] for member in answer.get_json()["members"]} == {"cmp_0"}
    assert pushed.get("/v1/posts/p3").get_json()["decision"]["campaign"] == "cmp_0"
    assert pushed.post("/v1/campaigns/cmp_0/decisions", ruling).status_code == 409
    back = pushed.post("/v1/campaigns/cmp_0/decisions", ruling | {"ruling": "withdraw", "version": 2})
    assert back.get_json()["standing"] is None
    found = pushed.get("/v1/posts/p3").get_json()
    assert (found["decision"], found["status"]) == (None, "judged")


def test_a_ruling_must_be_whole(pushed: Platform) -> None:
    answer = pushed.post("/v1/campaigns/cmp_0/decisions", {"ruling": "vanish", "reason": "", "by": "m", "version": 1})
    assert answer.status_code == 400


def test_a_campaign_that_was_changed_is_told_as_unreadable(pushed: Platform, database_url: str) -> None:
    assert [each["unreadable"] for each in pushed.get("/v1/campaigns").get_json()["campaigns"]] == [False]
    spoil(database_url, "campaigns SET decisions = 'plain'")
    spoil(database_url, "verdicts SET body = 'plain' WHERE post_id = 'pst_3'")
    (line,) = pushed.get("/v1/campaigns").get_json()["campaigns"]
    assert (line["unreadable"], line["standing"]) == (True, None)
    body = pushed.get("/v1/campaigns/cmp_0").get_json()
    assert [each["post"] for each in body["members"] if each["unreadable"]] == ["pst_3"]
    ruling = {"ruling": "remove", "reason": "批量广告", "by": "moderator-3", "version": 1}
    assert pushed.post("/v1/campaigns/cmp_0/decisions", ruling).status_code == 500
