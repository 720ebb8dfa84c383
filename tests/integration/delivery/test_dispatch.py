"""Events from the real outbox, by the real sender, to a real receiver."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from riskguard.delivery import WebhookSender
from riskguard.domain.audit import AuditFilter
from riskguard.domain.event import Answer, Event, EventStatus, EventType
from riskguard.domain.member import Community
from riskguard.evaluation.receiver import Receiver, Reply, Request
from riskguard.services import accounts
from riskguard.services.dispatch import LEASE_S, dispatch
from riskguard.services.ports import Begin

HOUR = timedelta(hours=1)


class Clock:
    """Time that moves when told to; it starts now, since a receiver refuses old signatures."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sender() -> Iterator[WebhookSender]:
    each = WebhookSender(["127.0.0.0/8"], timeout_s=5)
    yield each
    each.close()


@pytest.fixture
def forum(begin: Begin) -> Community:
    community, _ = accounts.create_community("forum", begin=begin)
    return community


def _add(begin: Begin, clock: Clock, url: str, names: list[str]) -> None:
    events = [
        Event(name, EventType.POST_JUDGED, "forum", url, {"post": {"id": f"pst_{name}"}}, clock(), clock())
        for name in names
    ]
    with begin() as work:
        work.outbox.add(events)
        work.commit()


def _kept(begin: Begin) -> dict[str, Event]:
    with begin() as work:
        return {event.id: event for event in work.outbox.recent(community="forum", limit=1000)}


def _count(begin: Begin) -> dict[str, int]:
    with begin() as work:
        return dict(work.outbox.tally())


def test_each_event_arrives_once_though_two_dispatch(
    begin: Begin, clock: Clock, forum: Community, sender: WebhookSender
) -> None:
    with Receiver(forum.webhook_secret) as receiver:
        _add(begin, clock, receiver.url, [f"msg_{n:03}" for n in range(300)])

        def drain(_: int) -> int:
            taken = 0
            while some := dispatch(begin=begin, sender=sender, clock=clock, limit=40):
                taken += some
            return taken

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(drain, range(2))) == 300
        assert (len(receiver.tally.ids), receiver.tally.repeats, receiver.tally.bad_signatures) == (300, 0, 0)
    assert _count(begin) == {"delivered": 300}


def test_a_crash_between_sending_and_recording_sends_it_again_with_the_same_id(
    begin: Begin, clock: Clock, forum: Community, sender: WebhookSender
) -> None:
    class Crashing:
        """Sends, and dies before anybody hears of it."""

        timeout_s = sender.timeout_s

        def submit(self, event: Event, *, secret: str, start_within_s: float) -> Future[Answer]:
            sender.submit(event, secret=secret, start_within_s=start_within_s).result()
            raise KeyboardInterrupt

    with Receiver(forum.webhook_secret) as receiver:
        _add(begin, clock, receiver.url, ["msg_1"])
        with pytest.raises(KeyboardInterrupt):
            dispatch(begin=begin, sender=Crashing(), clock=clock)
        assert dispatch(begin=begin, sender=sender, clock=clock) == 0, "it is ours until the lease ends"
        clock.now += timedelta(seconds=LEASE_S + sender.timeout_s)
        assert dispatch(begin=begin, sender=sender, clock=clock) == 1
        assert dict(receiver.tally.ids) == {"msg_1": 2}
        assert receiver.tally.posts == {("post.judged", "pst_msg_1"): 1}
    assert (_kept(begin)["msg_1"].status, _kept(begin)["msg_1"].attempts) == (EventStatus.DELIVERED, 1)


def test_a_failing_endpoint_is_tried_ten_times_over_three_days_and_then_given_up(
    begin: Begin, clock: Clock, forum: Community
) -> None:
    began = clock.now
    sender = WebhookSender(["127.0.0.0/8"], clock=clock)
    with Receiver(replies=lambda _: Reply(500), keep_requests=True) as receiver:
        _add(begin, clock, receiver.url, ["msg_1"])
        for tries in range(1, 11):
            assert dispatch(begin=begin, sender=sender, clock=clock) == 1
            event = _kept(begin)["msg_1"]
            assert (event.attempts, event.last_answer) == (tries, "HTTP 500")
            assert dispatch(begin=begin, sender=sender, clock=clock) == 0
            clock.now = max(clock.now, event.next_attempt_at)
        assert event.status is EventStatus.GIVEN_UP
        assert 0.8 * 75 * HOUR < clock.now - began < 1.2 * 76 * HOUR
        clock.now += timedelta(days=30)
        assert dispatch(begin=begin, sender=sender, clock=clock) == 0
        assert [request.headers["webhook-id"] for request in receiver.requests] == ["msg_1"] * 10
        assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 10
    sender.close()


