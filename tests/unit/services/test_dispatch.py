"""Dispatch with a sender and a store written by hand: what is kept for which answer."""

from __future__ import annotations

import base64
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace, TracebackType
from typing import Self

import pytest

from riskguard.domain.audit import AuditEntry
from riskguard.domain.event import Answer, Attempt, Event, EventStatus, EventType, Outcome
from riskguard.domain.member import Community
from riskguard.services.dispatch import LEASE_S, dispatch

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
HOOK = "https://forum.example/hook"
DELIVERED = Answer(Outcome.DELIVERED, "HTTP 204")


def _event(name: str = "msg_1", *, url: str = HOOK, community: str = "forum") -> Event:
    return Event(name, EventType.POST_JUDGED, community, url, {}, NOW, NOW)


class FakeStore:
    """An outbox and communities in memory; writes count only when committed."""

    def __init__(self, *events: Event, disabled: str = "", secret: str = SECRET) -> None:
        self.due = list(events)
        self.communities = {"forum": Community("forum", NOW, HOOK, secret, disabled)}
        self.recorded: dict[str, Attempt] = {}
        self.put_off: dict[str, datetime] = {}
        self.audited: dict[str, str] = {}
        self.leased_until: datetime | None = None
        self.open = 0

    def begin(self) -> FakeWork:
        return FakeWork(self)


class FakeWork:
    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._writes: list[tuple[dict, object, object]] = []
        self.outbox = SimpleNamespace(claim_due=self._claim, record=self._record, put_off=self._put_off)
        self.communities = SimpleNamespace(get=store.communities.get, disable_webhook=self._disable)
        self.audit = SimpleNamespace(add=self._audit)

    def _claim(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Event]:
        assert now == NOW
        self._store.leased_until = leased_until
        taken, self._store.due = self._store.due[:limit], self._store.due[limit:]
        return taken

    def _record(self, attempts: list[Attempt]) -> None:
        self._writes += [(self._store.recorded, attempt.event_id, attempt) for attempt in attempts]

    def _put_off(self, url: str, *, until: datetime) -> None:
        self._writes.append((self._store.put_off, url, until))

    def _disable(self, name: str, *, url: str, because: str) -> bool:
        community = self._store.communities[name]
        if community.webhook_url != url:
            return False
        self._writes.append((self._store.communities, name, replace(community, webhook_disabled_because=because)))
        return True

    def _audit(self, entries: list[AuditEntry]) -> None:
        self._writes += [(self._store.audited, entry.event, entry.subject) for entry in entries]

    def commit(self) -> None:
        for place, key, value in self._writes:
            place[key] = value

    def __enter__(self) -> Self:
        self._store.open += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.open -= 1


class FakeSender:
    """Answers what it was told; None means later."""

    timeout_s = 15.0

    def __init__(self, store: FakeStore, *answers: Answer | None) -> None:
        self._store = store
        self._answers = list(answers)
        self.futures: dict[str, Future[Answer]] = {}

    def submit(self, event: Event, *, secret: str, start_within_s: float) -> Future[Answer]:
        assert self._store.open == 0, "no transaction is open while something is sent"
        assert secret == SECRET
        assert start_within_s < LEASE_S
        future = self.futures[event.id] = Future()
        answer = self._answers.pop(0)
        if answer is not None:
            future.set_result(answer)
        return future


def _dispatched(store: FakeStore, *answers: Answer | None) -> FakeSender:
    sender = FakeSender(store, *answers)
    taken = dispatch(begin=store.begin, sender=sender, clock=lambda: NOW, patience_s=0.01)
    assert taken == len(answers) or not answers
    return sender


@pytest.mark.parametrize(
    ("answer", "status", "again_in", "made"),
    [
        pytest.param(DELIVERED, EventStatus.DELIVERED, 0, True, id="delivered"),
        pytest.param(Answer(Outcome.FAILED, "HTTP 500", timedelta(300)), EventStatus.WAITING, 300, True, id="again"),
        pytest.param(Answer(Outcome.FAILED, "HTTP 500"), EventStatus.GIVEN_UP, 0, True, id="after-the-last-try"),
        pytest.param(Answer(Outcome.REFUSED, "private"), EventStatus.GIVEN_UP, 0, True, id="forbidden-address"),
        pytest.param(Answer(Outcome.GONE, "HTTP 410"), EventStatus.GIVEN_UP, 0, True, id="gone"),
        pytest.param(Answer(Outcome.UNSENT, "put off", timedelta(5)), EventStatus.WAITING, 5, False, id="not-counted"),
        pytest.param(Answer(Outcome.UNSENT, "put off", timedelta(0)), EventStatus.WAITING, 0, False, id="at-once"),
    ],
)
def test_what_is_kept_of_an_answer(answer: Answer, status: EventStatus, again_in: int, made: bool) -> None:
    store = FakeStore(_event())
    _dispatched(store, answer)
    assert store.recorded == {"msg_1": Attempt("msg_1", status, answer.text, NOW + timedelta(again_in), made)}


