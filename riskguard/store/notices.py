"""Silences, what each group was told of, and by which events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, delete, func, select, update

from riskguard.domain.alert import Severity
from riskguard.domain.event import RECEIVER
from riskguard.domain.notice import Group, GroupKey, Match, Reason, Silence, Telling, Told
from riskguard.store.link import Link
from riskguard.store.tables import ALERT_GROUPS, ALERT_NOTICES, ALERT_SILENCES, OUTBOX
from riskguard.store.types import dumped

_TURN = 0x616C7274
"""The advisory lock of whoever tells, on PostgreSQL ("alrt" in ASCII)."""


class SqlNotices:
    """What is told of alerts."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def take_turn(self) -> bool:
        """Whether this transaction alone may tell; others that ask get False, or wait until it ends."""
        return self._link.alone(_TURN)

    def groups(self) -> list[Group]:
        """In the order of their ids."""
        rows = self._link.read(select(ALERT_GROUPS).order_by(ALERT_GROUPS.c.id)).mappings()
        return [_group(row) for row in rows]

    def save_groups(self, groups: Sequence[Group]) -> None:
        """Write each, whether it is new or not."""
        self.drop_groups([group.key for group in groups])
        if groups:
            self._link.insert(ALERT_GROUPS, [_group_row(group) for group in groups], taken="a group stands twice")

    def drop_groups(self, keys: Sequence[GroupKey]) -> None:
        """Forget them."""
        if keys:
            self._link.write(delete(ALERT_GROUPS).where(ALERT_GROUPS.c.id.in_(sorted(map(_group_id, keys)))))

    def note(self, told: Sequence[Telling]) -> None:
        """Remember that events told of alerts."""
        kept = ("alert_id", "event_id", "receiver", "reason", "at")
        rows = [{name: getattr(each, name) for name in kept} | {"reason": each.reason.value} for each in told]
        self._link.insert(ALERT_NOTICES, rows, taken="an event tells of an alert twice")

    def told_of(self, alert_id: str) -> list[Telling]:
        """Oldest first, each with what became of its event as far as that is still known."""
        fate = (OUTBOX.c.status, OUTBOX.c.attempts, OUTBOX.c.last_answer, OUTBOX.c.next_attempt_at)
        statement = (
            select(ALERT_NOTICES, *fate)
            .select_from(ALERT_NOTICES.outerjoin(OUTBOX, OUTBOX.c.id == ALERT_NOTICES.c.event_id))
            .where(ALERT_NOTICES.c.alert_id == alert_id)
            .order_by(ALERT_NOTICES.c.at, ALERT_NOTICES.c.event_id)
        )
        return [_telling(row) for row in self._link.read(statement).mappings()]

    def tally(self) -> Mapping[tuple[str, str], int]:
        """How many events for receivers there are per receiver and status word."""
        counted = select(OUTBOX.c.url, OUTBOX.c.status, func.count()).where(OUTBOX.c.url.startswith(RECEIVER))
        found = self._link.read(counted.group_by(OUTBOX.c.url, OUTBOX.c.status))
        return {(url.removeprefix(RECEIVER), status): count for url, status, count in found}

    def add_silence(self, silence: Silence) -> None:
        row = {**asdict(silence), "patterns": {key: list(words) for key, words in silence.match.patterns.items()}}
        del row["match"]
        self._link.insert(ALERT_SILENCES, [row], taken=f"silence {silence.id} exists already")

    def silences(self, now: datetime) -> list[Silence]:
        """Those that have not ended, soonest end first."""
        standing = select(ALERT_SILENCES).where(ALERT_SILENCES.c.ends_at > now)
        rows = self._link.read(standing.order_by(ALERT_SILENCES.c.ends_at, ALERT_SILENCES.c.id)).mappings()
        return [_silence(row) for row in rows]

    def drop_silences(self, *, ended_before: datetime) -> None:
        """Forget those that ended before that."""
        self._link.write(delete(ALERT_SILENCES).where(ALERT_SILENCES.c.ends_at < ended_before))

    def end_silence(self, silence_id: str, now: datetime) -> bool:
        """End it now; False where there is none that still stands."""
        this = (ALERT_SILENCES.c.id == silence_id, ALERT_SILENCES.c.ends_at > now)
        return self._link.write(update(ALERT_SILENCES).where(*this).values(ends_at=now)).rowcount > 0


def _group_id(key: GroupKey) -> str:
    return sha256(dumped(key).encode()).hexdigest()


def _group_row(group: Group) -> dict[str, Any]:
    told = {id_: {"at": each.at.isoformat(), "severity": each.severity.word} for id_, each in group.told.items()}
    return {
        "id": _group_id(group.key),
        "receiver": group.receiver,
        "escalation": group.escalation,
        "labels": list(map(list, group.labels)),
        "sent_at": group.sent_at,
        "told": told,
    }


def _group(row: RowMapping) -> Group:
    told = {
        id_: Told(datetime.fromisoformat(each["at"]), Severity.parse(each["severity"]))
        for id_, each in row["told"].items()
    }
    labels = tuple((name, value) for name, value in row["labels"])
    return Group(row["receiver"], row["escalation"], labels, row["sent_at"], told)


def _telling(row: RowMapping) -> Telling:
    return Telling(
        alert_id=row["alert_id"],
        event_id=row["event_id"],
        receiver=row["receiver"],
        reason=Reason(row["reason"]),
        at=row["at"],
        status=row["status"] or "",
        attempts=row["attempts"] or 0,
        answer=row["last_answer"] or "",
        next_at=row["next_attempt_at"],
    )


def _silence(row: RowMapping) -> Silence:
    match = Match({key: tuple(words) for key, words in row["patterns"].items()})
    return Silence(row["id"], match, row["starts_at"], row["ends_at"], row["by"], row["because"])
