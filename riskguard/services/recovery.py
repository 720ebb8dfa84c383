"""What makes good for a line that was lost: the store knows who waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from riskguard.domain.post import Lane
from riskguard.services.ports import Begin, Clock, Line


def sweep(*, begin: Begin, line: Line, clock: Clock, after_s: float, limit: int) -> int:
    """Put accepted posts that have no verdict after `after_s` back in line; how many were not there any more.

    At most `limit` of the oldest are looked at, so a long line hides younger ones until it has moved on.
    """
    with begin() as work:
        left = work.posts.unjudged(received_before=clock() - timedelta(seconds=after_s), limit=limit)
    return line.submit([replace(ticket, lane=Lane.BULK) for ticket in left]) if left else 0


def forget_events(*, begin: Begin, clock: Clock, after: timedelta, limit: int = 1000, rounds: int = 20) -> int:
    """Drop events that arrived and are older than `after`; how many. At most `limit` a transaction, so that nobody
    waits long for it, and at most `rounds` of them."""
    before, dropped = clock() - after, 0
    for _ in range(rounds):
        with begin() as work:
            some = work.outbox.drop_delivered(created_before=before, limit=limit)
            work.commit()
        dropped += some
        if some < limit:
            break
    return dropped


def forget_answers(*, begin: Begin, clock: Clock, after: timedelta) -> int:
    """Drop answers kept under Idempotency-Keys for longer than `after`; how many."""
    with begin() as work:
        dropped = work.answers.drop(created_before=clock() - after)
        work.commit()
    return dropped