def test_nothing_due_is_nothing_done() -> None:
    store = FakeStore()
    assert dispatch(begin=store.begin, sender=FakeSender(store), clock=lambda: NOW) == 0
    assert store.recorded == {}


def test_a_claim_outlives_the_longest_try() -> None:
    store = FakeStore(_event())
    _dispatched(store, DELIVERED)
    assert store.leased_until == NOW + timedelta(seconds=LEASE_S + FakeSender.timeout_s)


def test_no_more_than_the_limit_is_taken() -> None:
    store = FakeStore(*[_event(f"msg_{n}") for n in range(5)])
    sender = FakeSender(store, *[DELIVERED] * 3)
    assert dispatch(begin=store.begin, sender=sender, clock=lambda: NOW, limit=3) == 3
    assert len(store.due) == 2


def test_an_answer_that_comes_late_is_kept_when_it_comes() -> None:
    store = FakeStore(_event("msg_1"), _event("msg_2", url="https://slow.example/"))
    sender = _dispatched(store, DELIVERED, None)
    assert set(store.recorded) == {"msg_1"}
    sender.futures["msg_2"].set_result(DELIVERED)
    assert store.recorded["msg_2"].status is EventStatus.DELIVERED


def test_a_late_answer_that_cannot_be_kept_is_said_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    store = FakeStore(_event())
    sender = _dispatched(store, None)
    sender.futures["msg_1"].set_exception(OSError("the disk is full"))
    assert store.recorded == {}
    assert "msg_1 was not kept: OSError" in caplog.text


def test_an_endpoint_that_asks_for_rest_gets_the_longest_it_asked_for() -> None:
    store = FakeStore(_event("msg_1"), _event("msg_2"), _event("msg_3", url="https://other.example/"))
    slow = [Answer(Outcome.FAILED, "HTTP 429", timedelta(60), rest=timedelta(seconds=n)) for n in (5, 90)]
    _dispatched(store, *slow, DELIVERED)
    assert store.put_off == {HOOK: NOW + timedelta(seconds=90)}


def test_gone_disables_the_address_of_the_community_and_says_why() -> None:
    store = FakeStore(_event())
    _dispatched(store, Answer(Outcome.GONE, "HTTP 410"))
    assert (
        store.communities["forum"].webhook_disabled_because == "the address answered 410 Gone at 2026-03-01 12:00 UTC"
    )
    assert store.audited == {"community.webhook-disabled": "forum"}


def test_gone_at_the_address_of_one_post_disables_nothing_else() -> None:
    store = FakeStore(_event(url="https://forum.example/one-post"))
    _dispatched(store, Answer(Outcome.GONE, "HTTP 410"))
    assert store.communities["forum"].webhook_disabled_because == ""
    assert store.recorded["msg_1"].status is EventStatus.GIVEN_UP


def test_events_for_a_disabled_address_are_given_up_unsent_and_others_are_sent() -> None:
    store = FakeStore(_event("msg_1"), _event("msg_2", url="https://forum.example/one-post"), disabled="it said 410")
    sender = FakeSender(store, DELIVERED)
    assert dispatch(begin=store.begin, sender=sender, clock=lambda: NOW) == 2
    assert list(sender.futures) == ["msg_2"]
    assert store.recorded["msg_1"] == Attempt(
        "msg_1", EventStatus.GIVEN_UP, "webhook disabled: it said 410", NOW, made=False
    )


@pytest.mark.parametrize(
    ("event", "secret", "said"),
    [
        pytest.param(_event(community="gone"), SECRET, "the community is gone", id="no-community"),
        pytest.param(_event(), "", "the community has no webhook secret", id="nothing-to-sign-with"),
    ],
)
def test_what_cannot_be_signed_is_given_up(event: Event, secret: str, said: str) -> None:
    store = FakeStore(event, secret=secret)
    assert dispatch(begin=store.begin, sender=FakeSender(store), clock=lambda: NOW) == 1
    assert (store.recorded["msg_1"].status, store.recorded["msg_1"].answer) == (EventStatus.GIVEN_UP, said)
