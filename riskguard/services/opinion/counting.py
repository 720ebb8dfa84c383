"""Count what was judged: each post once, into buckets of every width. And forget what is old."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from riskguard.domain.opinion import Grain, Mark
from riskguard.policy.opinion import KeepDays, OpinionRules
from riskguard.services.opinion.marking import attended, counted, marks_of
from riskguard.services.ports import Begin, Clock, UnitOfWork

Rules = Callable[[], OpinionRules]
"""The rules in force."""

BATCH = 500


def count_new(*, begin: Begin, rules: Rules, clock: Clock, limit: int = BATCH) -> int:
    """Count up to `limit` judged posts that no bucket has counted; how many were counted by this call.

    Each is taken off the list in the transaction that counts it, and only who takes it off counts it: nothing is lost
    when this is interrupted, and nothing counted twice when several do it.
    """
    with begin() as work:
        waiting = work.opinion.uncounted(limit)
    if not waiting:
        return 0
    marks = marks_of(waiting, rules())  # no transaction is open while texts are cut
    with begin() as work:
        taken = work.opinion.take([mark.post_id for mark in marks])
        fresh = [mark for mark in marks if mark.post_id in taken]
        _keep(fresh, work, oldest=_oldest(clock(), rules().keep_days))
        work.commit()
    return len(fresh)


def forget_opinion(*, begin: Begin, rules: Rules, clock: Clock) -> int:
    """Drop what is older than the rules say; how many rows."""
    keep, now = rules().keep_days, clock()
    oldest = _oldest(now, keep)
    with begin() as work:
        work.opinion.take()
        dropped = work.opinion.forget(marks=now - timedelta(days=keep.marks), buckets=oldest)
        work.commit()
    return dropped


def _oldest(now: datetime, keep: KeepDays) -> dict[Grain, datetime]:
    """From when on buckets of each width are kept."""
    days = {Grain.FIVE_MINUTES: keep.five_minutes, Grain.HOUR: keep.hours, Grain.DAY: keep.days}
    return {grain: grain.start(now - timedelta(days=count)) for grain, count in days.items()}


def _keep(marks: list[Mark], work: UnitOfWork, *, oldest: dict[Grain, datetime]) -> None:
    """Add the marks to all that counts them. What would be forgotten at once is not written."""
    ledger = work.opinion
    buckets = counted(marks, ledger.buckets)
    ledger.keep_buckets([bucket for bucket in buckets if bucket.start >= oldest[bucket.grain]])
    ledger.add_marks([mark for mark in marks if mark.at >= oldest[Grain.FIVE_MINUTES]])
    by_community: defaultdict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_community[mark.community].append(mark)
    for community, some in by_community.items():
        known = ledger.attendances(community, {mark.account for mark in some})
        ledger.keep_attendances(attended(some, known))
