"""Which posts have come of age, and what is left of those that were purged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, literal, select, tuple_, update

from riskguard.domain.case import CaseStatus
from riskguard.domain.purge import Mark
from riskguard.store.link import Link
from riskguard.store.tables import CASES, HELD_POSTS, OUTBOX, POSTS, RETENTION_MARKS
from riskguard.store.types import UtcTime


class SqlRetention:
    """Posts in the order they were received in, and how far each rule has looked through them."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def mark(self, community: str, rule: str) -> Mark | None:
        """How far the rule has come; None: it has not begun."""
        this = (RETENTION_MARKS.c.community == community, RETENTION_MARKS.c.rule == rule)
        row = self._link.read(select(RETENTION_MARKS).where(*this)).one_or_none()
        return Mark(row.received_at, row.post_id) if row else None

    def advance(self, community: str, rule: str, to: Mark) -> None:
        """Note how far the rule has come."""
        this = (RETENTION_MARKS.c.community == community, RETENTION_MARKS.c.rule == rule)
        values = {"received_at": to.received_at, "post_id": to.post_id}
        if not self._link.write(update(RETENTION_MARKS).where(*this).values(values)).rowcount:
            row = {"community": community, "rule": rule, **values}
            self._link.insert(RETENTION_MARKS, [row], taken=f"another process marks '{rule}'")

    def due(self, community: str, *, after: Mark | None, until: datetime, limit: int) -> list[Mark]:
        """The next posts that were received until then and have their words."""
        statement = (
            select(POSTS.c.received_at, POSTS.c.id)
            .where(POSTS.c.community == community, POSTS.c.received_at <= until, POSTS.c.purged_at.is_(None))
            .order_by(POSTS.c.received_at, POSTS.c.id)
            .limit(limit)
        )
        if after is not None:
            place = tuple_(literal(after.received_at, UtcTime), after.post_id)
            statement = statement.where(tuple_(POSTS.c.received_at, POSTS.c.id) > place)
        return [Mark(received_at, post_id) for received_at, post_id in self._link.read(statement)]

    def hold(self, post_ids: Sequence[str]) -> None:
        """Remember posts whose time is over and that wait for a ruling."""
        self._link.insert_new(HELD_POSTS, [{"post_id": post_id} for post_id in post_ids], key="post_id")

    def released(self, community: str, *, limit: int) -> list[str]:
        """Held posts of the community that wait for no ruling any more."""
        statement = (
            select(HELD_POSTS.c.post_id)
            .join(CASES, CASES.c.post_id == HELD_POSTS.c.post_id)
            .where(CASES.c.community == community, CASES.c.status != CaseStatus.OPEN.value)
            .order_by(HELD_POSTS.c.post_id)
            .limit(limit)
        )
        return list(self._link.read(statement).scalars())

    def purge(self, post_ids: Sequence[str], *, at: datetime) -> None:
        """Take the words and the author's name out of posts, and forget their events."""
        if not post_ids:
            return
        nothing = dict.fromkeys(("text", "title", "url", "metadata", "author_id"), "")
        self._link.write(update(POSTS).where(POSTS.c.id.in_(post_ids)).values(**nothing, purged_at=at))
        self._link.write(delete(OUTBOX).where(OUTBOX.c.post_id.in_(post_ids)))
        self._link.write(delete(HELD_POSTS).where(HELD_POSTS.c.post_id.in_(post_ids)))
