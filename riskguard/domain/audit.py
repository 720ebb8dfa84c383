"""Who did what, kept so that nobody can change it unseen: each row carries the hash of the row before it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from riskguard.domain.errors import InvalidInput

Scalar = str | int | float | bool | None
"""What a detail may be."""

GENESIS = "0" * 64
"""What stands as the hash before the first row."""
MAX_WORDS_CHARS = 300
"""Longest subject or detail: longer ones could only be content, which has no place here."""

CLI = "cli"
SYSTEM = "system"

_ACTOR = re.compile(r"cli|system|member:\S{1,64}|key:\S{1,16}")
_EVENT = re.compile(r"[a-z][a-z_-]*(\.[a-z][a-z_-]*)+")


def named_member(name: str) -> str:
    """A member of the console, as actor or subject."""
    return f"member:{name}"


def named_key(prefix: str) -> str:
    """A platform's API key, as actor or subject."""
    return f"key:{prefix}"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. `actor` is 'member:NAME', 'key:PREFIX', 'cli' or 'system'; `event` says what was done in the past tense
    ('author.erased'); `subject` names what it was done to by an id of ours or a digest.

    Never content, never a raw identifier: whoever writes an entry answers for that; InvalidInput for what can be told
    from its form (an actor of no kind, words that are too long or hold control characters).
    """

    at: datetime
    actor: str
    event: str
    subject: str
    community: str | None = None
    details: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise InvalidInput("an audit entry needs a time with its zone", field="at")
        if not _ACTOR.fullmatch(self.actor):
            raise InvalidInput("an actor is member:NAME, key:PREFIX, cli or system", field="actor")
        if not _EVENT.fullmatch(self.event):
            raise InvalidInput(f"'{self.event}' is no name of an event", field="event", hint="such as case.decided")
        for words in (self.subject, self.community or "", *self.details, *self.details.values()):
            if isinstance(words, str) and (len(words) > MAX_WORDS_CHARS or not words.isprintable()):
                raise InvalidInput(
                    f"words of an audit entry are printable and at most {MAX_WORDS_CHARS} characters", field="details"
                )


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A row of the log as it is kept, every column in the very letters that are hashed. `sequence` counts from 1;
    `at` is ISO 8601 in UTC with microseconds; `details` is canonical JSON."""

    sequence: int
    at: str
    actor: str
    event: str
    subject: str
    community: str | None
    details: str
    previous: str
    hash: str

    @property
    def facts(self) -> Mapping[str, Scalar]:
        """The details as they were given; of a row that somebody spoilt, what stands there, under '?'."""
        try:
            found = json.loads(self.details)
        except (TypeError, ValueError):
            found = None
        return found if isinstance(found, dict) else {"?": str(self.details)}

    def sealed(self) -> str:
        """The hash that the row must carry: SHA-256, in hex, over the canonical JSON of its other columns."""
        columns = {
            "sequence": self.sequence,
            "at": self.at,
            "actor": self.actor,
            "event": self.event,
            "subject": self.subject,
            "community": self.community,
            "details": self.details,
            "previous": self.previous,
        }
        return hashlib.sha256(canonical(columns).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows somebody wants to see; what is None does not matter. `since` is inclusive, `until` is not; an `event`
    that ends in a dot ('member.') means all that begin so."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    event: str | None = None
    subject: str | None = None
    community: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the log found: how many rows of it are good, the hash of the last good one, and where it breaks.
    `whole` says that it began at the first row."""

    rows: int
    head: str
    broken_at: int | None = None
    because: str = ""
    whole: bool = True

    @property
    def intact(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.because


def canonical(value: Mapping[str, object]) -> str:
    """JSON in the one form that is hashed: keys in order, no blanks, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chained(entries: Iterable[AuditEntry], *, last: AuditRecord | None) -> Iterator[AuditRecord]:
    """The entries as the rows that follow `last`; None: they are the first."""
    before, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    for sequence, entry in enumerate(entries, start=before + 1):
        unsealed = AuditRecord(
            sequence=sequence,
            at=written(entry.at),
            actor=entry.actor,
            event=entry.event,
            subject=entry.subject,
            community=entry.community,
            details=canonical(entry.details),
            previous=previous,
            hash="",
        )
        previous = unsealed.sealed()
        yield replace(unsealed, hash=previous)


def verify(
    records: Iterable[AuditRecord], *, head: str | None = None, after: AuditRecord | None = None
) -> Verification:
    """Walk the rows in their order, up to the first that is not as it was written; they are all, or those `after` one
    that is trusted.

    Who has noted a `head` learns whether the log still holds it: rows cut off the end leave no other trace.
    """
    first, last = (after.sequence + 1, after.hash) if after else (1, GENESIS)
    rows, seen = 0, head is None
    for rows, record in enumerate(records, start=1):
        at = first + rows - 1
        fault = _fault(record, expected=at, previous=last)
        if fault:
            return Verification(rows - 1, last, at, fault, whole=after is None)
        last = record.hash
        seen = seen or last == head
    if not seen:
        return Verification(rows, last, first + rows, "the log ends without the head that was noted", after is None)
    return Verification(rows, last, whole=after is None)


def written(at: datetime) -> str:
    """The time as it is kept and hashed; later times sort after earlier ones."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _fault(record: AuditRecord, *, expected: int, previous: str) -> str:
    if record.sequence != expected:
        return f"row {expected} is missing; row {record.sequence} follows"
    if record.previous != previous:
        return "it does not follow the row before it"
    try:
        sealed = record.sealed()
    except (TypeError, ValueError):  # a column holds what no text column should
        sealed = ""
    return "" if sealed == record.hash else "it was changed after it was written"
