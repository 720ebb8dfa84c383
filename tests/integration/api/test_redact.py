"""POST /v1/redact over the wire: what comes back, what is refused, and that nothing is kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from riskguard.api import create_app
from riskguard.keyring import Keyring, new_key
from riskguard.policy.book import single
from riskguard.queue import RedisLine
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from riskguard.text.mask import reveal
from tests.integration.api.conftest import Platform, build_platform

_KEYS = Keyring.of([new_key()])
_POLICIES = Settings().policy_dir


@pytest.fixture
def platform(sqlite_begin: Begin, redis_connection: Redis, redis_url: str) -> Platform:
    """With the policies as shipped, and keys."""
    settings = Settings(redis_url=redis_url, max_text_chars=50, max_body_bytes=100_000, rate_posts_per_minute=10)
    bare = build_platform(sqlite_begin, RedisLine(redis_connection), redis_connection, settings)
    policies = single(_POLICIES / "default.yaml", policy_dir=_POLICIES)
    house = replace(bare.house, policies=policies, keys=_KEYS)
    return replace(bare, app=create_app(house), house=house)


def test_a_text_comes_back_without_its_numbers_and_says_who_read_it(platform: Platform) -> None:
    answer = platform.send("POST", "/v1/redact", json={"text": "我手机号１６４-0000-1234，谢谢"})
    assert answer.status_code == 200, answer.text
    body = answer.json
    assert body is not None
    (told,) = body["results"]
    assert told["text"] == "我手机号１６４******1234，谢谢"
    (finding,) = told["findings"]
    assert (finding["label"], finding["operator"]) == ("pii.mobile", "mask")
    assert [(span["start"], span["end"], span["redacted"]) for span in finding["spans"]] == [
        (4, 17, {"start": 4, "end": 17})
    ]
    assert set(body["models"]) == {"pii", "person"}


def test_several_texts_and_operators_of_ones_own(platform: Platform) -> None:
    wish = {
        "texts": ["打16400001234或发li@example.com", "晴天"],
        "operators": {"pii.mobile": "encrypt", "pii.email": "redact"},
    }
    answer = platform.send("POST", "/v1/redact", json=wish)
    assert answer.json is not None
    first, second = answer.json["results"]
    assert second == {"text": "晴天", "findings": []}
    assert reveal(first["text"], _KEYS).text == "打16400001234或发"
    for finding in first["findings"]:
        (span,) = finding["spans"]
        start, end = span["redacted"]["start"], span["redacted"]["end"]
        assert first["text"][start:end].startswith("<手机号:" if finding["label"] == "pii.mobile" else "")
        assert (start == end) is (finding["label"] == "pii.email")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param({}, 400, "", id="no-text"),
        pytest.param({"text": "a", "texts": ["b"]}, 400, "", id="both"),
        pytest.param({"texts": []}, 400, "/texts", id="none"),
        pytest.param({"texts": ["a", ""]}, 400, "/texts/1", id="an-empty-one"),
        pytest.param({"text": "a", "operators": {"pii.mobile": "hide"}}, 400, "/operators/pii.mobile", id="operator"),
        pytest.param({"text": "a", "operators": {"pii.mobil": "mask"}}, 400, "/operators", id="operator-of-nothing"),
        pytest.param({"text": "a", "labels": ["abuse"]}, 400, "/labels", id="no-personal-information"),
        pytest.param({"text": "a", "label": ["pii"]}, 400, "/label", id="unknown-field"),
        pytest.param({"texts": ["a", "字" * 51]}, 413, "/texts/1", id="too-long"),
    ],
)
def test_what_is_refused(platform: Platform, body: dict[str, object], status: int, pointer: str) -> None:
    answer = platform.send("POST", "/v1/redact", json=body)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert pointer in answer.text


def test_nobody_redacts_without_a_key_or_over_the_rate(platform: Platform) -> None:
    assert platform.app.test_client().post("/v1/redact", json={"text": "a"}).status_code == 401
    assert platform.send("POST", "/v1/redact", json={"texts": ["晴"] * 10}).status_code == 200
    over = platform.send("POST", "/v1/redact", json={"text": "晴"})
    assert over.status_code == 429
    assert int(over.headers["Retry-After"]) >= 1


def test_nothing_is_stored_or_logged(
    platform: Platform, redis_connection: Redis, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = platform.send("POST", "/v1/redact", json={"text": "找我16400001234", "operators": {"pii": "hash"}})
    assert answer.status_code == 200
    assert "16400001234" not in answer.text
    assert "16400001234" not in caplog.text
    assert all(b"16400001234" not in file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert not any(b"1640000" in key for key in redis_connection.scan_iter())
