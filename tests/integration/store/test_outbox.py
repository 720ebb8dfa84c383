"""Events on their way out, and kept answers, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.errors import Conflict
from riskguard.domain.event import Attempt, Event, EventStatus
from riskguard.services import accounts
from riskguard.services.ports import Begin
from riskguard.services.recovery import forget_events
from riskguard.store.outbox import UNREADABLE
from tests.fixtures.database import spoil
from tests.integration.store.samples import NOW, SECOND, event, settle

LEASE = NOW + 60 * SECOND


@pytest.fixture
def begin(begin: Begin) -> Begin:
    settle(begin, "forum", "other")
    return begin


def add(begin: Begin, *events: Event) -> None:
    with begin() as work:
        work.outbox.add(events)
        work.commit()


def claimed(begin: Begin, *, seconds: int = 0, limit: int = 10) -> list[str]:
    """The ids of the events taken at NOW + `seconds`."""
    with begin() as work:
        events = work.outbox.claim_due(now=NOW + seconds * SECOND, leased_until=LEASE, limit=limit)
        work.commit()
    return [each.id for each in events]


def test_an_event_comes_back_as_it_was(begin: Begin) -> None:
    kept = replace(event(1), data={"post": {"id": "帖子"}, "n": [1, 2.5, None]}, last_answer="超时", attempts=2)
    add(begin, kept)
    with begin() as work:
        assert work.outbox.recent(community=None, limit=5) == [kept]


def test_due_events_are_claimed_oldest_first_and_once(begin: Begin) -> None:
    add(begin, event(1, at=NOW), event(2, at=NOW - SECOND), event(3, at=NOW + SECOND))
    assert claimed(begin) == ["msg_002", "msg_001"]
    assert claimed(begin) == []
    assert claimed(begin, seconds=1) == ["msg_003"]


def test_an_event_that_was_changed_is_given_up_and_holds_up_no_other(begin: Begin, database_url: str) -> None:
    add(begin, event(1, at=NOW - SECOND), event(2), event(3))
    spoil(database_url, "outbox SET data = 'plain' WHERE id = 'msg_001'")
    assert claimed(begin) == ["msg_002", "msg_003"]
    with begin() as work:
        shown = {each.id: each for each in work.outbox.recent(community=None, limit=9)}
    assert (shown["msg_001"].status, shown["msg_001"].last_answer) == (EventStatus.GIVEN_UP, UNREADABLE)
    assert (shown["msg_001"].attempts, shown["msg_001"].data) == (0, {})
    assert shown["msg_002"].data == event(2).data


def test_an_event_under_a_missing_key_is_left_to_who_has_it(begin: Begin, database_url: str) -> None:
    add(begin, event(1, at=NOW - SECOND), event(2))
    spoil(database_url, "outbox SET data = 'rg1:00000000:AAAA' WHERE id = 'msg_001'")
    assert claimed(begin) == ["msg_002"]
    assert claimed(begin, seconds=59) == []
    with begin() as work:
        shown = {each.id: each for each in work.outbox.recent(community=None, limit=9)}
    assert (shown["msg_001"].status, shown["msg_001"].next_attempt_at) == (EventStatus.WAITING, LEASE)


def test_a_claim_says_until_when_and_comes_back_after(begin: Begin) -> None:
    add(begin, event(1))
    with begin() as work:
        [mine] = work.outbox.claim_due(now=NOW, leased_until=LEASE, limit=1)
        work.commit()
    assert mine == replace(event(1), next_attempt_at=LEASE)
    assert claimed(begin, seconds=59) == []
    assert claimed(begin, seconds=60) == ["msg_001"]


def test_a_claim_that_is_not_committed_is_none(begin: Begin) -> None:
    add(begin, event(1))
    with begin() as work:
        assert len(work.outbox.claim_due(now=NOW, leased_until=LEASE, limit=1)) == 1
    assert claimed(begin) == ["msg_001"]


def test_no_more_than_asked_for(begin: Begin) -> None:
    add(begin, *(event(number) for number in range(5)))
    assert claimed(begin, limit=2) == ["msg_000", "msg_001"]
    with begin() as work:
        assert work.outbox.due(NOW)
        assert not work.outbox.due(NOW - SECOND)


def test_attempts_are_recorded_and_counted_when_made(begin: Begin) -> None:
    add(begin, event(1), event(2), event(3))
    later = NOW + 5 * SECOND
    with begin() as work:
        work.outbox.record(
            [
                Attempt("msg_003", EventStatus.WAITING, "resting", later, made=False),
                Attempt("msg_001", EventStatus.DELIVERED, "204", NOW),
                Attempt("msg_002", EventStatus.WAITING, "503", later),
            ]
        )
        work.outbox.record([])
        work.commit()
    with begin() as work:
        by_id = {each.id: each for each in work.outbox.recent(community="forum", limit=9)}
        assert by_id["msg_001"] == replace(event(1), status=EventStatus.DELIVERED, attempts=1, last_answer="204")
        assert by_id["msg_002"] == replace(event(2), attempts=1, last_answer="503", next_attempt_at=later)
        assert by_id["msg_003"] == replace(event(3), attempts=0, last_answer="resting", next_attempt_at=later)
        assert work.outbox.tally() == {"waiting": 2, "delivered": 1}
        assert work.outbox.tally("other") == {}
    assert claimed(begin, seconds=5) == ["msg_002", "msg_003"]


def _recorded(begin: Begin, *attempts: Attempt) -> Event:
    """What is kept of event 1 after these answers, each in a transaction of its own."""
    for attempt in attempts:
        with begin() as work:
            work.outbox.record([attempt])
            work.commit()
    with begin() as work:
        [kept] = work.outbox.recent(community=None, limit=9)
    return kept


@pytest.mark.parametrize("late", [EventStatus.WAITING, EventStatus.GIVEN_UP, EventStatus.DELIVERED])
def test_what_was_delivered_stays_so_whatever_comes_late(begin: Begin, late: EventStatus) -> None:
    add(begin, event(1))
    kept = _recorded(
        begin,
        Attempt("msg_001", EventStatus.DELIVERED, "204", NOW),
        Attempt("msg_001", late, "no answer within 15 s", NOW + 5 * SECOND),
    )
    assert kept == replace(event(1), status=EventStatus.DELIVERED, attempts=1, last_answer="204")


def test_only_a_delivery_ends_a_giving_up(begin: Begin) -> None:
    add(begin, event(1))
    given_up = Attempt("msg_001", EventStatus.GIVEN_UP, "410", NOW)
    late = Attempt("msg_001", EventStatus.WAITING, "no answer", NOW + 5 * SECOND)
    assert _recorded(begin, given_up, late).status is EventStatus.GIVEN_UP
    assert _recorded(begin, Attempt("msg_001", EventStatus.DELIVERED, "204", NOW)).status is EventStatus.DELIVERED


def test_old_events_that_arrived_are_forgotten_a_few_at_a_time(begin: Begin) -> None:
    add(begin, *(event(number, at=NOW - number * SECOND) for number in range(6)))
    with begin() as work:
        work.outbox.record([Attempt(f"msg_00{n}", EventStatus.DELIVERED, "204", NOW) for n in (0, 2, 3, 5)])
        work.commit()
    assert forget_events(begin=begin, clock=lambda: NOW + SECOND, after=2 * SECOND, limit=2) == 3
    with begin() as work:
        assert [each.id for each in work.outbox.recent(community=None, limit=9)] == ["msg_000", "msg_001", "msg_004"]


def test_an_address_is_put_off_without_counting_a_try(begin: Begin) -> None:
    resting = "https://slow.example/hook"
    add(begin, event(1, url=resting), event(2), event(3, url=resting, at=NOW + 9 * SECOND))
    with begin() as work:
        work.outbox.put_off(resting, until=NOW + 5 * SECOND)
        work.commit()
    assert claimed(begin) == ["msg_002"]
    with begin() as work:
        events = work.outbox.claim_due(now=NOW + 9 * SECOND, leased_until=LEASE, limit=9)
    assert [(each.id, each.attempts) for each in events] == [("msg_001", 0), ("msg_003", 0)]


def test_recent_is_newest_first(begin: Begin) -> None:
    add(begin, event(1), event(2, at=NOW + SECOND), event(3, community="other"))
    with begin() as work:
        assert [each.id for each in work.outbox.recent(community=None, limit=2)] == ["msg_002", "msg_003"]
        assert [each.id for each in work.outbox.recent(community="forum", limit=9)] == ["msg_002", "msg_001"]


def test_answers_are_kept_by_community_and_key(begin: Begin) -> None:
    answer = KeptAnswer("键", "d" * 64, 202, '{"id": "帖"}', NOW)
    with begin() as work:
        work.answers.add("forum", answer)
        work.answers.add("other", replace(answer, status=200))
        with pytest.raises(Conflict):
            work.answers.add("forum", answer)
        work.commit()
    with begin() as work:
        assert work.answers.get("forum", "键") == answer
        assert work.answers.get("forum", "none") is None


def test_old_answers_are_dropped(begin: Begin) -> None:
    with begin() as work:
        for age in range(3):
            work.answers.add("forum", KeptAnswer(f"k{age}", "", 202, "", NOW - age * SECOND))
        assert work.answers.drop(created_before=NOW) == 2
        assert work.answers.get("forum", "k0") is not None


def test_undelivered_events_follow_their_community_to_its_new_address(begin: Begin) -> None:
    old = "https://forum.example/old"
    add(begin, event(1, url=old), event(2, url=old), event(3, url="https://forum.example/own-callback"))
    with begin() as work:
        work.outbox.record([Attempt("msg_002", EventStatus.DELIVERED, "204", NOW)])
        work.commit()
    accounts.set_webhook("forum", old, begin=begin)
    accounts.set_webhook("forum", "https://forum.example/new", begin=begin)
    with begin() as work:
        where = {each.id: each.url for each in work.outbox.recent(community="forum", limit=9)}
    assert where == {
        "msg_001": "https://forum.example/new",
        "msg_002": old,
        "msg_003": "https://forum.example/own-callback",
    }
