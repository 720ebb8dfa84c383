"""Everything that is kept of one author, for the author: the answer to a data subject's request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riskguard.domain.audit import AuditEntry
from riskguard.domain.case import Case, Grievance
from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.domain.post import Post
from riskguard.services.events import rendered_decision
from riskguard.services.ports import Begin, Clock, UnitOfWork
from riskguard.services.wire import rendered_verdict

POSTS_A_LOOK = 100
CASES_A_LOOK = 500

UNREADABLE = "unreadable"
"""The kind of record that names a row which cannot be read."""

Record = Mapping[str, object]


def dossier(author_id: str, *, community: str, actor: str, begin: Begin, clock: Clock) -> Iterator[Record]:
    """First one record of kind 'about', then one of kind 'post' for each post revision with its verdict, rulings and
    appeals, then one of kind 'voice' for each report or appeal of the author on other posts; last one of kind
    'unreadable' for each row that was changed, or whose key is missing: what is sealed in it is not in the others.

    Not in it: who reported the author, and the names of moderators, since they concern others. The export is audited
    before the first record is handed out. NotFound for a community that does not exist.
    """
    if not author_id:
        raise InvalidInput("no author is named", field="author")
    now = clock()
    with begin() as work:
        if work.communities.get(community) is None:
            raise NotFound(f"no community '{community}'", hint="see: riskguard admin list-communities")
        digest = work.authors.digest(community, author_id)
        work.audit.add([AuditEntry(now, actor, "author.exported", digest, community)])
        work.commit()
    about: Record = {"kind": "about", "community": community, "author": author_id, "exported_at": now.isoformat()}
    return _records(about, author_id, community, begin, clock)


def _records(about: Record, author_id: str, community: str, begin: Begin, clock: Clock) -> Iterator[Record]:
    yield about
    until, after = clock(), ""
    own, unread = set[str](), list[Record]()
    while True:
        with begin() as work:
            ids = work.authors.post_ids(community, author_id, received_before=until, after=after, limit=POSTS_A_LOOK)
            posts = _posts(ids, author_id, work, unread)
        if not ids:
            break
        yield from posts
        after = ids[-1]
        own.update(ids)
    yield from _voices(author_id, community, own, begin, unread)
    yield from unread


def _posts(ids: list[str], author_id: str, work: UnitOfWork, unread: list[Record]) -> list[Record]:
    """The posts with all that hangs on them, as far as it can be read; the other rows are added to `unread`."""
    posts, closed = work.posts.readable(ids)
    verdicts, unjudged = work.verdicts.readable(ids)
    cases, shut = work.cases.readable(ids)
    for table, some in (("posts", closed), ("verdicts", unjudged)):
        unread += [_unreadable(table, post_id) for post_id in sorted(some)]
    unread += [_unreadable("cases", cases[post_id].id) for post_id in sorted(shut)]
    records = list[Record]()
    for post in posts:
        verdict, case = verdicts.get(post.id), cases.get(post.id)
        judged = {"verdict": rendered_verdict(verdict, all_scores=True) if verdict else None}
        records.append({**_post(post), **judged, **_case(case, author_id)})
    return records


def _unreadable(table: str, row: str) -> Record:
    return {"kind": UNREADABLE, "table": table, "row": row}


def _post(post: Post) -> Record:
    author = post.author
    return {
        "kind": "post",
        "id": post.id,
        "post_id": post.post_id,
        "revision": post.revision,
        "scene": post.scene.value,
        "created_at": post.created_at.isoformat(),
        "title": post.title,
        "text": post.text,
        "url": post.url,
        "thread_id": post.thread_id,
        "parent_id": post.parent_id,
        "metadata": dict(post.metadata),
        "author_trust": author.trust,
        "author_created_at": author.created_at.isoformat() if author.created_at else None,
    }


def _case(case: Case | None, author_id: str) -> Record:
    """What people did about the post; of what others said, only that they did."""
    if case is None:
        return {"decisions": [], "appeals": [], "reports_by_others": 0}
    own = [each for each in case.grievances if each.by == author_id]
    return {
        "decisions": [rendered_decision(each) for each in case.decisions],
        "appeals": [_voice(each) for each in own],
        "reports_by_others": len(case.grievances) - len(own),
    }


def _voice(voice: Grievance) -> Record:
    return {"origin": voice.origin.value, "at": voice.at.isoformat(), "reason": voice.reason}


def _voices(author_id: str, community: str, own: set[str], begin: Begin, unread: list[Record]) -> Iterator[Record]:
    """What the author said in the cases of others; those of which that is not known are added to `unread`."""
    after = ""
    while True:
        with begin() as work:
            cases, closed = work.cases.contested(community, after=after, limit=CASES_A_LOOK)
        if not cases:
            return
        after = cases[-1].id
        unread += [_unreadable("cases", case.id) for case in cases if case.id in closed and case.post_id not in own]
        voices = ((case.post_id, each) for case in cases if case.post_id not in own for each in case.grievances)
        for post_id, voice in voices:
            if voice.by == author_id:
                yield {"kind": "voice", "post": post_id, **_voice(voice)}
