"""Erase an author: everything that is kept of them in a community is really deleted, and a receipt says so."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime

from riskguard.domain.audit import AuditEntry, Scalar
from riskguard.domain.case import Case
from riskguard.domain.erasure import Erased, Receipt
from riskguard.domain.errors import InvalidInput, NotFound, SealBroken, StaleVersion
from riskguard.services.identity import new_id
from riskguard.services.opinion.headcount import account_of
from riskguard.services.ports import Begin, Clock, Traces

_log = logging.getLogger(__name__)

POSTS_A_TURN = 200
"""Posts that one transaction deletes: so long a worker or a platform may wait for it."""
ROWS_A_LOOK = 500
_ATTEMPTS = 5
_ID = re.compile(r'"id": ?"([^"\\]+)"')

Progress = Callable[[Erased], None]


def erase_author(
    author_id: str,
    *,
    community: str,
    actor: str,
    begin: Begin,
    clock: Clock,
    traces: Traces,
    progress: Progress = lambda _: None,
) -> Receipt:
    """Delete what is kept of this author, beside the running service. The receipt is kept and audited.

    Erased is what was received before the call: posts with their revisions, verdicts, cases, events and kept answers,
    and the author's reports and appeals on other posts. A post of theirs that is being judged is not brought back by
    its verdict; one that is accepted later is a new one. May be interrupted at any time: who calls again erases the
    rest. NotFound for a community that does not exist, InvalidInput without an author.
    """
    started = clock()
    _require(author_id, community, begin)
    erased, post_ids = _erase_posts(author_id, community, started, begin, progress)
    erased += Erased(voices=_silence(author_id, community, begin))
    erased += Erased(answers=_forget_answers(post_ids, community, begin))
    progress(erased)
    receipt = _attested(author_id, community, actor, erased, begin, clock())
    _overwrite(begin, traces)
    return receipt


def _require(author_id: str, community: str, begin: Begin) -> None:
    if not author_id:
        raise InvalidInput("no author is named", field="author")
    with begin() as work:
        if work.communities.get(community) is None:
            raise NotFound(f"no community '{community}'", hint="see: riskguard admin list-communities")


def _erase_posts(
    author_id: str, community: str, before: datetime, begin: Begin, progress: Progress
) -> tuple[Erased, set[str]]:
    erased, gone = Erased(), set[str]()
    while True:
        with begin() as work:
            ids = work.authors.post_ids(community, author_id, received_before=before, limit=POSTS_A_TURN)
            if not ids:
                return erased, gone
            erased += work.authors.erase(ids)
            work.commit()
        gone.update(ids)
        progress(erased)


def _silence(author_id: str, community: str, begin: Begin) -> int:
    """Take the author's voice out of the cases of others; how many reports and appeals. SealBroken in the end where
    some cannot be read, since then nobody knows whether all is gone."""
    after, taken, unread = "", 0, list[str]()
    while True:
        with begin() as work:
            cases, closed = work.cases.contested(community, after=after, limit=ROWS_A_LOOK)
        if not cases:
            break
        after = cases[-1].id
        unread += sorted(closed)
        taken += sum(_silence_in(case, author_id, begin) for case in cases)
    if unread:
        raise SealBroken(
            f"the author may have spoken in cases that cannot be read: {', '.join(unread)}. All posts are erased; "
            "restore or delete these rows, then erase again for the receipt"
        )
    return taken


def _silence_in(case: Case, author_id: str, begin: Begin) -> int:
    """A colleague who is first changes the version; then the case is read again."""
    for attempt in range(1, _ATTEMPTS + 1):
        voices = sum(each.by == author_id for each in case.grievances)
        if not voices:
            return 0
        try:
            with begin() as work:
                work.cases.save(case.without(author_id), seen_version=case.version)
                work.commit()
            return voices
        except NotFound:
            return 0
        except StaleVersion:
            if attempt == _ATTEMPTS:
                raise
        with begin() as work:
            found = work.cases.get(case.id)
        if found is None:
            return 0
        case = found
    raise AssertionError("unreachable: the last attempt returns or raises")


def _forget_answers(post_ids: set[str], community: str, begin: Begin) -> int:
    """Delete the answers that name one of these posts; how many."""
    after, dropped = "", 0
    while post_ids:
        with begin() as work:
            answers = work.answers.page(community, after=after, limit=ROWS_A_LOOK)
        if not answers:
            break
        after = answers[-1].key
        named = [answer.key for answer in answers if not post_ids.isdisjoint(_ID.findall(answer.body))]
        if named:
            with begin() as work:
                dropped += work.answers.remove(community, named)
                work.commit()
    return dropped


def _attested(author_id: str, community: str, actor: str, erased: Erased, begin: Begin, at: datetime) -> Receipt:
    with begin() as work:
        work.authors.forget_account(community, account_of(community, author_id))
        digest = work.authors.digest(community, author_id)
        receipt = Receipt.of(new_id("ers"), community=community, author=digest, at=at, erased=erased)
        work.authors.attest(receipt)
        details: dict[str, Scalar] = {"author": digest, "hash": receipt.hash, **receipt.counts}
        work.audit.add([AuditEntry(at, actor, "author.erased", receipt.id, community, details)])
        work.commit()
    return receipt


def _overwrite(begin: Begin, traces: Traces) -> None:
    """What was deleted is gone for every reader; here also for who reads the files."""
    with begin() as work:
        if not work.authors.overwrite():
            _log.warning(
                "the database's file could not be written anew after an erasure: run VACUUM when the service rests"
            )
    try:
        traces.rewrite()
    except Exception:  # whatever the transport raises
        _log.exception("Redis could not be asked to write its file anew after an erasure; it does so by itself later")
