"""The audit log: rows are only ever added, each chained to the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Executable, func, select

from riskguard.domain.audit import AuditEntry, AuditFilter, AuditRecord, chained, written
from riskguard.store.link import Link
from riskguard.store.tables import AUDIT_LOG

_LAST = select(AUDIT_LOG).order_by(AUDIT_LOG.c.sequence.desc()).limit(1)


class SqlAudit:
    """Entries wait here until the transaction commits, and are chained then."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._entries: list[AuditEntry] = []

    def add(self, entries: Sequence[AuditEntry]) -> None:
        """Append to the log when this transaction commits; an act that is rolled back leaves no entry."""
        self._entries += entries

    def chain(self) -> None:
        """Write what was added, behind the last row. Who else would append waits until this transaction ends."""
        if not self._entries:
            return
        self._link.lock_chain()
        last = next(iter(self._records(_LAST)), None)
        rows = [asdict(each) for each in chained(self._entries, last=last)]
        self._link.write(AUDIT_LOG.insert(), rows)
        self._entries.clear()

    def after(self, sequence: int | None, *, limit: int) -> list[AuditRecord]:
        """Rows that follow this one in the order of the chain; None: the first ones."""
        statement = select(AUDIT_LOG).order_by(AUDIT_LOG.c.sequence).limit(limit)
        if sequence is not None:
            statement = statement.where(AUDIT_LOG.c.sequence > sequence)
        return self._records(statement)

    def find(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> list[AuditRecord]:
        """The newest rows that fit, of those that stand before this one, newest first."""
        statement = select(AUDIT_LOG).where(*_conditions(wanted)).order_by(AUDIT_LOG.c.sequence.desc()).limit(limit)
        if before is not None:
            statement = statement.where(AUDIT_LOG.c.sequence < before)
        return self._records(statement)

    def count(self) -> int:
        """The number of rows."""
        return int(self._link.read(select(func.count()).select_from(AUDIT_LOG)).scalar_one())

    def tally(self, wanted: AuditFilter) -> Mapping[str, int]:
        """How many of the rows that fit tell of each event, by name of the event."""
        event = AUDIT_LOG.c.event
        counted = select(event, func.count()).where(*_conditions(wanted)).group_by(event).order_by(event)
        return {name: count for name, count in self._link.read(counted)}  # noqa: C416

    def _records(self, statement: Executable) -> list[AuditRecord]:
        return [AuditRecord(**row) for row in self._link.read(statement).mappings()]


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    rows = AUDIT_LOG.c
    if wanted.since is not None:
        yield rows.at >= written(wanted.since)
    if wanted.until is not None:
        yield rows.at < written(wanted.until)
    if wanted.event is not None:
        same = rows.event.startswith(wanted.event, autoescape=True)
        yield same if wanted.event.endswith(".") else rows.event == wanted.event
    for column, word in (
        (rows.actor, wanted.actor),
        (rows.subject, wanted.subject),
        (rows.community, wanted.community),
    ):
        if word is not None:
            yield column == word
