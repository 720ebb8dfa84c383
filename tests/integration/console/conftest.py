"""The console over a real store and Redis, with members who sign in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from riskguard.bootstrap import House, open_alerts
from riskguard.console import create_app
from riskguard.domain.case import Case
from riskguard.domain.member import Member, Role
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.book import open_book
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.queue import RedisLine, RedisRoll, RedisTraces, RqBell
from riskguard.services.password import hashed
from riskguard.services.ports import Begin, PolicyBook
from riskguard.settings import Settings
from riskguard.store import open_store
from tests.fixtures import desk
from tests.fixtures.keys import KEYRING
from tests.integration.console.visitor import Browser, Clock

PASSWORD = "correct horse"
PASSWORD_HASH = hashed(PASSWORD)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begin(sqlite_template: Path, tmp_path: Path) -> Iterator[Begin]:
    """SQLite only: what the pages ask of the store is tested on both databases beside the use cases."""
    store = open_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'riskguard.db')}", keyring=KEYRING)
    yield store.begin
    store.close()


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy(Settings().policy_dir / "taxonomy.yaml")


@pytest.fixture(scope="module")
def policies() -> PolicyBook:
    return open_book(Settings().policy_dir)


@pytest.fixture
def house(
    begin: Begin, clock: Clock, redis_url: str, redis_connection: Redis, taxonomy: Taxonomy, policies: PolicyBook
) -> House:
    settings = Settings(secret_key="k" * 48, redis_url=redis_url)
    return House(
        settings=settings,
        clock=clock,
        begin=begin,
        line=RedisLine(redis_connection, prefix=settings.redis_prefix),
        bell=RqBell(redis_connection, prefix=settings.redis_prefix),
        roll=RedisRoll(redis_connection, prefix=settings.redis_prefix),
        traces=RedisTraces(redis_connection),
        taxonomy=taxonomy,
        policies=policies,
        alerts=open_alerts(settings),
    )


@pytest.fixture
def cases(house: House) -> list[Case]:
    return desk.keep(desk.SAMPLES, begin=house.begin, policies=house.policies, at=house.clock())


@pytest.fixture
def browser(house: House) -> Callable[[], Browser]:
    app = create_app(house)
    return lambda: Browser(app.test_client())


@pytest.fixture
def member(house: House, cases: list[Case], browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """Signs a new member in."""

    def signed_in(name: str, role: Role = Role.MODERATOR, community: str | None = "tide") -> Browser:
        with house.begin() as work:
            work.members.add(Member(f"mbr_{name}", name, role, PASSWORD_HASH, house.clock(), community))
            work.commit()
        fresh = browser()
        assert fresh.sign_in(name, PASSWORD).status_code == 302
        return fresh

    return signed_in
