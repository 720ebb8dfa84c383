"""What one transaction promises, alone and beside others, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest

from riskguard.domain.errors import Conflict, StaleVersion
from riskguard.domain.event import Attempt, EventStatus
from riskguard.domain.post import Lane
from riskguard.domain.verdict import Action
from riskguard.services.ports import Begin
from tests.integration.store.samples import NOW, SECOND, case, event, keep, post, settle, verdict

T = TypeVar("T")


def at_once(*jobs: Callable[[], T]) -> list[T]:
    """What the jobs give back, each run in a thread of its own, let go together."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        gate.wait(timeout=10)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_leaving_without_commit_rolls_back(begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as work:
        work.posts.add([post()], Lane.LIVE, received_at=NOW)
        assert work.posts.count() == 1
    with begin() as work:
        assert work.posts.count() == 0


def test_an_error_rolls_back_all_of_it(begin: Begin) -> None:
    settle(begin, "forum")

    def half_done() -> None:
        with begin() as work:
            work.posts.add([post()], Lane.LIVE, received_at=NOW)
            work.outbox.add([event(1)])
            raise LookupError("midway")

    with pytest.raises(LookupError):
        half_done()
    with begin() as work:
        assert (work.posts.count(), work.outbox.due(NOW)) == (0, False)


def test_what_is_not_committed_is_not_seen_by_others(begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as writer, begin() as reader:
        writer.posts.add([post()], Lane.LIVE, received_at=NOW)
        assert reader.posts.count() == 0
        writer.commit()
        assert reader.posts.count() == 1


def test_one_who_has_read_may_still_write_after_others_wrote(begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as slow:
        assert slow.posts.latest("forum", ["p1"]) == {}
        keep(begin, post(2))
        slow.posts.add([post(1)], Lane.LIVE, received_at=NOW)
        slow.commit()
    with begin() as work:
        assert work.posts.count() == 2


def test_of_two_who_add_the_same_post_one_is_first(begin: Begin) -> None:
    settle(begin, "forum")

    def send(name: str) -> str:
        try:
            keep(begin, replace(post(), id=name))
        except Conflict:
            return "conflict"
        return "kept"

    assert sorted(at_once(lambda: send("pst_a"), lambda: send("pst_b"))) == ["conflict", "kept"]
    with begin() as work:
        assert work.posts.count() == 1


def test_many_writers_take_turns_however_each_ends(begin: Begin) -> None:
    settle(begin, "forum")

    def write(first: int) -> None:
        for number in range(first, first + 6):
            with begin() as work:
                work.posts.add([post(number)], Lane.LIVE, received_at=NOW)
                if number % 3 == 0:
                    continue  # leaves without commit
                if number % 3 == 1:
                    with pytest.raises(Conflict):
                        work.posts.add([post(number)], Lane.LIVE, received_at=NOW)
                work.commit()
                work.outbox.put_off("https://forum.example/hook", until=NOW)  # writes on, and leaves it uncommitted

    at_once(*(lambda first=first: write(first) for first in range(0, 48, 6)))  # type: ignore[misc]
    with begin() as work:
        assert work.posts.count() == 32


def test_of_two_judges_each_verdict_is_kept_once(begin: Begin) -> None:
    settle(begin, "forum")
    posts = [post(number) for number in range(64)]
    keep(begin, *posts)

    def judge(action: Action, backwards: bool) -> set[str]:
        with begin() as work:
            new = work.verdicts.add([verdict(each, action) for each in posts[:: -1 if backwards else 1]], at=NOW)
            work.commit()
        return new

    first, second = at_once(lambda: judge(Action.ALLOW, False), lambda: judge(Action.BLOCK, True))
    assert first | second == {each.id for each in posts}
    assert not first & second


def test_of_two_moderators_one_decides(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post())
    with begin() as work:
        work.cases.add([case(post())])
        work.commit()

    def save(priority: int) -> str:
        try:
            with begin() as work:
                work.cases.save(replace(case(post()), priority=priority, version=2), seen_version=1)
                work.commit()
        except StaleVersion:
            return "stale"
        return "saved"

    assert sorted(at_once(lambda: save(1), lambda: save(2))) == ["saved", "stale"]


def test_no_event_is_handed_to_two(begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as work:
        work.outbox.add([event(number) for number in range(120)])
        work.commit()

    def take_all() -> list[str]:
        taken: list[str] = []
        while True:
            with begin() as work:
                events = work.outbox.claim_due(now=NOW, leased_until=NOW + SECOND, limit=7)
                work.commit()
            if not events:
                return taken
            taken += [each.id for each in events]

    one, other = at_once(take_all, take_all)
    # On PostgreSQL a thread may stop early, when the rows it sees are all locked by the other.
    assert sorted(one + other) == [event(number).id for number in range(120)]


def test_two_messengers_never_lock_each_other_out(begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as work:
        work.outbox.add([event(number) for number in range(40)])
        work.commit()

    def deliver(backwards: bool) -> None:
        attempts = [Attempt(event(n).id, EventStatus.WAITING, "503", NOW) for n in range(40)]
        for _ in range(5):
            with begin() as work:
                work.outbox.record(attempts[:: -1 if backwards else 1])
                work.outbox.put_off(event(1).url, until=NOW + SECOND)
                work.commit()

    at_once(lambda: deliver(False), lambda: deliver(True))
    with begin() as work:
        assert {each.attempts for each in work.outbox.recent(community=None, limit=99)} == {10}
