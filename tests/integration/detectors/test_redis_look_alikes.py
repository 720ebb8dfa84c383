"""Look-alikes in a real Redis: the same answers as in memory, counted once, and nothing that stays for ever."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from riskguard.detectors.similar import Match, MemoryLookAlikes, RedisLookAlikes, Trace
from riskguard.detectors.similar.sketch import BANDS, sketches
from riskguard.domain.errors import DetectorFailed

pytestmark = pytest.mark.redis

AT = 1_790_000_000.0
_WORDS = [
    "今天",
    "福利",
    "朋友",
    "领取",
    "真的",
    "天气",
    "火锅",
    "电影",
    "周末",
    "学校",
    "下班",
    "地铁",
    "猫咪",
    "抢到",
]


def _traces(texts: Sequence[str], *, community: str = "garden", start: int = 0, at: float = AT) -> list[Trace]:
    found = []
    for number, sketch in enumerate(sketches(texts), start=start):
        assert sketch is not None
        found.append(Trace(community, f"pst_{number}", number + 1, number % 7 + 1, at + number, sketch))
    return found


def _talk(count: int, *, seed: int = 3) -> list[str]:
    """Short and long texts, a third of which are copies of another with a word changed."""
    dice = random.Random(seed)
    said: list[str] = []
    for _ in range(count):
        words = dice.choice(said[-40:]).split() if said and dice.random() < 0.35 else []
        words = words or [dice.choice(_WORDS) for _ in range(dice.randrange(1, 25))]
        words[dice.randrange(len(words))] = dice.choice(_WORDS)
        said.append(" ".join(words))
    return ["".join(text.split()) for text in said]


def test_redis_and_memory_give_the_same_answers(redis_connection: Redis) -> None:
    traces = _traces(_talk(600))
    memory, shared = MemoryLookAlikes(), RedisLookAlikes(redis_connection)
    for at in range(0, len(traces), 64):
        batch = traces[at : at + 64]
        assert shared.meet(batch) == memory.meet(batch)


def test_a_flood_inside_one_batch_is_one_cluster(redis_connection: Redis) -> None:
    found = RedisLookAlikes(redis_connection).meet(_traces(["快来领取今天的新人福利吧朋友们"] * 20))
    assert found[0] is None
    assert found[-1] == Match("pst_0", 1.0, copies=20, accounts=7, own=3, since=AT)


def test_a_repeated_batch_is_counted_once(redis_connection: Redis) -> None:
    shared = RedisLookAlikes(redis_connection)
    traces = _traces(_talk(80))
    first = shared.meet(traces)
    again = shared.meet(traces)
    assert [match is None for match in again] == [match is None for match in first]
    last = {match.cluster: match.copies for match in first if match}
    assert {match.cluster: match.copies for match in again if match} == last


def test_communities_in_one_batch_stay_apart_and_in_order(redis_connection: Redis) -> None:
    text = "快来领取今天的新人福利吧朋友们"
    mixed = [*_traces([text], community="a"), *_traces([text], community="b", start=1)]
    mixed += [*_traces([text], community="b", start=2), *_traces([text], community="a", start=3)]
    found = RedisLookAlikes(redis_connection).meet(mixed)
    assert [match.cluster if match else None for match in found] == [None, None, "pst_1", "pst_0"]


def test_answers_are_the_same_over_a_connection_that_decodes(redis_url: str) -> None:
    with Redis.from_url(redis_url, decode_responses=True) as connection:
        found = RedisLookAlikes(connection).meet(_traces(["快来领取今天的新人福利吧朋友们"] * 2))
    assert found[1] == Match("pst_0", 1.0, copies=2, accounts=2, own=1, since=AT)


def test_posts_further_apart_than_the_window_do_not_meet(redis_connection: Redis) -> None:
    shared = RedisLookAlikes(redis_connection, window_s=600)
    text = ["快来领取今天的新人福利吧朋友们"]
    assert shared.meet(_traces(text)) == [None]
    assert shared.meet(_traces(text, start=1, at=AT + 3600)) == [None]


def test_every_key_is_ours_and_expires(redis_connection: Redis) -> None:
    RedisLookAlikes(redis_connection, prefix="here", window_s=600).meet(_traces(_talk(100)))
    keys = [key.decode() for key in redis_connection.keys("*")]
    assert keys
    assert all(key.startswith("here:similar5:garden:") for key in keys)
    assert all(0 < redis_connection.ttl(key) <= 1800 for key in keys)


def test_of_very_many_different_texts_the_oldest_are_forgotten_with_all_that_leads_to_them(
    redis_connection: Redis,
) -> None:
    shared = RedisLookAlikes(redis_connection, prefix="here", most_clusters=10)
    talk = [*_talk(40), "好呀", "行吧"] * 2
    for at, text in enumerate(talk):
        shared.meet(_traces([text], start=at))
    kept = sum(redis_connection.hlen(key) for key in redis_connection.keys("here:similar5:garden:c:*"))
    places = sum(redis_connection.hlen(key) for key in redis_connection.keys("here:similar5:garden:*:[0-8]"))
    assert kept == 10
    assert places <= 10 * BANDS
    assert shared.meet(_traces(talk[-1:], start=99)) != [None]
    assert shared.meet(_traces(talk[:1], start=98)) == [None]


def test_a_text_is_known_for_its_window_whatever_part_and_slice_it_fell_in(
    redis_connection: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = RedisLookAlikes(redis_connection, window_s=3600)
    text, begin = ["快来领取今天的新人福利吧朋友们"], int(AT) // 3600 * 3600
    for minutes, copies in ((1, None), (29, 2), (59, 3), (60, 4)):
        at = begin + 60.0 * minutes
        monkeypatch.setattr(time, "time", lambda at=at: at)
        (found,) = shared.meet(_traces(text, start=minutes, at=at - minutes))
        assert (found and found.copies) == copies


def test_many_texts_lie_in_few_keys(redis_connection: Redis) -> None:
    dice = random.Random(4)
    different = ["".join(chr(dice.randrange(0x4E00, 0x9000)) for _ in range(16)) for _ in range(1000)]
    shared = RedisLookAlikes(redis_connection)
    assert shared.meet(_traces(different)) == [None] * 1000
    assert redis_connection.dbsize() < 20


def test_a_post_costs_about_two_kilobytes_and_its_copies_hardly_any(redis_connection: Redis) -> None:
    shared = RedisLookAlikes(redis_connection)
    empty = redis_connection.info("memory")["used_memory"]
    dice = random.Random(8)
    different = ["".join(dice.choice(_WORDS) for _ in range(15)) for _ in range(1000)]
    for at in range(0, 1000, 100):
        shared.meet(_traces(different[at : at + 100], start=at))
    full = redis_connection.info("memory")["used_memory"]
    for at in range(1000, 2000, 100):
        shared.meet(_traces(different[:1] * 100, start=at))
    flooded = redis_connection.info("memory")["used_memory"]
    assert (full - empty) / 1000 < 3000
    assert (flooded - full) / 1000 < 200


def test_workers_that_meet_at_once_count_every_post_once(redis_url: str) -> None:
    def meet(start: int) -> None:
        with Redis.from_url(redis_url) as connection:
            RedisLookAlikes(connection).meet(_traces(["快来领取今天的新人福利吧朋友们"] * 25, start=start))

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(meet, range(0, 200, 25)))
    with Redis.from_url(redis_url) as connection:
        (last,) = RedisLookAlikes(connection).meet(_traces(["快来领取今天的新人福利吧朋友们"], start=200))
    assert last is not None
    assert last.copies == 201


def test_no_posts_need_no_redis_and_a_dead_one_is_a_failed_detector() -> None:
    dead = RedisLookAlikes(Redis.from_url("unix:///nowhere/redis.sock"))
    assert dead.meet([]) == []
    with pytest.raises(DetectorFailed, match="cannot be reached"):
        dead.meet(_traces(["快来领取今天的新人福利吧朋友们"]))
