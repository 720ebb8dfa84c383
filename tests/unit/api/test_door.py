"""Keys, limits, wishes: the parts of the door that need no store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask

from riskguard.api.door import flag, wait_preference, whole_number
from riskguard.api.keyring import REMEMBERED_S, Keyring
from riskguard.api.limiter import Backlog, RateLimiter
from riskguard.api.problems import INTERNAL, KINDS, all_kinds, kind_of, problem
from riskguard.bootstrap import open_counter
from riskguard.domain import errors
from riskguard.domain.member import ApiKey
from riskguard.services.accounts import digest
from riskguard.settings import Settings

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Keys:
    """A store of keys that counts how often it is asked."""

    kept: dict[str, ApiKey] = field(default_factory=dict)
    asked: int = 0

    def by_digest(self, wanted: str) -> ApiKey | None:
        self.asked += 1
        return self.kept.get(wanted)

    def begin(self) -> Any:
        return Work(self)


@dataclass
class Work:
    keys: Keys

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def keyring(at: list[float]) -> tuple[Keyring, Keys]:
    keys = Keys({digest("rg_a"): ApiKey("key_1", "c1", digest("rg_a"), "rg_a", NOW)})
    return Keyring(cast(Any, keys.begin), now=lambda: at[0]), keys


def test_a_key_is_asked_for_once_in_a_while_and_a_revoked_one_stops_within_five_seconds() -> None:
    at = [100.0]
    ring, keys = keyring(at)
    assert [ring.community("Bearer rg_a"), ring.community("bearer  rg_a ")] == ["c1", "c1"]
    assert keys.asked == 1
    keys.kept[digest("rg_a")] = ApiKey("key_1", "c1", digest("rg_a"), "rg_a", NOW, revoked_at=NOW)
    at[0] += REMEMBERED_S
    assert REMEMBERED_S < 5
    for _ in range(2):
        with pytest.raises(errors.NotAuthenticated):
            ring.community("Bearer rg_a")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer rg_b", "Token rg_a", "rg_a", "Basic rg_a"])
def test_another_header_is_no_key(header: str) -> None:
    ring, _ = keyring([0.0])
    with pytest.raises(errors.NotAuthenticated):
        ring.community(header)


def test_the_limiter_counts_posts_per_community() -> None:
    limiter = RateLimiter(open_counter(Settings(), "rate"), per_minute=10)
    limiter.pay("c1", 8)
    with pytest.raises(errors.TooManyRequests) as refused:
        limiter.pay("c1", 3)
    assert 0 < refused.value.retry_after_s <= 60
    limiter.pay("c1", 2)
    limiter.pay("c2", 10)


def test_a_limiter_without_its_redis_lets_posts_pass_and_asks_again_later(caplog: pytest.LogCaptureFixture) -> None:
    at = [0.0]
    counter = open_counter(Settings(redis_url="redis://127.0.0.1:1"), "rate")
    limiter = RateLimiter(counter, per_minute=10, now=lambda: at[0])
    for _ in range(5):
        limiter.pay("c1", 10)
    assert len(caplog.records) == 1
    at[0] += 6
    limiter.pay("c1", 10)
    assert len(caplog.records) == 2
    with pytest.raises(errors.TooManyRequests):
        limiter.pay("c1", 11)


def test_the_backlog_is_looked_at_once_a_second() -> None:
    at, waiting = [0.0], [5]
    backlog = Backlog(cast(Any, SimpleNamespace(waiting=lambda: waiting[0])), limit=5, now=lambda: at[0])
    with pytest.raises(errors.TooManyRequests):
        backlog.check()
    waiting[0] = 4
    with pytest.raises(errors.TooManyRequests):
        backlog.check()
    at[0] += 1
    backlog.check()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=2", 2.0),
        ("WAIT = 10", 10.0),
        ('respond-async, wait="3"; q=1', 3.0),
        ("wait=0", 0.0),
        ("wait=1.5", None),
        ("wait=-1", None),
        ("wait=²", None),
        ("wait=99999999999999", None),
        ("return=minimal", None),
        ("", None),
    ],
)
def test_a_wish_to_wait(header: str, seconds: float | None) -> None:
    with Flask("x").test_request_context(headers={"Prefer": header}):
        assert wait_preference() == seconds


@pytest.mark.parametrize(
    ("query", "on"), [("", False), ("?s", True), ("?s=1", True), ("?s=false", False), ("?s=0", False)]
)
def test_a_switch(query: str, on: bool) -> None:
    with Flask("x").test_request_context("/" + query):
        assert flag("s") is on


def test_a_switch_that_is_neither_on_nor_off_is_a_fault() -> None:
    with Flask("x").test_request_context("/?s=banana"), pytest.raises(errors.InvalidInput, match="true or false"):
        flag("s")


@pytest.mark.parametrize("raw", ["0", "11", "-1", "1.0", "x", "99999999999999999999", "٣"])
def test_a_number_out_of_range(raw: str) -> None:
    with Flask("x").test_request_context("/", query_string={"n": raw}), pytest.raises(errors.InvalidInput):
        whole_number("n", default=5, low=1, high=10)


def test_every_error_of_ours_has_a_kind_and_every_kind_its_own_name() -> None:
    class Later(errors.NotFound):
        pass

    assert kind_of(Later("x")).status == 404
    assert kind_of(errors.DetectorFailed("x")) is INTERNAL
    assert len({kind.slug for kind in all_kinds()}) == len(all_kinds()) == len(KINDS) + 2


def test_what_broke_inside_is_not_told_outside() -> None:
    for error in (errors.NotReady("postgresql://host/db cannot be used", hint="ask bob"), errors.ModelInvalid("x y z")):
        told = str(problem(error))
        assert "postgresql" not in told
        assert "x y z" not in told
        assert "hint" not in problem(error)


def test_a_field_of_an_error_becomes_a_pointer() -> None:
    shown = problem(errors.TooLarge("too long", field="/text", hint="split it"))
    assert shown == {
        "type": "/v1/problems/too-large",
        "title": "More than a limit allows",
        "status": 413,
        "detail": "too long",
        "hint": "split it",
        "errors": [{"pointer": "/text", "detail": "too long"}],
    }
