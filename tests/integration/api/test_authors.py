"""Authors over HTTP: what is kept of one is handed out, and deleted."""

from __future__ import annotations

import json

from riskguard.domain.audit import AuditFilter
from riskguard.services import accounts
from tests.integration.api.conftest import Platform

AUTHOR = "张/三 u1"
PATH = "/v1/authors/%E5%BC%A0%2F%E4%B8%89%20u1"


def send(platform: Platform, number: int, author: str = AUTHOR) -> None:
    body = {"post_id": f"p{number}", "text": f"第{number}句", "author": {"id": author}}
    assert platform.post("/v1/posts", body, Idempotency_Key=f"key-{number}").status_code == 202


def test_an_author_is_handed_out_and_erased(platform: Platform) -> None:
    for number in range(3):
        send(platform, number)
    send(platform, 9, author="u2")
    platform.judge_all()
    export = platform.get(f"{PATH}/export")
    assert (export.status_code, export.mimetype) == (200, "application/x-ndjson")
    about, *posts, end = [json.loads(line) for line in export.text.splitlines()]
    assert (about["kind"], about["community"], about["author"]) == ("about", "c1", AUTHOR)
    assert end == {"kind": "end", "records": 4}
    assert {each["text"] for each in posts} == {"第0句", "第1句", "第2句"}
    assert {each["verdict"]["action"] for each in posts} == {"block"}

    receipt = platform.send("DELETE", PATH)
    assert receipt.status_code == 200
    assert receipt.json is not None
    assert receipt.json["erased"] == {"posts": 3, "verdicts": 3, "cases": 0, "voices": 0, "events": 0, "answers": 3}
    assert AUTHOR not in receipt.text
    assert [platform.get(f"/v1/posts/p{number}").status_code for number in (0, 1, 2, 9)] == [404, 404, 404, 200]
    assert len(platform.get(f"{PATH}/export").text.splitlines()) == 2
    with platform.house.begin() as work:
        audited = work.audit.find(AuditFilter(event="author."), limit=9)
    assert [each.event for each in audited] == ["author.exported", "author.erased", "author.exported"]
    assert {each.actor for each in audited} == {f"key:{platform.key[:9]}"}
    assert audited[1].subject == receipt.json["id"]

    send(platform, 1)
    assert platform.get("/v1/posts/p1").json["revision"] == 1


def test_the_authors_of_others_are_out_of_reach(platform: Platform) -> None:
    send(platform, 1)
    _, key = accounts.create_community("c2", begin=platform.house.begin)
    other = Platform(platform.app, platform.house, "c2", key)
    assert other.send("DELETE", PATH).json["erased"]["posts"] == 0
    assert len(other.get(f"{PATH}/export").text.splitlines()) == 2
    assert platform.get("/v1/posts/p1").status_code == 200


def test_without_a_key_nobody_is_handed_out_or_erased(platform: Platform) -> None:
    stranger = Platform(platform.app, platform.house, "c1", "")
    assert stranger.send("DELETE", PATH).status_code == 401
    assert stranger.get(f"{PATH}/export").status_code == 401
