"""Events on their way out, and answers kept for requests that are sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, literal_column, select, update

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.event import Attempt, Event, EventStatus, EventType
from riskguard.store.link import Link
from riskguard.store.tables import kept_answers, outbox

# Written out, not bound, so that both databases see that the partial index on waiting events answers it.
_WAITING = outbox.c.status == literal_column(f"'{EventStatus.WAITING.value}'")


class SqlOutbox:
    """Events until they have arrived."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, events: Sequence[Event]) -> None:
        self._link.insert(outbox, [_event_row(event) for event in events], taken="an event with this id exists already")

    def claim_due(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Event]:
        """Waiting events whose time has come, oldest first; their next attempt moves to `leased_until`, so no one
        else takes them meanwhile, and they come back if this process dies."""
        if not self.due(now):  # a look that takes no lock, since most polls find nothing
            return []
        self._link.lock()
        due = (
            select(outbox)
            .where(_WAITING, outbox.c.next_attempt_at <= now)
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        events = [_event_of(row) for row in self._link.read(due).mappings()]
        if events:
            taken = outbox.c.id.in_([event.id for event in events])
            self._link.write(update(outbox).where(taken).values(next_attempt_at=leased_until))
        return [replace(event, next_attempt_at=leased_until) for event in events]

    def record(self, attempts: Sequence[Attempt]) -> None:
        """Add one to `attempts` of each event and keep what became of it."""
        if not attempts:
            return
        statement = (
            update(outbox)
            .where(outbox.c.id == bindparam("event_id"))
            .values(
                status=bindparam("became"),
                last_answer=bindparam("answer"),
                next_attempt_at=bindparam("again_at"),
                attempts=outbox.c.attempts + 1,
            )
        )
        rows = [
            {"event_id": a.event_id, "became": a.status.value, "answer": a.answer, "again_at": a.next_attempt_at}
            for a in sorted(attempts, key=lambda attempt: attempt.event_id)
        ]
        self._link.write(statement, rows)

    def due(self, now: datetime) -> int:
        """How many waiting events have come of age."""
        statement = select(func.count()).select_from(outbox).where(_WAITING, outbox.c.next_attempt_at <= now)
        return int(self._link.read(statement).scalar_one())

    def recent(self, *, community: str | None, limit: int) -> list[Event]:
        """Newest first."""
        statement = select(outbox).order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit)
        if community is not None:
            statement = statement.where(outbox.c.community == community)
        return [_event_of(row) for row in self._link.read(statement).mappings()]

    def tally(self) -> Mapping[str, int]:
        """How many events per status word."""
        statement = select(outbox.c.status, func.count()).group_by(outbox.c.status)
        return {status: count for status, count in self._link.read(statement)}  # noqa: C416


class SqlAnswers:
    """Answers by community and Idempotency-Key."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def get(self, community: str, key: str) -> KeptAnswer | None:
        kept = select(kept_answers).where(kept_answers.c.community == community, kept_answers.c.key == key)
        row = self._link.read(kept).one_or_none()
        return KeptAnswer(row.key, row.body_digest, row.status, row.body, row.created_at) if row else None

    def add(self, community: str, answer: KeptAnswer) -> None:
        """Conflict when the key is kept already."""
        row = {"community": community, **asdict(answer)}
        self._link.insert(kept_answers, [row], taken=f"an answer to Idempotency-Key '{answer.key}' is kept already")

    def drop(self, *, created_before: datetime) -> int:
        """Forget answers older than that; how many they were."""
        return self._link.write(delete(kept_answers).where(kept_answers.c.created_at < created_before)).rowcount


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type.value,
        "community": event.community,
        "url": event.url,
        "data": dict(event.data),
        "created_at": event.created_at,
        "next_attempt_at": event.next_attempt_at,
        "status": event.status.value,
        "attempts": event.attempts,
        "last_answer": event.last_answer,
    }


def _event_of(row: RowMapping) -> Event:
    return Event(**{**row, "type": EventType(row["type"]), "status": EventStatus(row["status"])})
