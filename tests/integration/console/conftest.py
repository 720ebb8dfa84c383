"""The console over a real store and Redis, with members who sign in."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from riskguard.bootstrap import House, open_alerts, opinion_rules
from riskguard.console import create_app
from riskguard.domain.campaign import Campaign, Copy
from riskguard.domain.case import Case
from riskguard.domain.member import Member, Role
from riskguard.domain.opinion import Series, SeriesKind, Surge
from riskguard.domain.post import Author, Lane, Post
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, Verdict
from riskguard.policy.book import open_book
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.queue import RedisLine, RedisRoll, RedisTraces, RqBell
from riskguard.services.opinion.counting import count_new
from riskguard.services.opinion.daily import measure_day
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


SIGHT = desk.Sample("t-30001", "林小满家停水，打13900004444", minutes_ago=3)


@pytest.fixture
def told(house: House, cases: list[Case]) -> Surge:
    """All samples counted, and a surge whose exemplar has something to mask."""
    now = house.clock()
    post = desk.post_of(SIGHT, now)
    verdict = Verdict(post.id, Action.MASK, {"emotion.angry": 0.9, "sentiment.negative": 0.8}, masked_text="林**家停水")
    surge = Surge(
        id="srg_1",
        community="tide",
        series=Series(SeriesKind.TOPIC, "停水"),
        started_at=now - timedelta(minutes=30),
        raised_at=now - timedelta(minutes=20),
        last_at=now,
        window_min=15,
        accounts=21,
        expected=0.4,
        surprise=19.2,
        posts=24,
        copies=6,
        topics=("停水",),
        mood="angry",
        mood_before=0.1,
        mood_now=0.6,
        exemplars=(post.id,),
    )
    rules = opinion_rules(house.settings)
    with house.begin() as work:
        work.posts.add([post], Lane.LIVE, received_at=now)
        work.verdicts.add([verdict], at=now)
        work.opinion.take()
        work.opinion.keep_surges([surge, replace(surge, id="srg_2", community="grove")])
        work.commit()
    while count_new(begin=house.begin, rules=rules, clock=house.clock):
        pass
    measure_day(begin=house.begin, rules=rules, clock=house.clock)
    return surge


WORDS = "限时福利，想要的朋友加我微信{}领取，名额不多，先到先得"


@pytest.fixture
def campaign(house: House, cases: list[Case]) -> Campaign:
    """Twelve posts by nine accounts within the hour; the words that are shown are the masked ones."""
    found = Campaign("cmp_wave", "tide", "pst_wave_00", house.clock())
    keep_copies(house, found, range(12))
    return found


def keep_copies(house: House, campaign: Campaign, numbers: range) -> None:
    """Posts of a campaign, each four minutes after the one before; the first 50 minutes ago."""
    prefix = campaign.cluster[:-2]
    posts = [
        Post(
            f"{prefix}{n:02}",
            "tide",
            f"w-{prefix}{n}",
            WORDS.format(f"secret{n}"),
            house.clock() - timedelta(minutes=50 - 4 * n),
            Author(f"pusher-{n % 9}"),
        )
        for n in numbers
    ]
    with house.begin() as work:
        work.posts.add(posts, Lane.LIVE, received_at=house.clock())
        verdicts = [Verdict(p.id, Action.LIMIT, masked_text=WORDS.format("***")) for p in posts]
        work.verdicts.add(verdicts, at=house.clock())
        work.campaigns.add_copies([Copy(p.id, campaign.cluster, p.created_at) for p in posts])
        work.campaigns.add([campaign])
        work.commit()
