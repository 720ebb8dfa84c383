"""Accept posts: committed to the database first, then put in line; what was sent before is not judged again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.errors import Conflict
from riskguard.domain.line import Ticket
from riskguard.domain.post import Lane, Post
from riskguard.domain.verdict import Verdict
from riskguard.services.ports import Begin, Clock, Line, UnitOfWork

_log = logging.getLogger(__name__)

_ATTEMPTS = 5
"""Races for the same post are rare and each has a winner, so a loser seldom needs a second try."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one draft: the post that stands for it, whether it is `new`, and its verdict if it has one."""

    post: Post
    new: bool
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """The answer that is kept in the transaction of the posts: its key, and how it is made of their receipts."""

    key: str
    made: Callable[[Sequence[Receipt]], KeptAnswer]


def accept(
    drafts: Sequence[Post],
    *,
    community: str,
    lane: Lane,
    begin: Begin,
    line: Line,
    clock: Clock,
    keep: Keeping | None = None,
) -> list[Receipt]:
    """A receipt per draft, in order. All new posts are committed when this returns, in one transaction.

    A draft is a Post with an id of its own. A post_id that is known with the same title and text gets the first post
    again; with others it becomes the next revision. A line that fails is logged only: the sweep finds the posts.
    Conflict when the kept answer's key is taken, or when the same posts are contested again and again.
    """
    if not drafts and keep is None:
        return []
    owned = [replace(draft, community=community, revision=1) for draft in drafts]
    receipts = _kept(owned, community=community, lane=lane, begin=begin, clock=clock, keep=keep)
    _submit([receipt.post for receipt in receipts if receipt.verdict is None], lane=lane, line=line)
    return receipts


def _kept(
    drafts: Sequence[Post], *, community: str, lane: Lane, begin: Begin, clock: Clock, keep: Keeping | None
) -> list[Receipt]:
    """Receipts of a committed transaction; one that lost a race is read and tried again."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with begin() as work:
                receipts = _matched(drafts, community, work)
                new = [receipt.post for receipt in receipts if receipt.new]
                if new:
                    work.posts.add(new, lane, received_at=clock())
                if keep is not None:
                    work.answers.add(community, keep.made(receipts))
                if new or keep is not None:
                    work.commit()
                return receipts
        except Conflict:
            if attempt == _ATTEMPTS or (keep is not None and _taken(keep.key, community, begin)):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _taken(key: str, community: str, begin: Begin) -> bool:
    """Whether the Conflict came from the key of the kept answer, so that trying again is of no use."""
    with begin() as work:
        return work.answers.get(community, key) is not None


def _matched(drafts: Sequence[Post], community: str, work: UnitOfWork) -> list[Receipt]:
    """Each draft beside what is known of it; drafts of one post_id count one after the other."""
    known = work.posts.latest(community, list({draft.post_id for draft in drafts}))
    stored = {post.id for post in known.values()}
    receipts = [_receipt(draft, known) for draft in drafts]
    repeated = {receipt.post.id for receipt in receipts} & stored
    verdicts = work.verdicts.readable(sorted(repeated))[0] if repeated else {}
    return _with_verdicts(receipts, verdicts)


def _receipt(draft: Post, newest: dict[str, Post]) -> Receipt:
    """The receipt of one draft; `newest` learns of a new revision, so that the next draft sees it."""
    before = newest.get(draft.post_id)
    if before is not None and (before.title, before.text) == (draft.title, draft.text):
        return Receipt(before, new=False)
    post = replace(draft, revision=before.revision + 1) if before is not None else draft
    newest[draft.post_id] = post
    return Receipt(post, new=True)


def _with_verdicts(receipts: Iterable[Receipt], verdicts: Mapping[str, Verdict]) -> list[Receipt]:
    return [replace(receipt, verdict=verdicts.get(receipt.post.id)) for receipt in receipts]


def _submit(posts: Sequence[Post], *, lane: Lane, line: Line) -> None:
    if not posts:
        return
    unique = {post.id: post for post in posts}
    try:
        line.submit([Ticket(post.id, post.community, lane) for post in unique.values()])
    except Exception:  # whatever the transport raises: the posts are committed, so the answer stands
        _log.exception("%d accepted posts could not be put in line; the sweep will find them", len(unique))
