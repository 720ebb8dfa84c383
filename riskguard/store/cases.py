"""Cases, and the queue that moderators see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, update

from riskguard.domain.case import Case, CaseFile, CaseStatus, Origin
from riskguard.domain.errors import NotFound, StaleVersion
from riskguard.store.codec import decisions_json, decisions_of, grievances_json, grievances_of, verdict_of
from riskguard.store.link import Link
from riskguard.store.posts import post_of
from riskguard.store.sealing import Seals, json_or_nothing, legible
from riskguard.store.tables import CASES, POSTS, VERDICTS
from riskguard.store.types import UtcTime

_CASE = {f"case_{column.name}": column.label(f"case_{column.name}") for column in CASES.c}
_FILE = (
    select(POSTS, *_CASE.values(), VERDICTS.c.body.label("verdict_body"))
    .select_from(CASES)
    .join(POSTS, POSTS.c.id == CASES.c.post_id)
    .outerjoin(VERDICTS, VERDICTS.c.post_id == CASES.c.post_id)
)
_URGENCY = (CASES.c.priority.desc(), CASES.c.opened_at, CASES.c.id)


class SqlCases:
    """One case per post revision, each with its optimistic lock."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, cases: Sequence[Case]) -> set[str]:
        """Insert those whose post has no case yet, and leave the others as they are; the ids of those posts."""
        rows = self._link.seals.rows(CASES, [_case_row(case) for case in cases])
        return self._link.insert_new(CASES, rows, key="post_id")

    def get(self, case_id: str) -> Case | None:
        return self._one(CASES.c.id == case_id)

    def of_post(self, post_id: str) -> Case | None:
        return self._one(CASES.c.post_id == post_id)

    def of_posts(self, post_ids: Sequence[str]) -> dict[str, Case]:
        """The cases of these posts by their ids, as far as they have one."""
        rows = self._link.read(select(*_CASE.values()).where(CASES.c.post_id.in_(post_ids)))
        return {case.post_id: case for case in (_case_of(row, self._link.seals) for row in rows)}

    def readable(self, post_ids: Sequence[str], *, needs_keys: bool = False) -> tuple[dict[str, Case], set[str]]:
        """As `of_posts`, and the ids of those posts of whose case only what is not sealed can be read."""
        rows = self._link.read(select(*_CASE.values()).where(CASES.c.post_id.in_(post_ids)))
        found, unreadable = self._legible(rows, needs_keys=needs_keys)
        return {case.post_id: case for case in found}, {case.post_id for case in found if case.id in unreadable}

    def contested(self, community: str, *, after: str, limit: int) -> tuple[list[Case], set[str]]:
        """Cases behind this id with reports or appeals, by id; and the ids of those whose voices cannot be read."""
        ordered = select(*_CASE.values()).where(CASES.c.community == community, CASES.c.grievances != literal(""))
        rows = self._link.read(ordered.where(CASES.c.id > after).order_by(CASES.c.id).limit(limit))
        return self._legible(rows)

    def save(self, case: Case, *, seen_version: int) -> None:
        """Write only if the stored version is `seen_version`; StaleVersion otherwise, NotFound if never added."""
        this = CASES.c.id == case.id
        statement = (
            update(CASES)
            .where(this, CASES.c.version == seen_version)
            .values(self._link.seals.row(CASES, _case_row(case)))
        )
        if self._link.write(statement).rowcount:
            return
        stored = self._link.read(select(CASES.c.version).where(this)).scalar_one_or_none()
        if stored is None:
            raise NotFound(f"no case {case.id}")
        raise StaleVersion(f"case {case.id} is at version {stored}, not {seen_version}")

    def file(self, case_id: str) -> CaseFile | None:
        row = self._link.read(_FILE.where(CASES.c.id == case_id)).one_or_none()
        return _file_of(row, self._link.seals) if row else None

    def queue(self, *, community: str | None, status: CaseStatus | None, limit: int, offset: int = 0) -> list[CaseFile]:
        """Most urgent first, then oldest first. No community means all. A case that cannot be opened hides no other."""
        statement = _narrowed(_FILE, community=community, status=status)
        ordered = statement.order_by(*_URGENCY)
        return [_listed(row, self._link.seals) for row in self._link.read(ordered.limit(limit).offset(offset))]

    def following(self, case_id: str, *, community: str | None) -> str | None:
        """The open case after this one in that order, else the first other one; None: there is no other."""
        others = select(CASES.c.id).where(CASES.c.id != case_id)
        ordered = _narrowed(others, community=community, status=CaseStatus.OPEN).order_by(*_URGENCY).limit(1)
        place = select(CASES.c.id, CASES.c.priority, CASES.c.opened_at, CASES.c.status).where(CASES.c.id == case_id)
        this = self._link.read(place).one_or_none()
        found = None
        if this is not None and this.status == CaseStatus.OPEN.value:
            found = self._link.read(ordered.where(_after(this))).scalar_one_or_none()
        return found or self._link.read(ordered).scalar_one_or_none()

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many cases per status word."""
        statement = _narrowed(select(CASES.c.status, func.count()), community=community, status=None)
        return {status: count for status, count in self._link.read(statement.group_by(CASES.c.status))}  # noqa: C416

    def _legible(self, rows: Iterable[Any], *, needs_keys: bool = False) -> tuple[list[Case], set[str]]:
        """The cases, and the ids of those of which only what is not sealed can be read."""
        read = [
            legible(_case_of, row, self._link.seals, name=f"case {row.case_id}", needs_keys=needs_keys) for row in rows
        ]
        return [case for case, _ in read], {case.id for case, sound in read if not sound}

    def _one(self, condition: ColumnElement[bool]) -> Case | None:
        row = self._link.read(select(*_CASE.values()).where(condition)).one_or_none()
        return _case_of(row, self._link.seals) if row else None


def _after(this: Any) -> ColumnElement[bool]:
    """Cases that stand behind this one in the queue; the first condition is what the index of the queue answers."""
    later = tuple_(CASES.c.opened_at, CASES.c.id) > tuple_(literal(this.opened_at, UtcTime), this.id)
    return and_(CASES.c.priority <= this.priority, or_(CASES.c.priority < this.priority, later))


def _narrowed(
    statement: Select[*tuple[Any, ...]], *, community: str | None, status: CaseStatus | None
) -> Select[*tuple[Any, ...]]:
    if community is not None:
        statement = statement.where(CASES.c.community == community)
    if status is not None:
        statement = statement.where(CASES.c.status == status.value)
    return statement


def _case_row(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "post_id": case.post_id,
        "community": case.community,
        "priority": case.priority,
        "opened_at": case.opened_at,
        "origin": case.origin.value,
        "status": case.status.value,
        "decisions": json_or_nothing(decisions_json(case.decisions)),
        "grievances": json_or_nothing(grievances_json(case.grievances)),
        "version": case.version,
    }


def _case_of(row: Any, seals: Seals) -> Case:
    return Case(
        id=row.case_id,
        post_id=row.case_post_id,
        community=row.case_community,
        priority=row.case_priority,
        opened_at=row.case_opened_at,
        origin=Origin(row.case_origin),
        status=CaseStatus(row.case_status),
        decisions=decisions_of(seals.opened_json(CASES.c.decisions, row.case_decisions, row.case_id) or ()),
        grievances=grievances_of(seals.opened_json(CASES.c.grievances, row.case_grievances, row.case_id) or ()),
        version=row.case_version,
    )


def _file_of(row: Any, seals: Seals) -> CaseFile:
    body = seals.opened(VERDICTS.c.body, row.verdict_body or "", row.case_post_id)
    return CaseFile(case=_case_of(row, seals), post=post_of(row, seals), verdict=verdict_of(body) if body else None)


def _listed(row: Any, seals: Seals) -> CaseFile:
    """As `_file_of`, or as much of it as is not sealed."""
    file, sound = legible(_file_of, row, seals, name=f"case {row.case_id}")
    return file if sound else replace(file, unreadable=True)
