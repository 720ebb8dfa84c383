"""All posts of one author: found by a keyed digest, and really deleted, with a receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select

from riskguard.domain.erasure import Erased, Receipt
from riskguard.store.link import Link
from riskguard.store.tables import CASES, ERASURES, OUTBOX, POSTS, VERDICTS, WAITING_POSTS
from riskguard.store.tables_opinion import ATTENDANCES
from riskguard.store.types import dumped


class SqlAuthors:
    """The authors of a community by the ids that the platform gave them."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def digest(self, community: str, author_id: str) -> str:
        """What an author is called where the id must not stand."""
        return self._link.seals.author_digest(author_id, community)

    def post_ids(
        self, community: str, author_id: str, *, received_before: datetime, after: str = "", limit: int
    ) -> list[str]:
        """Our ids of the author's posts behind `after`, in the order of the ids."""
        digests = self._link.seals.author_digests(author_id, community)
        statement = (
            select(POSTS.c.id)
            .where(POSTS.c.community == community, POSTS.c.author_digest.in_(digests))
            .where(POSTS.c.received_at < received_before, POSTS.c.id > after)
            .order_by(POSTS.c.id)
            .limit(limit)
        )
        return list(self._link.read(statement).scalars())

    def erase(self, post_ids: Sequence[str]) -> Erased:
        """Delete these posts and all that hangs on them. Whoever is about to add to one of them waits for the end of
        this transaction and finds it gone; what they have added by now is deleted too."""
        self._link.lock_opinion()  # who counts posts locks in another order, and is let finish first
        wanted = select(POSTS.c.id).where(POSTS.c.id.in_(post_ids)).order_by(POSTS.c.id).with_for_update()
        ids = list(self._link.read(wanted).scalars())
        cases = self._delete(CASES, ids)  # first, since who rules on one of them now may still add its event
        events, verdicts = self._delete(OUTBOX, ids), self._delete(VERDICTS, ids)
        self._delete(WAITING_POSTS, ids)
        posts = self._link.write(delete(POSTS).where(POSTS.c.id.in_(ids))).rowcount
        return Erased(posts=posts, verdicts=verdicts, cases=cases, events=events)

    def forget_account(self, community: str, account: int) -> None:
        """Forget when the account wrote."""
        self._link.lock_opinion()
        this = (ATTENDANCES.c.community == community, ATTENDANCES.c.account == account)
        self._link.write(delete(ATTENDANCES).where(*this))

    def attest(self, receipt: Receipt) -> None:
        """Keep the receipt."""
        row = {
            "id": receipt.id,
            "community": receipt.community,
            "author_digest": receipt.author,
            "at": receipt.at,
            "counts": dumped(dict(receipt.counts)),
            "hash": receipt.hash,
        }
        self._link.insert(ERASURES, [row], taken=f"the receipt {receipt.id} exists already")

    def receipts(self, community: str | None = None, *, limit: int) -> list[Receipt]:
        """The newest first."""
        statement = select(ERASURES).order_by(ERASURES.c.at.desc(), ERASURES.c.id).limit(limit)
        if community is not None:
            statement = statement.where(ERASURES.c.community == community)
        return [_receipt(row) for row in self._link.read(statement)]

    def overwrite(self) -> bool:
        """Leave nothing of what was deleted in SQLite's file and log; False where it is too large for that, or others
        kept it from it. Only between transactions."""
        return self._link.clear()

    def _delete(self, table: Table[Any], post_ids: Sequence[str]) -> int:
        return self._link.write(delete(table).where(table.c.post_id.in_(post_ids))).rowcount


def _receipt(row: Any) -> Receipt:
    return Receipt(row.id, row.community, row.author_digest, row.at, json.loads(row.counts), row.hash)
