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

Record = Mapping[str, object]


def dossier(author_id: str, *, community: str, actor: str, begin: Begin, clock: Clock) -> Iterator[Record]:
    """First one record of kind 'about', then one of kind 'post' for each post revision with its verdict, rulings and
    appeals, then one of kind 'voice' for each report or appeal of the author on other posts.

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
    own = set[str]()
    while True:
        with begin() as work:
            ids = work.authors.post_ids(community, author_id, received_before=until, after=after, limit=POSTS_A_LOOK)
            posts = _posts(ids, author_id, work)
        if not ids:
            break
        yield from posts
        after = ids[-1]
        own.update(ids)
    yield from _voices(author_id, community, own, begin)


def _posts(ids: list[str], author_id: str, work: UnitOfWork) -> list[Record]:
    verdicts = work.verdicts.get_many(ids)
    records = list[Record]()
    for post in work.posts.get_many(ids):
        verdict, case = verdicts.get(post.id), work.cases.of_post(post.id)
        judged = {"verdict": rendered_verdict(verdict, all_scores=True) if verdict else None}
        records.append({**_post(post), **judged, **_case(case, author_id)})
    return records


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


def _voices(author_id: str, community: str, own: set[str], begin: Begin) -> Iterator[Record]:
    after = ""
    while True:
        with begin() as work:
            cases = work.cases.contested(community, after=after, limit=CASES_A_LOOK)
        if not cases:
            return
        after = cases[-1].id
        voices = ((case.post_id, each) for case in cases if case.post_id not in own for each in case.grievances)
        for post_id, voice in voices:
            if voice.by == author_id:
                yield {"kind": "voice", "post": post_id, **_voice(voice)}
