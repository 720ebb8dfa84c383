"""Hear a member's report or an author's appeal: it opens the case of a post, or joins it."""

from __future__ import annotations

from dataclasses import dataclass

from riskguard.domain.case import Case, CaseStatus, Grievance, Origin
from riskguard.domain.errors import NotFound, StaleVersion
from riskguard.domain.post import Post
from riskguard.services.identity import new_id
from riskguard.services.ports import Begin, Clock, UnitOfWork

APPEAL_PRIORITY = 60
REPORT_PRIORITY = 40
REPORTER_WEIGHT = 5
"""Every further reporter makes a case this much more urgent, up to the priority of an appeal."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Hearing:
    """The post that is complained of, its case after the complaint, and whether the case is `new`."""

    post: Post
    case: Case
    new: bool


def hear(name: str, *, community: str, origin: Origin, by: str, reason: str, begin: Begin, clock: Clock) -> Hearing:
    """The case of the post called `name` (our id or the platform's) after this voice, open for a moderator.

    The same member reporting the same post again changes nothing, nor does an author who appeals again before anyone
    has ruled: a flood of reports by one account is one report. NotFound when the community has no such post.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with begin() as work:
                post = work.posts.find(community, name)
                if post is None:
                    raise NotFound(f"no post '{name}' in community '{community}'")
                voice = Grievance(origin=origin, by=by, reason=reason, at=clock())
                hearing = _heard(post, voice, work)
                work.commit()
                return hearing
        except StaleVersion:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _heard(post: Post, voice: Grievance, work: UnitOfWork) -> Hearing:
    case = work.cases.of_post(post.id)
    if case is None:
        opened = _opened(post, voice)
        work.cases.add([opened])
        case = work.cases.of_post(post.id)
        if case is None or case.id == opened.id:
            return Hearing(post, opened, new=True)
    if _repeated(case, voice):
        return Hearing(post, case, new=False)
    heard = case.hear(voice, priority=_priority(case, voice))
    work.cases.save(heard, seen_version=case.version)
    return Hearing(post, heard, new=False)


def _opened(post: Post, voice: Grievance) -> Case:
    return Case(
        id=new_id("cas"),
        post_id=post.id,
        community=post.community,
        priority=APPEAL_PRIORITY if voice.origin is Origin.APPEAL else REPORT_PRIORITY,
        opened_at=voice.at,
        origin=voice.origin,
        grievances=(voice,),
    )


def _priority(case: Case, voice: Grievance) -> int:
    if voice.origin is Origin.APPEAL:
        return APPEAL_PRIORITY
    reporters = {g.by for g in case.grievances if g.origin is Origin.REPORT} | {voice.by}
    return min(APPEAL_PRIORITY, REPORT_PRIORITY + REPORTER_WEIGHT * (len(reporters) - 1))


def _repeated(case: Case, voice: Grievance) -> bool:
    same = [g for g in case.grievances if (g.origin, g.by) == (voice.origin, voice.by)]
    if voice.origin is Origin.REPORT:
        return bool(same)
    return case.status is CaseStatus.OPEN and any(not case.decisions or g.at >= case.decisions[-1].at for g in same)
