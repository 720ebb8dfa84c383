"""Hear a member's report or an author's appeal: it opens the case of a post, or joins it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from riskguard.domain.case import Case, CaseStatus, Grievance, Origin
from riskguard.domain.errors import NotAllowed, NotFound, StaleVersion
from riskguard.domain.post import Post
from riskguard.services.identity import new_id
from riskguard.services.ports import Begin, Clock, UnitOfWork

APPEAL_PRIORITY = 60
REPORT_PRIORITY = 40
REPORTER_WEIGHT = 5
"""Every further reporter makes a case this much more urgent, up to the priority of an appeal."""

MOST_REPORTS = 100
"""Reports that are kept of one post: they raise its priority no further long before that."""

_ATTEMPTS = 12
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.25


@dataclass(frozen=True, slots=True)
class Hearing:
    """The post that is complained of, its case after the complaint, and whether the case is `new`."""

    post: Post
    case: Case
    new: bool


def hear(name: str, *, community: str, origin: Origin, by: str, reason: str, begin: Begin, clock: Clock) -> Hearing:
    """The case of the post called `name` (our id or the platform's) after this voice, open for a moderator.

    The same member reporting the same post again changes nothing, nor does an author who appeals again before anyone
    has ruled: a flood of reports by one account is one report. Of many members' reports MOST_REPORTS are kept.

    NotFound when the community has no such post, NotAllowed for an appeal by someone else than its author,
    StaleVersion when the case kept changing for all of about two seconds.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with begin() as work:
                post = work.posts.find(community, name)
                if post is None or not work.posts.pinned([post.id]):
                    raise NotFound(f"no post '{name}' in community '{community}'")
                _require_author(post, origin, by)
                voice = Grievance(origin=origin, by=by, reason=reason, at=clock())
                hearing = _heard(post, voice, work)
                work.commit()
                return hearing
        except StaleVersion:
            if attempt == _ATTEMPTS:
                raise
            time.sleep(_pause_s(attempt))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _pause_s(attempt: int) -> float:
    """Longer each time and never the same for two, so that those who speak at once come one after the other."""
    return random.uniform(0.0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt))  # noqa: S311 (no secret)


def _require_author(post: Post, origin: Origin, by: str) -> None:
    if origin is Origin.APPEAL and by != post.author.id:
        raise NotAllowed(
            "only the author of a post may appeal", hint="'by' is the author.id that the post was sent with"
        )


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


def _reports(case: Case) -> int:
    return sum(g.origin is Origin.REPORT for g in case.grievances)


def _repeated(case: Case, voice: Grievance) -> bool:
    """Whether it changes nothing."""
    if voice.origin is Origin.REPORT and _reports(case) >= MOST_REPORTS:
        return True
    same = [g for g in case.grievances if (g.origin, g.by) == (voice.origin, voice.by)]
    if voice.origin is Origin.REPORT:
        return bool(same)
    return case.status is CaseStatus.OPEN and any(not case.decisions or g.at >= case.decisions[-1].at for g in same)