def test_410_disables_the_webhook_of_the_community_until_it_is_set_again(
    begin: Begin, clock: Clock, forum: Community, sender: WebhookSender
) -> None:
    with Receiver(forum.webhook_secret, replies=lambda _: Reply(410), keep_requests=True) as receiver:
        accounts.set_webhook("forum", receiver.url, begin=begin)
        _add(begin, clock, receiver.url, ["msg_1"])
        dispatch(begin=begin, sender=sender, clock=clock)
        _add(begin, clock, receiver.url, ["msg_2"])
        dispatch(begin=begin, sender=sender, clock=clock)
        assert [request.headers["webhook-id"] for request in receiver.requests] == ["msg_1"]
    unsent = _kept(begin)["msg_2"]
    assert (unsent.status, unsent.attempts) == (EventStatus.GIVEN_UP, 0)
    assert unsent.last_answer.startswith("webhook disabled: the address answered 410 Gone at ")
    with begin() as work:
        [switched_off] = work.audit.find(AuditFilter(event="community.webhook-disabled"), limit=9)
    assert (switched_off.actor, switched_off.subject) == ("system", "forum")
    with Receiver(forum.webhook_secret) as again:
        accounts.set_webhook("forum", again.url, begin=begin)
        _add(begin, clock, again.url, ["msg_3"])
        dispatch(begin=begin, sender=sender, clock=clock)
        assert dict(again.tally.ids) == {"msg_3": 1}


def test_a_dead_endpoint_with_much_waiting_holds_nobody_up(begin: Begin, clock: Clock, forum: Community) -> None:
    """Two hundred older events wait for an endpoint that never answers; one try is made, and the others move on."""
    sender = WebhookSender(["127.0.0.0/8"], timeout_s=0.3)
    with (
        Receiver(replies=lambda _: Reply(after_s=1), keep_requests=True) as dead,
        Receiver(forum.webhook_secret) as well,
    ):
        _add(begin, clock, dead.url, [f"msg_a{n:03}" for n in range(200)])
        _add(begin, clock, well.url, [f"msg_b{n:03}" for n in range(50)])
        first = dispatch(begin=begin, sender=sender, clock=clock, limit=20, patience_s=2)
        second = dispatch(begin=begin, sender=sender, clock=clock, limit=100, patience_s=2)
        assert (first, second) == (20, 50)
        assert (len(dead.requests), well.tally.received) == (1, 50)
        sender.close()
    kept = _kept(begin)
    waiting = [event for event in kept.values() if event.url == dead.url]
    assert sum(event.attempts for event in waiting) == 1
    assert all(clock() < event.next_attempt_at < clock() + timedelta(seconds=10) for event in waiting)


def test_what_has_not_begun_when_the_messenger_leaves_is_due_again_at_once(
    begin: Begin, clock: Clock, forum: Community, sender: WebhookSender
) -> None:
    pauses = [0.5]
    replies = lambda _: Reply(after_s=pauses.pop() if pauses else 0)  # noqa: E731
    again = WebhookSender(["127.0.0.0/8"])
    with Receiver(forum.webhook_secret, replies=replies) as receiver:
        _add(begin, clock, receiver.url, [f"msg_{n:03}" for n in range(50)])
        assert dispatch(begin=begin, sender=sender, clock=clock, patience_s=0.2) == 50
        assert sender.close()
        assert _count(begin) == {"delivered": 1, "waiting": 49}
        assert receiver.tally.received == 1
        assert dispatch(begin=begin, sender=again, clock=clock, patience_s=5) == 49
        assert (receiver.tally.received, receiver.tally.repeats) == (50, 0)
    again.close()


def test_gone_disables_nothing_that_an_operator_has_set_meanwhile(
    begin: Begin, clock: Clock, forum: Community, sender: WebhookSender
) -> None:
    """Neither an address set since, nor a secret: only the reason is written, and only beside the address it is of."""

    def moved(_: Request) -> Reply:
        with begin() as work:
            work.communities.save(replace(forum, webhook_url="https://new.example/", webhook_secret="whsec_bmV3"))
            work.commit()
        return Reply(410)

    with Receiver(forum.webhook_secret, replies=moved) as receiver:
        accounts.set_webhook("forum", receiver.url, begin=begin)
        _add(begin, clock, receiver.url, ["msg_1"])
        dispatch(begin=begin, sender=sender, clock=clock)
    with begin() as work:
        kept = work.communities.get("forum")
        assert kept == replace(forum, webhook_url="https://new.example/", webhook_secret="whsec_bmV3")
        assert not work.communities.disable_webhook("forum", url=receiver.url, because="late")
        assert work.communities.disable_webhook("forum", url="https://new.example/", because="gone")
        assert work.communities.get("forum") == replace(kept, webhook_disabled_because="gone")
        assert not work.communities.disable_webhook("forum", url="https://new.example/", because="again")


def test_a_forbidden_address_is_given_up_with_the_reason(begin: Begin, clock: Clock, forum: Community) -> None:
    sender = WebhookSender()
    with Receiver(forum.webhook_secret) as receiver:
        _add(begin, clock, receiver.url, ["msg_1"])
        dispatch(begin=begin, sender=sender, clock=clock)
        assert receiver.connections == 0
    sender.close()
    assert (_kept(begin)["msg_1"].status, _kept(begin)["msg_1"].last_answer) == (
        EventStatus.GIVEN_UP,
        "127.0.0.1 is loopback",
    )


def test_the_answer_of_a_slow_endpoint_is_kept_after_dispatch_returned(
    begin: Begin, clock: Clock, forum: Community, sender: WebhookSender
) -> None:
    with Receiver(forum.webhook_secret, replies=lambda _: Reply(after_s=0.3)) as receiver:
        _add(begin, clock, receiver.url, ["msg_1"])
        assert dispatch(begin=begin, sender=sender, clock=clock, patience_s=0) == 1
        assert _count(begin) == {"waiting": 1}
        while not receiver.connections:
            time.sleep(0.01)
        sender.close()
    assert _count(begin) == {"delivered": 1}
