"""Walk the audit log to see that nobody changed it, and look things up in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from riskguard.domain.audit import AuditEntry, AuditFilter, AuditRecord, Scalar, Verification, verify
from riskguard.services.ports import Begin, UnitOfWork

_ROWS_AT_ONCE = 1000


def note(
    work: UnitOfWork,
    event: str,
    subject: str,
    *,
    by: str,
    at: datetime,
    community: str | None = None,
    **details: Scalar,
) -> None:
    """Write down an act in the transaction that does it."""
    work.audit.add([AuditEntry(at, by, event, subject, community, details)])


def verified(
    *, begin: Begin, head: str | None = None, progress: Callable[[int], None] = lambda _: None
) -> Verification:
    """The whole log, walked from its first row; `progress` hears how many rows were read so far."""
    return verify(_walk(begin, progress), head=head)


def checked(rows: int, *, begin: Begin) -> Verification:
    """As many of the newest rows, walked: what a page can do while somebody waits."""
    with begin() as work:
        newest = work.audit.find(AuditFilter(), limit=rows + 1)
    oldest_first = newest[::-1]
    after = oldest_first.pop(0) if len(newest) > rows else None
    return verify(oldest_first, after=after)


def found(wanted: AuditFilter, *, begin: Begin) -> Iterator[AuditRecord]:
    """All rows that fit, newest first, read a page at a time."""
    before = None
    while page := page_of(wanted, begin=begin, limit=_ROWS_AT_ONCE, before=before):
        yield from page
        before = page[-1].sequence


def page_of(wanted: AuditFilter, *, begin: Begin, limit: int, before: int | None = None) -> list[AuditRecord]:
    """The newest rows that fit, of those that stand before this one, newest first."""
    with begin() as work:
        return work.audit.find(wanted, limit=limit, before=before)


def size(*, begin: Begin) -> int:
    """The number of rows."""
    with begin() as work:
        return work.audit.count()


def _walk(begin: Begin, progress: Callable[[int], None]) -> Iterator[AuditRecord]:
    """All rows in order, in short transactions; what is appended meanwhile is read, too."""
    last, rows = None, 0
    while True:
        with begin() as work:
            page = work.audit.after(last, limit=_ROWS_AT_ONCE)
        yield from page
        rows += len(page)
        progress(rows)
        if len(page) < _ROWS_AT_ONCE:
            return
        last = page[-1].sequence
