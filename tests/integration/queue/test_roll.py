"""The roll of workers on a real Redis."""

from __future__ import annotations

import pytest
from redis import Redis

from riskguard.queue import RedisRoll, roll

pytestmark = pytest.mark.redis


def test_who_signed_is_present_until_it_leaves(redis_connection: Redis) -> None:
    register = RedisRoll(redis_connection)
    assert register.present() == []
    register.sign("w2", {"encoder": {"engine": "甲"}})
    register.sign("w1", {})
    register.sign("w1", {"encoder": {"engine": "乙"}})
    assert register.present() == [{"encoder": {"engine": "乙"}}, {"encoder": {"engine": "甲"}}]
    register.leave("w1")
    assert register.present() == [{"encoder": {"engine": "甲"}}]


def test_one_that_was_killed_is_struck_off(redis_connection: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    register = RedisRoll(redis_connection)
    register.sign("w1", {})
    monkeypatch.setattr(roll, "GONE_AFTER_S", -1)
    assert register.present() == []
    monkeypatch.undo()
    assert register.present() == []


def test_services_with_prefixes_of_their_own_have_rolls_of_their_own(redis_connection: Redis) -> None:
    RedisRoll(redis_connection, "one").sign("w1", {})
    assert RedisRoll(redis_connection, "other").present() == []
