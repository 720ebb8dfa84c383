"""The sending platform against a server that misbehaves."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from riskguard.domain.errors import NotReady
from riskguard.evaluation.platform import Body, Platform, reposts
from riskguard.evaluation.receiver import Receiver, Reply, Request


def _posts(count: int) -> list[Body]:
    return [{"post_id": f"p{n}", "text": "今天天气真好", "author": {"id": "u1"}} for n in range(count)]


def _accepting(request: Request) -> Reply:
    """Answers as the service does; a post called p3 is refused when it comes in a batch."""
    sent = json.loads(request.body)
    if isinstance(sent, dict):
        return Reply(202, body=json.dumps({"id": f"pst_{sent['post_id']}"}).encode())
    results = [{"status": "refused"} if each["post_id"] == "p3" else {"id": f"pst_{each['post_id']}"} for each in sent]
    return Reply(202, body=json.dumps({"results": results}).encode())


@pytest.fixture
def moves() -> list[int]:
    return []


def test_first_posts_go_alone_and_the_rest_in_batches(moves: list[int]) -> None:
    with Receiver(replies=_accepting, keep_requests=True) as server:
        platform = Platform("127.0.0.1", server.port, "key", connections=1)
        platform.flood(_posts(10), singles=2, batch=3, moved=moves.append)
        platform.close()
    assert moves == [1, 1, 3, 3, 2]
    assert platform.sent.ids == [f"pst_p{n}" for n in (0, 1, 2, 4, 5, 6, 7, 8, 9)]
    assert platform.sent.refused == {422: 1}
    assert [request.path for request in server.requests] == ["/v1/posts"] * 2 + ["/v1/posts/batch"] * 3
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer key"}
    assert server.connections == 1


def test_it_waits_as_long_as_it_is_asked_to(moves: list[int]) -> None:
    replies = iter([Reply(429, (("retry-after", "1"),)), None])

    def sometimes(request: Request) -> Reply:
        return next(replies) or _accepting(request)

    with Receiver(replies=sometimes) as server:
        platform = Platform("127.0.0.1", server.port, "key")
        began = time.monotonic()
        platform.flood(_posts(1), singles=1, batch=1, moved=moves.append)
        platform.close()
        assert time.monotonic() - began >= 1
    assert (platform.sent.ids, platform.sent.throttled) == (["pst_p0"], 1)


def test_a_refusal_is_counted_and_not_repeated(moves: list[int]) -> None:
    with Receiver(replies=lambda _: Reply(413), keep_requests=True) as server:
        platform = Platform("127.0.0.1", server.port, "key")
        platform.flood(_posts(3), singles=1, batch=2, moved=moves.append)
        platform.close()
    assert (platform.sent.refused, len(server.requests)) == ({413: 3}, 2)


def test_a_service_that_stays_away_is_said_to_be_away(moves: list[int]) -> None:
    with Receiver() as server:
        port = server.port
    platform = Platform("127.0.0.1", port, "key", tries=2)
    with pytest.raises(NotReady, match="does not answer at /v1/posts"):
        platform.flood(_posts(1), singles=1, batch=1, moved=moves.append)


def test_reposts_become_posts_with_their_own_times_and_authors(tmp_path: Path) -> None:
    row = {"event": "e1", "event_label": 0, "uid": "a1b2", "date": "2026-01-02 08:30:00", "text": "第一行\u2028第二行"}
    file = tmp_path / "reposts.jsonl"
    file.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert list(reposts(file)) == [
        {
            "post_id": "repost-000000",
            "text": "第一行\u2028第二行",
            "author": {"id": "a1b2"},
            "scene": "comment",
            "created_at": "2026-01-02T08:30:00+08:00",
            "thread_id": "e1",
        }
    ]
