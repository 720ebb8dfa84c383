"""Posts over HTTP, on both databases and a real line."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from riskguard.api import create_app
from riskguard.bootstrap import now
from riskguard.domain.errors import NotReady
from riskguard.domain.line import Ticket
from riskguard.domain.verdict import Action, Verdict
from riskguard.services import accounts
from tests.fixtures.database import spoil
from tests.integration.api.conftest import Platform


def sent(post_id: str = "p1", text: str = "今天天气很好", **more: object) -> dict[str, Any]:
    return {"post_id": post_id, "text": text, "author": {"id": "u1", "trust": 2}} | more


def test_a_post_is_stored_and_in_line_before_it_is_answered(platform: Platform) -> None:
    answer = platform.post("/v1/posts", sent(scene="comment", created_at="2026-11-22T14:05:00+08:00", title="题"))
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["status"] == "received"
    assert answer.headers["Location"] == answer.json["url"] == f"/v1/posts/{answer.json['id']}"
    with platform.house.begin() as work:
        stored = work.posts.find("c1", "p1")
    assert stored is not None
    assert (stored.id, stored.text, stored.scene, stored.title) == (answer.json["id"], "今天天气很好", "comment", "题")
    assert stored.created_at.isoformat() == "2026-11-22T06:05:00+00:00"
    assert platform.house.line.waiting() == 1


def test_the_same_post_again_is_the_first_one_and_other_words_are_a_new_revision(platform: Platform) -> None:
    first = platform.post("/v1/posts", sent()).json
    again = platform.post("/v1/posts", sent(scene="dm")).json
    other = platform.post("/v1/posts", sent(text="改了")).json
    back = platform.post("/v1/posts", sent()).json
    assert again == first
    assert (first["revision"], other["revision"], back["revision"]) == (1, 2, 3)
    assert platform.get("/v1/posts/p1").json["id"] == back["id"]


def test_a_judged_repeat_is_answered_with_the_first_result(platform: Platform) -> None:
    first = platform.post("/v1/posts", sent()).json
    assert platform.judge_all() == 1
    again = platform.post("/v1/posts", sent())
    assert again.status_code == 200
    assert again.json == platform.get("/v1/posts/p1").json
    assert (again.json["id"], again.json["status"]) == (first["id"], "judged")
    assert again.json["verdict"]["action"] == "block"
    assert again.json["verdict"]["labels"] == {"ad": 0.97}
    assert platform.house.line.waiting() == 0


def test_a_post_that_was_changed_in_the_store_is_followed_by_a_new_one_and_holds_up_no_other(
    platform: Platform, database_url: str
) -> None:
    platform.post("/v1/posts/batch", [sent("p1"), sent("p2"), sent("p3")])
    platform.judge_all()
    spoil(database_url, "posts SET text = 'plain' WHERE post_id = 'p1'")
    with platform.house.begin() as work:
        second = work.posts.latest("c1", ["p2"])["p2"]
    spoil(database_url, f"verdicts SET body = 'plain' WHERE post_id = '{second.id}'")
    told = platform.post("/v1/posts/batch", [sent("p1"), sent("p2"), sent("p3"), sent("p4")]).json["results"]
    assert [(each["post_id"], each["revision"]) for each in told] == [("p1", 2), ("p2", 1), ("p3", 1), ("p4", 1)]
    assert [each["status"] for each in told] == ["received", "received", "judged", "received"]


def test_all_scores_shows_the_low_ones_too(platform: Platform) -> None:
    platform.post("/v1/posts", sent())
    platform.judge_all()
    shown = platform.get("/v1/posts/p1?all_scores").json
    assert shown is not None
    assert shown["verdict"]["labels"] == {"abuse": 0.01, "ad": 0.97}


def test_a_post_is_found_by_its_own_community_only(platform: Platform) -> None:
    own = platform.post("/v1/posts", sent("a/b 1")).json
    assert own is not None
    assert platform.get("/v1/posts/a%2Fb%201").json["id"] == own["id"]
    _, key = accounts.create_community("c2", begin=platform.house.begin)
    for name in (own["id"], "a%2Fb%201"):
        foreign = platform.get(f"/v1/posts/{name}", Authorization=f"Bearer {key}")
        assert foreign.status_code == 404
        assert foreign.mimetype == "application/problem+json"


def test_threads_that_send_the_same_post_get_the_same_post(platform: Platform) -> None:
    gate = threading.Barrier(6)
    answers: list[dict[str, Any]] = []

    def send(text: str) -> None:
        gate.wait()
        answers.append(platform.post("/v1/posts", sent("same", text)).json)

    threads = [threading.Thread(target=send, args=("甲",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer["id"] for answer in answers}) == 1
    assert {answer["revision"] for answer in answers} == {1}


def test_threads_that_send_different_words_get_revisions_without_a_gap(platform: Platform) -> None:
    gate = threading.Barrier(4)
    revisions: list[int] = []

    def send(text: str) -> None:
        gate.wait()
        revisions.append(platform.post("/v1/posts", sent("same", text)).json["revision"])

    threads = [threading.Thread(target=send, args=(f"第{i}稿",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(revisions) == [1, 2, 3, 4]


# --- waiting ------------------------------------------------------------------------------------------------------


def test_prefer_wait_is_answered_with_the_verdict_when_it_comes_in_time(platform: Platform) -> None:
    def work() -> None:
        until = time.monotonic() + 5
        while not platform.judge_all(Action.MASK) and time.monotonic() < until:
            time.sleep(0.02)

    worker = threading.Thread(target=work)
    worker.start()
    started = time.monotonic()
    answer = platform.post("/v1/posts", sent(), Prefer="respond-async, wait=5")
    took = time.monotonic() - started
    worker.join()
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["verdict"]["action"] == "mask"
    assert answer.headers["Preference-Applied"] == "wait=5"
    assert took < 4


def test_prefer_wait_without_a_worker_is_202_after_that_time(quick: Platform) -> None:
    started = time.monotonic()
    answer = quick.post("/v1/posts", sent(), Prefer="wait=1")
    took = time.monotonic() - started
    assert answer.status_code == 202
    assert 0.9 < took < 2.5


def test_prefer_wait_is_cut_to_what_the_operator_allows(quick: Platform) -> None:
    started = time.monotonic()
    assert quick.post("/v1/posts", sent(), Prefer="wait=600").status_code == 202
    assert 1.9 < time.monotonic() - started < 4


@pytest.mark.parametrize("wish", ["wait=soon", "wait", "wait=-1", "return=minimal"])
def test_a_wish_that_is_no_number_is_no_wish(quick: Platform, wish: str) -> None:
    answer = quick.post("/v1/posts", sent(), Prefer=wish)
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


# --- batches ------------------------------------------------------------------------------------------------------


def test_a_batch_is_answered_in_order_and_a_bad_post_spoils_no_other(platform: Platform) -> None:
    posts = [sent("b1"), sent("b2", ""), sent("b3", "长" * 51), 7, sent("b1"), sent("b1", "改了"), sent("b4", "a\x00b")]
    answer = platform.post("/v1/posts/batch", posts)
    assert answer.status_code == 202
    results = answer.json["results"]
    assert [each["status"] for each in results] == [
        "received", "refused", "refused", "refused", "received", "received", "refused",
    ]  # fmt: skip
    assert results[0]["id"] == results[4]["id"]
    assert (results[4]["revision"], results[5]["revision"]) == (1, 2)
    assert [results[i]["problem"]["status"] for i in (1, 2, 3, 6)] == [400, 413, 400, 400]
    assert results[2]["post_id"] == "b3"
    assert results[6]["problem"]["errors"][0]["pointer"] == "/text"
    assert platform.house.line.waiting() == 2


def test_ndjson_with_a_broken_line(platform: Platform) -> None:
    lines = [json.dumps(sent("n1")).encode(), b'{"post_id": "n2", ', b"", json.dumps(sent("n3")).encode(), b"\xff\xfe"]
    answer = platform.post("/v1/posts/batch", data=b"\r\n".join(lines), Content_Type="application/x-ndjson")
    results = answer.json["results"]
    assert [each.get("post_id") for each in results] == ["n1", None, "n3", None]
    assert [each["status"] for each in results] == ["received", "refused", "received", "refused"]
    assert "not JSON" in results[1]["problem"]["detail"]


def test_what_was_applied_of_a_preference_is_told(quick: Platform) -> None:
    quick.post("/v1/posts", sent("p1"))
    quick.judge_all()
    assert quick.post("/v1/posts", sent("p1"), Prefer="wait=99").headers["Preference-Applied"] == "wait=2"


def test_a_platforms_id_may_look_like_one_of_ours(quick: Platform) -> None:
    name = "pst_" + "0" * 32
    quick.post("/v1/posts", sent(name))
    assert quick.get(f"/v1/posts/{name}").json["post_id"] == name


def test_metadata_comes_back(quick: Platform) -> None:
    quick.post("/v1/posts", sent("p1", metadata={"房间": [5]}))
    assert quick.get("/v1/posts/p1").json["metadata"] == {"房间": [5]}


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/", "http://0/", "https://169.254.169.254/x", "http://u:p@a.example/"]
)
def test_a_callback_that_could_never_be_delivered_is_refused_at_the_door(quick: Platform, address: str) -> None:
    alone = quick.post("/v1/posts", sent("p1", callback_url=address))
    assert (alone.status_code, alone.json["type"]) == (400, "/v1/problems/forbidden-address")
    refused, taken = quick.post("/v1/posts/batch", [sent("p1", callback_url=address), sent("p2")]).json["results"]
    assert (refused["status"], taken["status"]) == ("refused", "received")
    assert refused["problem"]["type"] == "/v1/problems/forbidden-address"


def test_a_kept_answer_holds_no_verdict_but_is_repeated_with_it(platform: Platform) -> None:
    platform.post("/v1/posts", sent("j1"))
    platform.judge_all()
    first, again = (platform.post("/v1/posts/batch", [sent("j1"), sent("j2")], Idempotency_Key="k") for _ in range(2))
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    assert first.json["results"][0]["verdict"]["action"] == "block"
    with platform.house.begin() as work:
        kept = work.answers.get("c1", "k")
    assert kept
    assert "verdict" not in kept.body


def test_a_batch_shows_the_verdict_of_what_was_judged_before(platform: Platform) -> None:
    platform.post("/v1/posts", sent("j1"))
    platform.judge_all()
    results = platform.post("/v1/posts/batch", [sent("j1"), sent("j2")]).json["results"]
    assert results[0]["status"] == "judged"
    assert results[0]["verdict"]["action"] == "block"
    assert "verdict" not in results[1]


def test_a_batch_of_a_thousand_is_taken_and_one_more_is_not(platform: Platform) -> None:
    posts = [{"post_id": str(i), "text": "文", "author": {"id": "u"}} for i in range(1001)]
    refused = platform.post("/v1/posts/batch", posts)
    assert (refused.status_code, refused.json["detail"]) == (413, "the batch has more than 1000 posts")
    assert len(platform.post("/v1/posts/batch", posts[:1000]).json["results"]) == 1000
    assert platform.house.line.waiting() == 1000


@pytest.mark.parametrize(("body", "status"), [(b"[]", 400), (b"", 400), (b"[1,", 400), (b"  \n ", 400)])
def test_a_batch_that_is_none(quick: Platform, body: bytes, status: int) -> None:
    assert quick.post("/v1/posts/batch", data=body).status_code == status


# --- the same request twice ---------------------------------------------------------------------------------------


def test_a_key_repeats_the_first_answer_and_refuses_another_body(platform: Platform) -> None:
    first = platform.post("/v1/posts", sent(), Idempotency_Key='"k1"')
    again = platform.post("/v1/posts", sent(), Idempotency_Key="k1")
    assert "Idempotency-Replayed" not in first.headers
    assert (again.status_code, again.json, again.headers["Idempotency-Replayed"]) == (202, first.json, "true")
    other = platform.post("/v1/posts", sent(text="另一个"), Idempotency_Key="k1")
    assert (other.status_code, other.json["type"]) == (422, "/v1/problems/key-reused")
    elsewhere = platform.post("/v1/posts/batch", sent(), Idempotency_Key="k1")
    assert elsewhere.status_code == 422


def test_a_key_repeats_a_batch_with_its_refusals_even_after_a_new_revision(platform: Platform) -> None:
    posts = [sent("k1"), 3]
    first = platform.post("/v1/posts/batch", posts, Idempotency_Key="b")
    platform.post("/v1/posts", sent("k1", "改了"))
    again = platform.post("/v1/posts/batch", posts, Idempotency_Key="b")
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert platform.get("/v1/posts/k1").json["revision"] == 2


def test_a_key_belongs_to_its_community_and_a_refused_request_does_not_use_it_up(platform: Platform) -> None:
    assert platform.post("/v1/posts", {"post_id": "x"}, Idempotency_Key="k").status_code == 400
    assert platform.post("/v1/posts", sent(), Idempotency_Key="k").status_code == 202
    _, key = accounts.create_community("c2", begin=platform.house.begin)
    foreign = platform.post("/v1/posts", sent(text="他们的"), Idempotency_Key="k", Authorization=f"Bearer {key}")
    assert foreign.status_code == 202


def test_two_requests_with_one_key_at_once_get_one_answer(platform: Platform) -> None:
    gate = threading.Barrier(4)
    answers = []

    def send() -> None:
        gate.wait()
        answers.append(platform.post("/v1/posts/batch", [sent("r1"), sent("r2")], Idempotency_Key="race"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_data() for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    with platform.house.begin() as work:
        assert work.posts.count("c1") == 2


@pytest.mark.parametrize("key", ["", '""', "x" * 256])
def test_a_key_that_cannot_be_kept(quick: Platform, key: str) -> None:
    assert quick.post("/v1/posts", sent(), Idempotency_Key=key).status_code == 400


# --- when the transport is gone -----------------------------------------------------------------------------------


class DeadLine:
    """A line whose Redis is gone."""

    def submit(self, tickets: list[Ticket]) -> int:
        raise ConnectionError("no Redis")

    def wait_for(self, post_id: str, *, timeout_s: float) -> bool:
        raise NotReady("no Redis")

    def waiting(self) -> int:
        raise ConnectionError("no Redis")


def test_a_dead_redis_loses_no_post(quick: Platform, caplog: pytest.LogCaptureFixture) -> None:
    settings = replace(quick.house.settings, redis_url="redis://127.0.0.1:1")
    house = replace(quick.house, line=DeadLine(), settings=settings)
    dead = Platform(create_app(house), house, "c1", quick.key)
    assert dead.post("/v1/posts", sent("d1")).status_code == 202
    assert dead.post("/v1/posts/batch", [sent("d2")], Prefer="wait=1").status_code == 202
    assert "could not be put in line" in caplog.text
    assert "posts pass" in caplog.text
    with house.begin() as work:
        assert work.posts.count("c1") == 2
    ready = dead.get("/readyz")
    assert (ready.status_code, ready.json["parts"]["redis"]) == (503, "cannot be reached")
    assert ready.json["parts"]["database"] == "ok"
    figures = dead.get("/metrics").get_data(as_text=True)
    assert "riskguard_line_up 0.0" in figures
    assert 'riskguard_posts_accepted_total{lane="live"} 1.0' in figures


def test_prefer_wait_asks_the_database_when_the_line_cannot_tell(quick: Platform) -> None:
    house = replace(quick.house, line=DeadLine())
    half = Platform(create_app(house), house, "c1", quick.key)

    def judge() -> None:
        until = time.monotonic() + 3
        while time.monotonic() < until:
            with house.begin() as work:
                post = work.posts.find("c1", "p1")
                if post is not None:
                    work.verdicts.add([Verdict(post.id, Action.ALLOW)], at=now())
                    work.commit()
                    return
            time.sleep(0.02)

    worker = threading.Thread(target=judge)
    worker.start()
    answer = half.post("/v1/posts", sent(), Prefer="wait=2")
    worker.join()
    assert answer.status_code == 200
    assert answer.json["verdict"]["action"] == "allow"
