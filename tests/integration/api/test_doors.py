"""Who gets in, how much, and what everyone hears who does not."""

from __future__ import annotations

import json
import os
import signal
import time
from codecs import BOM_UTF8
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from werkzeug.test import TestResponse

from riskguard.api import create_app
from riskguard.queue import RedisLine, connect
from riskguard.queue.embedded import start_redis
from riskguard.services import accounts
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from tests.integration.api.conftest import Platform, build_platform

POST = {"post_id": "p1", "text": "今天天气很好", "author": {"id": "u1"}}


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"Authorization": ""}, id="none"),
        pytest.param({"Authorization": "Bearer rg_unknown"}, id="unknown"),
        pytest.param({"Authorization": "Bearer "}, id="empty"),
        pytest.param({"Authorization": "Basic cmc6cmc="}, id="another-scheme"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/posts", "/v1/posts/batch", "/v1/posts/p1/reports", "/v1/cases/c/decisions"])
def test_no_key_no_entry(quick: Platform, header: dict[str, str], path: str) -> None:
    answer = quick.post(path, POST, **header)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["type"] == "/v1/problems/not-authenticated"


def test_a_revoked_key_is_refused_by_a_door_that_has_not_just_seen_it(quick: Platform) -> None:
    accounts.revoke_key("c1", quick.key, begin=quick.house.begin)
    assert quick.post("/v1/posts", POST).status_code == 401


def test_every_minute_has_its_limit_and_a_batch_counts_each_post(quick: Platform) -> None:
    batch = [POST | {"post_id": str(i)} for i in range(15)]
    assert quick.post("/v1/posts/batch", batch).status_code == 202
    refused = quick.post("/v1/posts/batch", batch)
    assert (refused.status_code, refused.json["type"]) == (429, "/v1/problems/too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert quick.post("/v1/posts/batch", batch[:5]).status_code == 202
    assert quick.post("/v1/posts", POST).status_code == 429
    _, key = accounts.create_community("c2", begin=quick.house.begin)
    assert quick.post("/v1/posts", POST, Authorization=f"Bearer {key}").status_code == 202


def test_a_batch_larger_than_a_minute_is_refused_for_good(quick: Platform) -> None:
    batch = [POST | {"post_id": str(i)} for i in range(21)]
    refused = quick.post("/v1/posts/batch", batch)
    assert refused.status_code == 429
    assert "whole minute" in refused.json["detail"]


def test_no_post_is_taken_while_too_many_wait(quick: Platform) -> None:
    house = replace(quick.house, settings=replace(quick.house.settings, max_waiting=1))
    full = Platform(create_app(house), house, "c1", quick.key)
    assert full.post("/v1/posts", POST).status_code == 202
    again = Platform(create_app(house), house, "c1", quick.key)
    refused = again.post("/v1/posts", POST | {"post_id": "p2"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    again.judge_all()
    later = Platform(create_app(house), house, "c1", quick.key)
    assert later.post("/v1/posts", POST | {"post_id": "p2"}).status_code == 202


def test_a_body_over_the_limit_is_413_with_a_hint(quick: Platform) -> None:
    answer = quick.post("/v1/posts", data=b"x" * 2001)
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    assert "2000 bytes" in answer.json["detail"]
    assert answer.json["hint"]


def test_a_text_over_the_limit_is_413_and_names_the_field(quick: Platform) -> None:
    answer = quick.post("/v1/posts", POST | {"text": "长" * 51})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (413, "/text")
    assert quick.post("/v1/posts", POST | {"text": "长" * 50}).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/posts/unknown", 404, "not-found"),
        ("GET", "/v1/posts/a%00b", 400, "invalid-input"),
        ("GET", "/v1/posts/%ff", 404, "not-found"),
        ("GET", "/v1/posts/batch", 404, "not-found"),
        ("PUT", "/v1/posts", 405, "method-not-allowed"),
        ("DELETE", "/v1/cases", 405, "method-not-allowed"),
        ("GET", "/v1/problems/unheard-of", 404, "not-found"),
        ("GET", "/v1/cases?limit=0", 400, "invalid-input"),
        ("GET", "/v1/cases?limit=%C2%B2", 400, "invalid-input"),
        ("GET", "/v1/cases?status=closed", 400, "invalid-input"),
    ],
)
def test_every_error_is_a_problem(quick: Platform, method: str, path: str, status: int, slug: str) -> None:
    answer = quick.send(method, path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["type"] == f"/v1/problems/{slug}"
    assert answer.json["status"] == status
    assert ("Allow" in answer.headers) == (status == 405)


def test_what_breaks_inside_is_500_without_a_word_of_the_inside(
    quick: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the password is swordfish")

    house = replace(quick.house, begin=broken)  # type: ignore[arg-type]
    answer = Platform(create_app(house), house, "c1", quick.key).post("/v1/posts", POST)
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "swordfish" not in answer.get_data(as_text=True)
    assert "swordfish" in caplog.text


def test_metrics_count_what_happened(quick: Platform) -> None:
    quick.post("/v1/posts", POST)
    quick.post("/v1/posts/batch", [POST, POST | {"post_id": "p2"}])
    quick.send("BREW", "/v1/posts")
    quick.judge_all()
    text = quick.get("/metrics").get_data(as_text=True)
    assert 'riskguard_http_requests_total{method="POST",route="/v1/posts",status="202"} 1.0' in text
    assert 'method="other"' in text
    assert "BREW" not in text
    assert 'riskguard_posts_accepted_total{lane="bulk"} 1.0' in text
    assert 'riskguard_verdicts{action="block"} 2.0' in text
    assert "riskguard_posts_waiting 0.0" in text
    assert 'riskguard_cases{status="open"} 0.0' in text
    assert "riskguard_store_up 1.0" in text


def test_readiness_names_what_is_missing(quick: Platform) -> None:
    assert quick.get("/healthz").json == {"status": "ok"}
    ready = quick.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "ready")
    house = replace(quick.house, policies=None)  # type: ignore[arg-type]
    missing = Platform(create_app(house), house, "c1", "").get("/readyz")
    assert (missing.status_code, missing.json["parts"]["policies"]) == (503, "cannot be loaded")


def test_readiness_names_what_runs_the_encoder_of_the_workers(quick: Platform) -> None:
    assert quick.get("/readyz").json["engines"] == []
    fast = {"engine": "openvino-bf16", "posts_per_s": {"openvino-bf16": 1071}, "refused": {"onnxruntime-int8": "no"}}
    other = {"engine": "onnxruntime-int8", "posts_per_s": {"onnxruntime-int8": 998}, "refused": {}}
    for worker, note in (("w1", fast), ("w2", other), ("w3", fast)):
        quick.house.roll.sign(worker, {"encoder": note})
    quick.house.roll.sign("deliverer", {})
    assert quick.get("/readyz").json["engines"] == [fast | {"workers": 2}, other | {"workers": 1}]
    quick.house.roll.leave("w2")
    ready = quick.get("/readyz")
    assert (ready.status_code, [each["engine"] for each in ready.json["engines"]]) == (200, ["openvino-bf16"])


@pytest.mark.parametrize("path", ["/v1/posts", "/v1/posts/batch"])
def test_a_body_in_chunks_over_the_limit_is_413_too(quick: Platform, path: str) -> None:
    def sent(size: int) -> TestResponse:
        return quick.app.test_client().post(
            path,
            input_stream=BytesIO(json.dumps(POST).encode().ljust(size)),
            headers={"Authorization": f"Bearer {quick.key}", "Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )

    refused = sent(2_001)
    assert (refused.status_code, refused.json["type"]) == (413, "/v1/problems/too-large")
    assert sent(1_000).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Encoding": "gzip"}, id="compressed"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, id="form"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, id="multipart"),
    ],
)
def test_a_body_in_another_form_is_415_with_a_hint(quick: Platform, headers: dict[str, str]) -> None:
    answer = quick.post("/v1/posts", data=b"{}", **headers)
    assert (answer.status_code, answer.json["type"]) == (415, "/v1/problems/unusable-media")
    assert answer.json["hint"]


def test_a_byte_order_mark_is_no_part_of_the_body(quick: Platform) -> None:
    line = BOM_UTF8 + json.dumps(POST).encode()
    answer = quick.post("/v1/posts/batch", data=line, Content_Type="application/x-ndjson")
    assert answer.json["results"][0]["status"] == "received"


def test_a_redis_that_hangs_costs_one_request_little_and_the_next_nothing(sqlite_begin: Begin) -> None:
    with TemporaryDirectory(prefix="rg-") as folder:
        server = start_redis(Path(folder))
        connection = connect(server.url, patience_s=0.4, ask_again=False)
        platform = build_platform(
            sqlite_begin, RedisLine(connection), connection, Settings(redis_url=server.url, max_wait_s=1.0)
        )
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            took = []
            for number in range(3):
                begun = time.monotonic()
                assert platform.post("/v1/posts", POST | {"post_id": f"p{number}"}).status_code == 202
                took.append(time.monotonic() - begun)
            begun = time.monotonic()
            assert platform.get("/readyz").status_code == 503
            took.append(time.monotonic() - begun)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
            server.stop()
        connection.close()
    assert took[0] < 2.5
    assert max(took[1:]) < 0.5
