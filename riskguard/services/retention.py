"""Purge posts whose time is over: their words go, the numbers of their verdicts stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from riskguard.domain.audit import AuditEntry
from riskguard.domain.case import Case, CaseStatus
from riskguard.domain.finding import Finding
from riskguard.domain.purge import Mark, Purged
from riskguard.domain.verdict import Verdict
from riskguard.policy.retention import OpenCases, Retention, Retentions
from riskguard.services.ports import Begin, Clock, UnitOfWork

POSTS_A_TURN = 200
"""Posts that one transaction looks at: so long a worker or a platform may wait for it."""


def purge(retentions: Retentions, *, actor: str, begin: Begin, clock: Clock, turns: int) -> dict[str, Purged]:
    """Purge what is over, in at most `turns` transactions a community; what was done, by community.

    Where it ended it goes on the next time. A post is looked at once for each term that its community names, so the
    cost is that of the posts that come of age, not of all that are kept. Each community's share is audited.
    """
    now, done = clock(), dict[str, Purged]()
    for community in _communities(begin):
        purged = _purge_community(community, retentions.of(community), begin, now, turns)
        if purged != Purged():
            done[community] = purged
        if purged.posts:
            _audit(community, purged, actor, begin, now)
    return done


def overdue(retentions: Retentions, *, begin: Begin, clock: Clock) -> dict[str, Purged]:
    """What `purge` would do if it had all the turns that it needs; changes nothing."""
    now, found = clock(), dict[str, Purged]()
    for community in _communities(begin):
        rules = retentions.of(community)
        purged = sum((_counted(community, rules, term, begin, now) for term in rules.terms), Purged())
        with begin() as work:
            ruled = len(work.retention.released(community, limit=1_000_000))
        found[community] = replace(purged, posts=purged.posts + ruled)
    return found


def _communities(begin: Begin) -> list[str]:
    with begin() as work:
        return [community.name for community in work.communities.all()]


def _audit(community: str, purged: Purged, actor: str, begin: Begin, now: datetime) -> None:
    with begin() as work:
        details = {"posts": purged.posts, "closed": purged.closed}
        work.audit.add([AuditEntry(now, actor, "posts.purged", community, community, details)])
        work.commit()


def _purge_community(community: str, rules: Retention, begin: Begin, now: datetime, turns: int) -> Purged:
    done = Purged()
    for term in (None, *rules.terms):  # first those that waited for a ruling which has come
        while turns > 0:
            turns -= 1
            with begin() as work:
                some = _released(community, work, now) if term is None else _aged(community, rules, term, work, now)
                work.commit()
            if some is None:
                break
            done += some
    return done


def _released(community: str, work: UnitOfWork, now: datetime) -> Purged | None:
    ids = work.retention.released(community, limit=POSTS_A_TURN)
    return _purged(ids, OpenCases.WAIT, work, now) if ids else None


def _aged(community: str, rules: Retention, term: timedelta, work: UnitOfWork, now: datetime) -> Purged | None:
    """Purge those of the next posts of this age whose time is over; None when there are no more."""
    rule = _rule(rules, term)
    after = work.retention.mark(community, rule)
    due = work.retention.due(community, after=after, until=now - term, limit=POSTS_A_TURN)
    if not due:
        return None
    purged = _purged(_over(due, rules, term, work), rules.open_cases, work, now)
    work.retention.advance(community, rule, due[-1])
    return purged


def _over(due: Sequence[Mark], rules: Retention, term: timedelta, work: UnitOfWork) -> list[str]:
    """Those of the posts that are kept no longer than this term. Who has no verdict has no labels."""
    verdicts = work.verdicts.get_many([each.post_id for each in due])
    kept = {each.post_id: rules.keeps(_fired(verdicts.get(each.post_id))) for each in due}
    return [post_id for post_id, time in kept.items() if time is not None and time <= term]


def _counted(community: str, rules: Retention, term: timedelta, begin: Begin, now: datetime) -> Purged:
    counted = Purged()
    with begin() as work:
        after = work.retention.mark(community, _rule(rules, term))
    while True:
        with begin() as work:
            due = work.retention.due(community, after=after, until=now - term, limit=POSTS_A_TURN)
            ids = _over(due, rules, term, work) if due else []
            waiting = _open(work.cases.of_posts(ids)) if ids else {}
        if not due:
            return counted
        after = due[-1]
        held = len(waiting) if rules.open_cases is OpenCases.WAIT else 0
        counted += Purged(len(ids) - held, len(waiting) - held, held)


def _rule(rules: Retention, term: timedelta) -> str:
    return f"{rules.version}:{term.days}"


def _fired(verdict: Verdict | None) -> frozenset[str]:
    return frozenset(label for rule in verdict.rules for label in rule.labels) if verdict else frozenset()


def _open(cases: dict[str, Case]) -> dict[str, Case]:
    return {post_id: case for post_id, case in cases.items() if case.status is CaseStatus.OPEN}


def _purged(ids: Sequence[str], open_cases: OpenCases, work: UnitOfWork, now: datetime) -> Purged:
    """Take the words out of these posts, of their verdicts and cases; their events are forgotten."""
    cases = work.cases.of_posts(ids)
    waiting = _open(cases)
    if open_cases is OpenCases.WAIT:
        work.retention.hold(sorted(waiting))
        ids, closed = [post_id for post_id in ids if post_id not in waiting], 0
    else:
        closed = len(waiting)
    for post_id in ids:
        if post_id in cases:
            work.cases.save(cases[post_id].purged(), seen_version=cases[post_id].version)
    verdicts = work.verdicts.get_many(ids)
    work.verdicts.replace([_numbers(verdict) for verdict in verdicts.values()])
    work.retention.purge(ids, at=now)
    return Purged(len(ids), closed, len(waiting) - closed)


def _numbers(verdict: Verdict) -> Verdict:
    """The verdict without what quotes the post."""
    bare = tuple(Finding(each.label, each.score, each.detector) for each in verdict.findings)
    return replace(verdict, findings=bare, masked_text="", care=None)
