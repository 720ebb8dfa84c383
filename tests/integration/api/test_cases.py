"""Reports, appeals and rulings over HTTP, on both databases."""

from __future__ import annotations

from dataclasses import replace

from riskguard.domain.audit import AuditFilter
from riskguard.domain.event import EventType
from riskguard.services import accounts
from tests.integration.api.conftest import Platform

POST = {"post_id": "p1", "text": "加微信领红包", "author": {"id": "u1"}, "callback_url": "https://example.com/hook"}
SAID = {"by": "u2", "reason": "冒充客服"}


def ruled(version: int, ruling: str = "remove") -> dict[str, object]:
    return {"ruling": ruling, "reason": "引流广告", "by": "m1", "version": version}


def test_reports_open_one_case_and_each_reporter_counts_once(platform: Platform) -> None:
    platform.post("/v1/posts", POST)
    first = platform.post("/v1/posts/p1/reports", SAID)
    assert first.status_code == 201
    assert first.headers["Location"] == f"/v1/cases/{first.json['id']}"
    again = platform.post("/v1/posts/p1/reports", SAID)
    other = platform.post(f"/v1/posts/{first.json['post']}/reports", SAID | {"by": "u3"})
    assert {each.json["id"] for each in (first, again, other)} == {first.json["id"]}
    assert [each.json["version"] for each in (first, again, other)] == [1, 1, 2]
    assert other.json["priority"] > first.json["priority"]
    (case,) = platform.get("/v1/cases").json["cases"]
    assert [g["by"] for g in case["grievances"]] == ["u2", "u3"]
    assert case["post"]["text"] == POST["text"]


def test_a_ruling_is_shown_and_sent_and_an_appeal_opens_the_case_again(platform: Platform) -> None:
    platform.post("/v1/posts", POST)
    platform.judge_all()
    case = platform.post("/v1/posts/p1/reports", SAID).json["id"]
    decided = platform.post(f"/v1/cases/{case}/decisions", ruled(1))
    assert (decided.status_code, decided.json["status"], decided.json["version"]) == (201, "decided", 2)
    shown = platform.get("/v1/posts/p1").json
    assert (shown["status"], shown["decision"]["ruling"]) == ("decided", "remove")
    assert "by" not in shown["decision"]
    assert platform.get("/v1/cases").json["cases"] == []
    appealed = platform.post("/v1/posts/p1/appeals", {"by": "u1", "reason": "不是广告"})
    assert (appealed.json["id"], appealed.json["status"], appealed.json["version"]) == (case, "open", 3)
    assert platform.post("/v1/posts/p1/appeals", {"by": "u1", "reason": "请快一点"}).json["version"] == 3
    assert platform.post(f"/v1/cases/{case}/decisions", ruled(3, "approve")).status_code == 201
    late_report = platform.post("/v1/posts/p1/reports", SAID).json
    assert (late_report["status"], late_report["version"]) == ("decided", 4)
    assert platform.post("/v1/posts/p1/appeals", {"by": "u1", "reason": "再看一次"}).json["status"] == "open"
    with platform.house.begin() as work:
        events = work.outbox.recent(community="c1", limit=10)
        audited = work.audit.find(AuditFilter(event="case.decided"), limit=10)
    assert {(row.actor, row.subject) for row in audited} == {(f"key:{platform.key[:9]}", case)}
    assert {event.type for event in events} == {EventType.CASE_DECIDED, EventType.APPEAL_RULED}


def test_an_appeal_by_someone_else_is_403(platform: Platform) -> None:
    platform.post("/v1/posts", POST)
    refused = platform.post("/v1/posts/p1/appeals", SAID)
    assert (refused.status_code, refused.json["type"]) == (403, "/v1/problems/not-allowed")


def test_complaints_are_counted_like_posts(quick: Platform) -> None:
    quick.post("/v1/posts", POST)
    answers = [quick.post("/v1/posts/p1/reports", SAID | {"by": f"m{number}"}).status_code for number in range(20)]
    assert answers == [201] * 19 + [429]


def test_a_stale_version_is_409(platform: Platform) -> None:
    platform.post("/v1/posts", POST)
    case = platform.post("/v1/posts/p1/reports", SAID).json["id"]
    platform.post("/v1/posts/p1/reports", SAID | {"by": "u3"})
    stale = platform.post(f"/v1/cases/{case}/decisions", ruled(1))
    assert (stale.status_code, stale.json["type"]) == (409, "/v1/problems/stale-version")
    assert platform.get(f"/v1/cases/{case}").json["decisions"] == []


def test_cases_of_others_do_not_exist(platform: Platform) -> None:
    platform.post("/v1/posts", POST)
    case = platform.post("/v1/posts/p1/reports", SAID).json["id"]
    _, key = accounts.create_community("c2", begin=platform.house.begin)
    other = replace(platform, community="c2", key=key)
    assert other.get("/v1/cases").json["cases"] == []
    assert other.get(f"/v1/cases/{case}").status_code == 404
    assert other.post(f"/v1/cases/{case}/decisions", ruled(1)).status_code == 404
    assert other.post("/v1/posts/p1/reports", SAID).status_code == 404


def test_the_queue_is_read_page_by_page(platform: Platform) -> None:
    for number in range(3):
        platform.post("/v1/posts", POST | {"post_id": f"q{number}"})
        platform.post(f"/v1/posts/q{number}/reports", SAID)
    first = platform.get("/v1/cases?limit=2").json
    assert len(first["cases"]) == 2
    second = platform.get(first["next"]).json
    assert [case["post"]["post_id"] for case in first["cases"] + second["cases"]] == ["q0", "q1", "q2"]
    assert second["next"] is None


def test_faults_of_complaints_and_rulings_are_named(platform: Platform) -> None:
    platform.post("/v1/posts", POST)
    bad = platform.post("/v1/posts/p1/reports", {"by": "", "raeson": "x"}).json
    assert {fault["pointer"] for fault in bad["errors"]} == {"/by", "/reason", "/raeson"}
    bad = platform.post("/v1/cases/none/decisions", {"ruling": "ban", "reason": " ", "by": "m", "version": "1"}).json
    assert {fault["pointer"] for fault in bad["errors"]} == {"/ruling", "/version"}
    assert platform.post("/v1/cases/none/decisions", ruled(1)).status_code == 404
