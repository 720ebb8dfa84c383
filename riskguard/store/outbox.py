"""Events on their way out, and answers kept for requests that are sent twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, literal_column, select, update

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.errors import KeyMissing, SealBroken
from riskguard.domain.event import RECEIVER, Attempt, Event, EventStatus, EventType
from riskguard.store.link import Link
from riskguard.store.sealing import Seals, json_or_nothing, legible
from riskguard.store.tables import KEPT_ANSWERS, OUTBOX
from riskguard.store.types import Words

_log = logging.getLogger(__name__)

UNREADABLE = "not sent: it was changed in the database"

# Written out, not bound, so that both databases see that the partial index on waiting events answers it.
_WAITING = OUTBOX.c.status == literal_column(f"'{EventStatus.WAITING.value}'")
_FOR_PLATFORMS = ~OUTBOX.c.url.startswith(RECEIVER)
_ARRIVED = bindparam("became", type_=Words) == literal_column(f"'{EventStatus.DELIVERED.value}'")
_OF_AGE = OUTBOX.c.next_attempt_at <= bindparam("now")

# Built once: to build a statement costs more than to run it for a single event.
_ANY_DUE = select(OUTBOX.c.id).where(_WAITING, _OF_AGE).limit(1)
_DUE = (
    select(OUTBOX)
    .where(_WAITING, _OF_AGE)
    .order_by(OUTBOX.c.next_attempt_at, OUTBOX.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_RECORD = (
    update(OUTBOX)
    .where(
        OUTBOX.c.id == bindparam("event_id"), _WAITING | (_ARRIVED & (OUTBOX.c.status != EventStatus.DELIVERED.value))
    )
    .values(
        status=bindparam("became"),
        last_answer=bindparam("answer"),
        next_attempt_at=bindparam("again_at"),
        attempts=OUTBOX.c.attempts + bindparam("tries"),
    )
)


class SqlOutbox:
    """Events until they have arrived."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, events: Sequence[Event]) -> None:
        rows = self._link.seals.rows(OUTBOX, [_event_row(event) for event in events])
        self._link.insert(OUTBOX, rows, taken="an event with this id exists already")

    def claim_due(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Event]:
        """Waiting events whose time has come, oldest first; their next attempt moves to `leased_until`, so no one
        else takes them meanwhile, and they come back if this process dies. One that was changed is given up, and one
        whose key is missing here comes back later, too: neither holds up the others."""
        if not self.due(now):  # a look that takes no lock, since most polls find nothing
            return []
        self._link.lock()
        rows = self._link.read(_DUE, {"now": now, "most": limit}).mappings().all()
        if not rows:
            return []
        taken = OUTBOX.c.id.in_([row["id"] for row in rows])
        self._link.write(update(OUTBOX).where(taken).values(next_attempt_at=leased_until))
        found = [event for row in rows if (event := self._sendable(row, now)) is not None]
        return [replace(event, next_attempt_at=leased_until) for event in found]

    def _sendable(self, row: RowMapping, now: datetime) -> Event | None:
        """None for one that cannot be read; it is given up unless another process may have its key."""
        try:
            return _event(row, self._link.seals)
        except KeyMissing as error:
            _log.error("event %s is left to others: %s", row["id"], error)
        except SealBroken as error:
            _log.error("event %s is given up: %s", row["id"], error)
            self.record([Attempt(row["id"], EventStatus.GIVEN_UP, UNREADABLE, now, made=False)])
        return None

    def record(self, attempts: Sequence[Attempt]) -> None:
        """Keep what became of each event, and add one to its `attempts` if the try was made.

        Answers may come late and out of order: what was delivered stays so, and only a delivery ends a giving up.
        """
        if not attempts:
            return
        in_order = sorted(attempts, key=lambda attempt: attempt.event_id)  # so that two writers never lock crosswise
        self._link.write(_RECORD, [_attempt_row(attempt) for attempt in in_order])

    def put_off(self, url: str, *, until: datetime) -> None:
        """Waiting events for this address are not due before `until`; their attempts are not counted.

        Those that another process is writing to at this moment are left to it.
        """
        self._link.lock()
        early = (
            select(OUTBOX.c.id)
            .where(_WAITING, OUTBOX.c.url == url, OUTBOX.c.next_attempt_at < until)
            .with_for_update(skip_locked=True)
        )
        self._link.write(update(OUTBOX).where(OUTBOX.c.id.in_(early)).values(next_attempt_at=until))

    def redirect(self, community: str, old: str, new: str) -> None:
        """Undelivered events of the community that were to go to `old` go to `new`."""
        undelivered = OUTBOX.c.status != EventStatus.DELIVERED.value
        concerned = (OUTBOX.c.community == community) & (OUTBOX.c.url == old) & undelivered
        self._link.write(update(OUTBOX).where(concerned).values(url=new))

    def revive(self, *, community: str | None, now: datetime) -> int:
        """Events that were given up wait again from `now` on, as if new; how many."""
        given_up = OUTBOX.c.status == EventStatus.GIVEN_UP.value
        concerned = given_up if community is None else given_up & (OUTBOX.c.community == community)
        again = {"status": EventStatus.WAITING.value, "next_attempt_at": now, "attempts": 0}
        return self._link.write(update(OUTBOX).where(concerned).values(again)).rowcount

    def due(self, now: datetime) -> bool:
        """Whether any waiting event has come of age."""
        return self._link.read(_ANY_DUE, {"now": now}).first() is not None

    def drop_delivered(self, *, created_before: datetime, limit: int) -> int:
        """Forget up to `limit` of the events that arrived and are older than that, the oldest first; how many."""
        old = (
            select(OUTBOX.c.id)
            .where(OUTBOX.c.status == EventStatus.DELIVERED.value, OUTBOX.c.created_at < created_before)
            .order_by(OUTBOX.c.created_at)
            .limit(limit)
        )
        return self._link.write(delete(OUTBOX).where(OUTBOX.c.id.in_(old))).rowcount

    def recent(self, *, community: str | None, limit: int) -> list[Event]:
        """What is for platforms, newest first; of what cannot be read, all but the data."""
        statement = (
            select(OUTBOX).where(_FOR_PLATFORMS).order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id.desc()).limit(limit)
        )
        if community is not None:
            statement = statement.where(OUTBOX.c.community == community)
        rows = self._link.read(statement).mappings()
        return [legible(_event, row, self._link.seals, name=f"event {row['id']}")[0] for row in rows]

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many events for platforms per status word."""
        statement = select(OUTBOX.c.status, func.count()).where(_FOR_PLATFORMS).group_by(OUTBOX.c.status)
        if community is not None:
            statement = statement.where(OUTBOX.c.community == community)
        return {status: count for status, count in self._link.read(statement)}  # noqa: C416


class SqlAnswers:
    """Answers by community and Idempotency-Key."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def get(self, community: str, key: str) -> KeptAnswer | None:
        kept = select(KEPT_ANSWERS).where(KEPT_ANSWERS.c.community == community, KEPT_ANSWERS.c.key == key)
        row = self._link.read(kept).one_or_none()
        return self._answer(row) if row else None

    def add(self, community: str, answer: KeptAnswer) -> None:
        """Conflict when the key is kept already."""
        row = self._link.seals.row(KEPT_ANSWERS, {"community": community, **asdict(answer)})
        self._link.insert(KEPT_ANSWERS, [row], taken=f"an answer to Idempotency-Key '{answer.key}' is kept already")

    def page(self, community: str, *, after: str, limit: int) -> list[KeptAnswer]:
        """Answers of the community behind this key, by key."""
        rows = KEPT_ANSWERS.c
        ordered = select(KEPT_ANSWERS).where(rows.community == community, rows.key > after).order_by(rows.key)
        return [self._answer(row) for row in self._link.read(ordered.limit(limit))]

    def remove(self, community: str, keys: Sequence[str]) -> int:
        """Forget the answers under these keys; how many."""
        these = (KEPT_ANSWERS.c.community == community, KEPT_ANSWERS.c.key.in_(keys))
        return self._link.write(delete(KEPT_ANSWERS).where(*these)).rowcount

    def drop(self, *, created_before: datetime) -> int:
        """Forget answers older than that; how many they were."""
        return self._link.write(delete(KEPT_ANSWERS).where(KEPT_ANSWERS.c.created_at < created_before)).rowcount

    def _answer(self, row: Any) -> KeptAnswer:
        columns, opened, place = KEPT_ANSWERS.c, self._link.seals.opened, (row.community, row.key)
        digest = opened(columns.body_digest, row.body_digest, *place)
        return KeptAnswer(row.key, digest, row.status, opened(columns.body, row.body, *place), row.created_at)


def _event(row: RowMapping, seals: Seals) -> Event:
    data = seals.opened_json(OUTBOX.c.data, row["data"], row["id"]) or {}
    return Event(**{**row, "type": EventType(row["type"]), "status": EventStatus(row["status"]), "data": data})


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type.value,
        "community": event.community,
        "url": event.url,
        "post_id": event.post_id,
        "data": json_or_nothing(dict(event.data)),
        "created_at": event.created_at,
        "next_attempt_at": event.next_attempt_at,
        "status": event.status.value,
        "attempts": event.attempts,
        "last_answer": event.last_answer,
    }


def _attempt_row(attempt: Attempt) -> dict[str, Any]:
    return {
        "event_id": attempt.event_id,
        "became": attempt.status.value,
        "answer": attempt.answer,
        "again_at": attempt.next_attempt_at,
        "tries": int(attempt.made),
    }
