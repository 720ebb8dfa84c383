"""A moderator's turn: see the queue, open a case, rule on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from riskguard.domain.case import Case, CaseFile, CaseStatus, Decision, Ruling
from riskguard.domain.errors import Gone, InvalidInput, NotFound, TooLarge
from riskguard.domain.post import Post
from riskguard.services import audit
from riskguard.services.events import announce, decided
from riskguard.services.identity import given_by_us
from riskguard.services.ports import Begin, Bell, Clock, Mask, UnitOfWork

MAX_REASON_CHARS = 500
MAX_NOTE_CHARS = 120


class Need(StrEnum):
    """Why a moderator must see the raw words."""

    CONTEXT = "context"
    VERIFY = "verify"
    RESCUE = "rescue"
    GRIEVANCE = "grievance"
    AUTHORITY = "authority"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the queue; `more` says whether another follows."""

    files: tuple[CaseFile, ...]
    number: int
    more: bool


def decide(
    case_id: str,
    *,
    ruling: Ruling,
    reason: str,
    by: str,
    actor: str,
    seen_version: int,
    begin: Begin,
    clock: Clock,
    bell: Bell,
    mask: Mask,
    community: str | None = None,
) -> Case:
    """The case after this ruling, kept together with the event that tells the platform.

    Personal information in the reason is masked: the platform hears it, and the author may. `by` is who decided;
    `actor` is the member or key that they came with, for the audit log. `community` is whose cases the moderator may
    touch; none means all. Raises NotFound, StaleVersion, InvalidInput.
    """
    with begin() as work:
        seen = _file(work, case_id, community)
        decision = Decision(ruling, mask(stated(reason)), by, clock())
        case = seen.case.decide(decision, seen_version=seen_version)
        work.cases.save(case, seen_version=seen_version)
        _tell(work, case, decision, seen.post)
        audit.note(
            work,
            "case.decided",
            case.id,
            by=actor,
            at=decision.at,
            community=case.community,
            ruling=ruling.value,
            version=case.version,
        )
        work.commit()
    announce(bell)
    return case


def reveal(
    case_id: str,
    *,
    need: Need,
    note: str,
    actor: str,
    begin: Begin,
    clock: Clock,
    mask: Mask,
    community: str | None = None,
) -> CaseFile:
    """The case, for its raw words to be shown once; who saw them and why is in the audit log, or nothing is shown.

    NotFound; InvalidInput where the note is too long, or missing for a need that has no name.
    """
    note = " ".join(note.split())
    if need is Need.OTHER and not note:
        raise InvalidInput("another need must be told", field="note")
    if len(note) > MAX_NOTE_CHARS:
        raise TooLarge(f"a note has at most {MAX_NOTE_CHARS} characters", field="note")
    with begin() as work:
        seen = _file(work, case_id, community)
        told = "".join(char for char in mask(note) if char.isprintable())
        audit.note(
            work,
            "case.revealed",
            case_id,
            by=actor,
            at=clock(),
            community=seen.case.community,
            need=need.value,
            note=told,
            post=seen.post.id,
        )
        work.commit()
    return seen


def file(case_id: str, *, begin: Begin, community: str | None = None) -> CaseFile:
    """The case with its post and verdict; NotFound where it belongs to another community, Gone where its author had
    their posts erased."""
    with begin() as work:
        return _file(work, case_id, community)


def queue(
    *,
    begin: Begin,
    community: str | None = None,
    status: CaseStatus | None = CaseStatus.OPEN,
    page: int = 1,
    size: int = 25,
) -> Leaf:
    """Page `page` (from 1) of the cases that a member of `community` may see, most urgent first."""
    if page < 1 or size < 1:
        raise InvalidInput("pages and their sizes count from 1", field="page")
    with begin() as work:
        files = work.cases.queue(community=community, status=status, limit=size + 1, offset=(page - 1) * size)
    return Leaf(tuple(files[:size]), page, more=len(files) > size)


def following(case_id: str, *, begin: Begin, community: str | None = None) -> str | None:
    """The open case to look at after this one: the next in the queue, else the most urgent other; None: all done."""
    with begin() as work:
        return work.cases.following(case_id, community=community)


def _file(work: UnitOfWork, case_id: str, community: str | None) -> CaseFile:
    found = work.cases.file(case_id)
    if found is None and given_by_us(case_id):
        raise Gone(f"case {case_id} was deleted with its post")  # nothing else ever deletes a case
    if found is None or community not in (None, found.case.community):
        raise NotFound(f"no case {case_id}")
    return found


def stated(reason: str) -> str:
    """The reason without blanks around it; TooLarge beyond MAX_REASON_CHARS."""
    if len(reason) > MAX_REASON_CHARS:
        raise TooLarge(f"a reason has at most {MAX_REASON_CHARS} characters", field="reason")
    return reason.strip()


def _tell(work: UnitOfWork, case: Case, decision: Decision, post: Post) -> None:
    community = work.communities.get(case.community)
    event = decided(case, decision, post=post, community=community) if community else None
    if event:
        work.outbox.add([event])
