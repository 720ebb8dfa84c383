"""The API on a real store and a real line, and a client that holds a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from riskguard.api import create_app
from riskguard.bootstrap import House, now, open_alerts
from riskguard.domain.post import Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.policy.model import Policy
from riskguard.queue import RedisLine, RedisRoll, RedisTraces, RqBell
from riskguard.services import accounts
from riskguard.services.ports import Begin, Line
from riskguard.settings import Settings
from riskguard.store import open_store
from tests.fixtures.keys import KEYRING


class OnePolicy:
    """A book with a single page."""

    def policy_for(self, community: str, scene: Scene) -> Policy:
        return Policy(name="default", version="v1")


@dataclass
class Platform:
    """A community that speaks to the API, and what its tests need to look behind it."""

    app: Flask
    house: House
    community: str
    key: str
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def post(self, path: str, body: object = None, *, data: bytes | None = None, **headers: str) -> TestResponse:
        return self.send("POST", path, json=body, data=data, **headers)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, **more: Any) -> TestResponse:
        options = {name: more.pop(name) for name in ("json", "data") if more.get(name) is not None}
        more.pop("json", None)
        more.pop("data", None)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        if self.key:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        return self.app.test_client().open(path, method=method, headers=headers, **options)

    def judge_all(self, action: Action = Action.BLOCK) -> int:
        """What a worker does until nobody waits: claim, keep verdicts, finish. How many posts."""
        judged = 0
        while (batch := self.house.line.claim("w1", limit=256)) is not None:
            rules = (FiredRule("r1", action, "测试"),)
            verdicts = [
                Verdict(post_id, action, labels={"ad": 0.97, "abuse": 0.01}, rules=rules, policy_version="v1")
                for post_id in batch.post_ids
            ]
            with self.house.begin() as work:
                work.verdicts.add(verdicts, at=now())
                work.commit()
            self.house.line.finish(batch)
            judged += len(batch.post_ids)
        return judged


def build_platform(begin: Begin, line: Line, connection: Redis, settings: Settings, name: str = "c1") -> Platform:
    """A fresh app over these parts, and a new community with a key."""
    house = House(
        settings=settings,
        clock=now,
        begin=begin,
        line=line,
        bell=RqBell(connection),
        roll=RedisRoll(connection),
        traces=RedisTraces(connection),
        taxonomy=Taxonomy({}),
        policies=OnePolicy(),
        alerts=open_alerts(settings),
    )
    _, key = accounts.create_community(name, begin=begin)
    return Platform(create_app(house), house, name, key)


@pytest.fixture
def platform(begin: Begin, redis_connection: Redis, redis_url: str) -> Platform:
    """On each kind of database."""
    settings = Settings(redis_url=redis_url, max_text_chars=50, max_body_bytes=100_000)
    return build_platform(begin, RedisLine(redis_connection), redis_connection, settings)


@pytest.fixture
def sqlite_begin(sqlite_template: Path, tmp_path: Path) -> Iterator[Begin]:
    """Transactions on SQLite only, for what does not touch the difference."""
    file = tmp_path / "only.db"
    file.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{file}", keyring=KEYRING)
    yield store.begin
    store.close()


@pytest.fixture
def quick(sqlite_begin: Begin, redis_connection: Redis, redis_url: str) -> Platform:
    """On SQLite, with small limits."""
    settings = Settings(
        redis_url=redis_url, max_text_chars=50, max_body_bytes=2_000, rate_posts_per_minute=20, max_wait_s=2.0
    )
    return build_platform(sqlite_begin, RedisLine(redis_connection), redis_connection, settings)
