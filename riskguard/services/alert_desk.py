"""What people do about alerts: take them up, end them, keep them quiet, and see what was told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from riskguard.domain.alert import AlertStatus, Handling, KeptAlert
from riskguard.domain.audit import MAX_WORDS_CHARS
from riskguard.domain.errors import InvalidInput, NotFound, TooLarge
from riskguard.domain.notice import Match, Silence, Telling
from riskguard.services.audit import note as note_down
from riskguard.services.identity import new_id
from riskguard.services.ports import Begin, Clock, UnitOfWork

MAX_NOTE_CHARS = 500
LONGEST_SILENCE = timedelta(days=90)


class Handle(Protocol):
    """What `acknowledge` and `resolve` look like."""

    def __call__(
        self,
        alert_id: str,
        *,
        by: str,
        actor: str,
        note: str = "",
        begin: Begin,
        clock: Clock,
        community: str | None = None,
    ) -> KeptAlert: ...


@dataclass(frozen=True, slots=True)
class AlertFile:
    """An alert with what was told of it, and the silences made here that cover it now."""

    kept: KeptAlert
    told: tuple[Telling, ...]
    silences: tuple[Silence, ...]


@dataclass(frozen=True, slots=True)
class AlertLeaf:
    """One page of a list; `more` says whether another follows."""

    alerts: tuple[KeptAlert, ...]
    number: int
    more: bool


def listed(
    *,
    begin: Begin,
    community: str | None = None,
    statuses: Collection[AlertStatus] = (),
    kind: str | None = None,
    page: int = 1,
    size: int = 50,
) -> AlertLeaf:
    """Page `page` (from 1) of the alerts that a member of `community` may see, gravest first."""
    with begin() as work:
        found = work.alerts.listed(
            community=community, statuses=statuses, kind=kind, limit=size + 1, offset=(page - 1) * size
        )
    return AlertLeaf(tuple(found[:size]), page, more=len(found) > size)


def file(alert_id: str, *, begin: Begin, clock: Clock, community: str | None = None) -> AlertFile:
    """All about one alert; NotFound where it belongs to another community."""
    now = clock()
    with begin() as work:
        kept = _own(work.alerts.get(alert_id), alert_id, community)
        silences = [each for each in work.notices.silences(now) if each.covers(kept.alert, now)]
        return AlertFile(kept, tuple(work.notices.told_of(alert_id)), tuple(silences))


def acknowledge(
    alert_id: str, *, by: str, actor: str, note: str = "", begin: Begin, clock: Clock, community: str | None = None
) -> KeptAlert:
    """Somebody has it in hand: nobody is told of it again, and it goes no further up. `by` is who is shown to have
    done it, `actor` who did as the audit log says it."""
    handling = Handling(by, clock(), _checked(note))
    return _handled(alert_id, "alert.acknowledged", KeptAlert.acknowledge, handling, actor, begin, community)


def resolve(
    alert_id: str, *, by: str, actor: str, note: str = "", begin: Begin, clock: Clock, community: str | None = None
) -> KeptAlert:
    """It is over: whoever was told of it is told so."""
    handling = Handling(by, clock(), _checked(note))
    return _handled(alert_id, "alert.resolved", KeptAlert.resolve, handling, actor, begin, community)


def silence(match: Match, *, until: datetime, because: str, by: str, actor: str, begin: Begin, clock: Clock) -> Silence:
    """From now on nobody is told of alerts that fit, until then. InvalidInput for one without end, reason or match."""
    now = clock()
    if not match.patterns:
        raise InvalidInput("a silence names what it keeps quiet", field="match")
    if not now < until <= now + LONGEST_SILENCE:
        raise InvalidInput(f"a silence ends within {LONGEST_SILENCE.days} days from now", field="until")
    made = Silence(new_id("sil"), match, now, until, by, _checked(because, needed=True))
    with begin() as work:
        work.notices.add_silence(made)
        _note_silence(work, made, "silence.made", actor, now)
        work.commit()
    return made


def silences(*, begin: Begin, clock: Clock, community: str | None = None) -> list[Silence]:
    """Those made here that have not ended; a member of one community sees those that name it alone."""
    with begin() as work:
        standing = work.notices.silences(clock())
    return [each for each in standing if community is None or each.match.patterns.get("community") == (community,)]


def end_silence(silence_id: str, *, actor: str, begin: Begin, clock: Clock, community: str | None = None) -> None:
    """End it now. NotFound where there is none that this member may end."""
    standing = {each.id: each for each in silences(begin=begin, clock=clock, community=community)}
    if silence_id not in standing:
        raise NotFound(f"no silence {silence_id}")
    now = clock()
    with begin() as work:
        if work.notices.end_silence(silence_id, now):
            _note_silence(work, standing[silence_id], "silence.ended", actor, now)
            work.commit()


def match_of(kept: KeptAlert) -> Match:
    """The question that this alert, and others of its kind and name in its community, fit."""
    traits = {"kind": kept.alert.kind, "name": kept.alert.name, "community": kept.alert.community}
    return Match({key: (_literal(value),) for key, value in traits.items() if value})


def _literal(value: str) -> str:
    """A pattern that fits the value alone."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in value)


def _handled(
    alert_id: str,
    what: str,
    change: Callable[[KeptAlert, Handling], KeptAlert],
    handling: Handling,
    actor: str,
    begin: Begin,
    community: str | None,
) -> KeptAlert:
    with begin() as work:
        before = _own(work.alerts.for_change(alert_id), alert_id, community)
        after = change(before, handling)
        if after != before:
            work.alerts.save([after])
            note_down(work, what, alert_id, by=actor, at=handling.at, community=after.alert.community)
            work.commit()
    return after


def _note_silence(work: UnitOfWork, made: Silence, what: str, actor: str, now: datetime) -> None:
    named = made.match.patterns.get("community", ())
    community = named[0] if len(named) == 1 else None
    match = str(made.match)[:MAX_WORDS_CHARS]
    note_down(work, what, made.id, by=actor, at=now, community=community, match=match, until=made.ends_at.isoformat())


def _own(kept: KeptAlert | None, alert_id: str, community: str | None) -> KeptAlert:
    if kept is None or community not in (None, kept.alert.community):
        raise NotFound(f"no alert {alert_id}")
    return kept


def _checked(note: str, *, needed: bool = False) -> str:
    if len(note) > MAX_NOTE_CHARS:
        raise TooLarge(f"a note has at most {MAX_NOTE_CHARS} characters", field="note")
    if needed and not note.strip():
        raise InvalidInput("a silence needs a reason", field="because")
    return note.strip()
