"""Posts and their verdicts: added in batches, one statement each, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Column, Select, bindparam, cast, delete, func, insert, select, true, update

from riskguard.domain.line import Ticket
from riskguard.domain.post import Author, Lane, Post, Scene
from riskguard.domain.verdict import Action, Verdict
from riskguard.store.codec import verdict_json, verdict_of
from riskguard.store.link import Link
from riskguard.store.sealing import Seals, json_or_nothing, legible
from riskguard.store.tables import POSTS, VERDICTS, WAITING_POSTS
from riskguard.store.tables_opinion import UNCOUNTED
from riskguard.store.types import Words


class SqlPosts:
    """Post revisions, and which of them wait for a verdict."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def latest(self, community: str, post_ids: Sequence[str]) -> dict[str, Post]:
        """The newest revision of each of the platform's post ids that is known, in one query; of one that was changed
        here only what is not sealed, so that it holds up no other and is followed by a new one."""
        seals = self._link.seals
        read = (
            legible(post_of, row, seals, name=f"post {row.id}", needs_keys=True)
            for row in self._newest(community, post_ids)
        )
        return {post.post_id: post for post, _ in read}

    def _newest(self, community: str, post_ids: Sequence[str]) -> Sequence[Any]:
        if not post_ids:
            return ()
        newest = _NEWEST_ON_SQLITE if self._link.sqlite else _NEWEST_ON_POSTGRES
        return self._link.read(newest, {"of": community, "names": list(post_ids)}).all()

    def add(self, posts: Sequence[Post], lane: Lane, *, received_at: datetime) -> None:
        """Insert all, or none. Conflict when a revision exists already (someone else was first)."""
        taken = f"a revision of {_named(posts)} exists already"
        waiting = [
            {"post_id": post.id, "community": post.community, "lane": lane.value, "received_at": received_at}
            for post in posts
        ]
        seals = self._link.seals
        kept = [seals.row(POSTS, _post_row(post, received_at, seals)) for post in posts]
        rows = {POSTS: kept, WAITING_POSTS: waiting}
        self._link.insert_all(rows, taken=taken)

    def get_many(self, ids: Sequence[str]) -> list[Post]:
        """By our ids, in the order asked for; unknown ids are left out."""
        if not ids:
            return []
        found = {post.id: post for post in map(self._post, self._link.read(_BY_ID, {"ids": list(ids)}))}
        return [found[name] for name in ids if name in found]

    def readable(self, ids: Sequence[str], *, needs_keys: bool = False) -> tuple[list[Post], set[str]]:
        """As `get_many`, and the ids of those posts of which only what is not sealed can be read."""
        if not ids:
            return [], set()
        read = {
            row.id: legible(post_of, row, self._link.seals, name=f"post {row.id}", needs_keys=needs_keys)
            for row in self._link.read(_BY_ID, {"ids": list(ids)})
        }
        return [read[name][0] for name in ids if name in read], {name for name, (_, sound) in read.items() if not sound}

    def find(self, community: str, name: str) -> Post | None:
        """By our id, else the newest revision with the platform's post_id."""
        ours = select(POSTS).where(POSTS.c.id == name, POSTS.c.community == community)
        row = self._link.read(ours).one_or_none() or next(iter(self._newest(community, [name])), None)
        return self._post(row) if row else None

    def unjudged(self, *, received_before: datetime, limit: int) -> list[Ticket]:
        """Accepted posts without a verdict, oldest first."""
        statement = (
            select(WAITING_POSTS.c.post_id, WAITING_POSTS.c.community, WAITING_POSTS.c.lane)
            .where(WAITING_POSTS.c.received_at < received_before)
            .order_by(WAITING_POSTS.c.received_at, WAITING_POSTS.c.post_id)
            .limit(limit)
        )
        return [Ticket(post_id, community, Lane(lane)) for post_id, community, lane in self._link.read(statement)]

    def pinned(self, ids: Sequence[str]) -> set[str]:
        """Those of our ids that are there; none of them is deleted before this transaction ends."""
        return pinned(ids, self._link)

    def count(self, community: str | None = None) -> int:
        statement = select(func.count()).select_from(POSTS)
        if community is not None:
            statement = statement.where(POSTS.c.community == community)
        return int(self._link.read(statement).scalar_one())

    def _post(self, row: Any) -> Post:
        return post_of(row, self._link.seals)


class SqlVerdicts:
    """The one verdict of each judged post."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, verdicts: Sequence[Verdict], *, at: datetime) -> set[str]:
        """Keep each verdict whose post is there and has none yet; the ids of the posts whose verdict is new."""
        there = pinned([verdict.post_id for verdict in verdicts], self._link)
        kept = [_verdict_row(verdict, at) for verdict in verdicts if verdict.post_id in there]
        rows = self._link.seals.rows(VERDICTS, kept)
        new = self._link.insert_new(VERDICTS, rows, key="post_id")
        if new:
            self._link.write(_WAIT_NO_MORE, [{"ids": sorted(new)}])
            count_later(new, self._link)
        return new

    def get_many(self, post_ids: Sequence[str]) -> dict[str, Verdict]:
        if not post_ids:
            return {}
        rows = self._link.read(_BODIES, {"ids": list(post_ids)})
        return {row.post_id: verdict_of(_body(row, self._link.seals)) for row in rows}

    def readable(self, post_ids: Sequence[str], *, needs_keys: bool = False) -> tuple[dict[str, Verdict], set[str]]:
        """As `get_many`, of those that can be read; and the ids of the posts whose verdict cannot."""
        if not post_ids:
            return {}, set()
        read = {
            row.post_id: legible(
                _body, row, self._link.seals, name=f"the verdict of post {row.post_id}", needs_keys=needs_keys
            )
            for row in self._link.read(_BODIES, {"ids": list(post_ids)})
        }
        found = {post_id: verdict_of(body) for post_id, (body, sound) in read.items() if sound}
        return found, set(read) - set(found)

    def replace(self, verdicts: Sequence[Verdict]) -> None:
        """Put these in the place of the verdicts of their posts, which say the same in more words."""
        if verdicts:
            plain = [{"post_id": verdict.post_id, "body": verdict_json(verdict)} for verdict in verdicts]
            rows = self._link.seals.rows(VERDICTS, plain)
            self._link.write(_REPLACE, [{"of": row["post_id"], "bare": row["body"]} for row in rows])

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many verdicts per action word."""
        statement = select(VERDICTS.c.action, func.count()).group_by(VERDICTS.c.action).order_by(VERDICTS.c.action)
        if community is not None:
            statement = statement.join(POSTS, POSTS.c.id == VERDICTS.c.post_id).where(POSTS.c.community == community)
        return {Action(action).word: count for action, count in self._link.read(statement)}


def _newest_on_postgres() -> Select[*tuple[Any, ...]]:
    """One index look-up per name, whatever the planner believes: a join with the maxima took 250 ms a batch, and an IN
    list read all posts of the community, until a fresh table had been analysed."""
    names = func.unnest(cast(bindparam("names", type_=ARRAY(Words)), ARRAY(Words)))
    wanted = names.table_valued(Column("post_id", Words)).render_derived(name="wanted")
    this = (POSTS.c.community == bindparam("of"), POSTS.c.post_id == wanted.c.post_id)
    newest = select(POSTS).where(*this).order_by(POSTS.c.revision.desc()).limit(1).lateral("newest")
    return select(newest).select_from(wanted.join(newest, true()))


def _newest_on_sqlite() -> Select[*tuple[Any, ...]]:
    """The same where there is no LATERAL; SQLite reads the same index for it."""
    older = POSTS.alias("older")
    same = (older.c.community == POSTS.c.community, older.c.post_id == POSTS.c.post_id)
    newest = select(func.max(older.c.revision)).where(*same).scalar_subquery()
    named = (POSTS.c.community == bindparam("of"), POSTS.c.post_id.in_(bindparam("names", expanding=True)))
    return select(POSTS).where(*named, POSTS.c.revision == newest)


# Built once: to build a statement costs more than to run it for a single post.
_NEWEST_ON_POSTGRES = _newest_on_postgres()
_NEWEST_ON_SQLITE = _newest_on_sqlite()
_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_BY_ID = select(POSTS).where(POSTS.c.id.in_(_IDS))
_BODIES = select(VERDICTS.c.post_id, VERDICTS.c.body).where(VERDICTS.c.post_id.in_(_IDS))
_COUNT_LATER = insert(UNCOUNTED)
_PIN = select(POSTS.c.id).where(POSTS.c.id.in_(_IDS)).order_by(POSTS.c.id).with_for_update(read=True, key_share=True)
_REPLACE = update(VERDICTS).where(VERDICTS.c.post_id == bindparam("of")).values(body=bindparam("bare"))
_WAIT_NO_MORE = delete(WAITING_POSTS).where(WAITING_POSTS.c.post_id.in_(_IDS))


def pinned(ids: Sequence[str], link: Link) -> set[str]:
    """See `SqlPosts.pinned`: SQLite lets nobody else write now, PostgreSQL holds the rows."""
    if not ids:
        return set()
    link.lock()
    return set(link.read(_PIN, {"ids": list(ids)}).scalars())


def count_later(ids: Collection[str], link: Link) -> None:
    """Line judged posts up to be counted for opinion, which somebody else does."""
    link.write(_COUNT_LATER, [{"post_id": post_id} for post_id in sorted(ids)])


def post_of(row: Any, seals: Seals) -> Post:
    """The post in a row that holds the columns of POSTS under their own names."""

    def plain(column: Column[Any], value: str) -> str:
        return seals.opened(column, value, row.id) if value else ""

    return Post(
        id=row.id,
        community=row.community,
        post_id=row.post_id,
        text=plain(POSTS.c.text, row.text),
        created_at=row.created_at,
        author=Author(plain(POSTS.c.author_id, row.author_id), row.author_trust, row.author_created_at),
        scene=Scene(row.scene),
        revision=row.revision,
        title=plain(POSTS.c.title, row.title),
        url=plain(POSTS.c.url, row.url),
        thread_id=row.thread_id,
        parent_id=row.parent_id,
        callback_url=row.callback_url,
        metadata=seals.opened_json(POSTS.c.metadata, row.metadata, row.id) or {},
    )


def _post_row(post: Post, received_at: datetime, seals: Seals) -> dict[str, Any]:
    return {
        "id": post.id,
        "community": post.community,
        "post_id": post.post_id,
        "revision": post.revision,
        "received_at": received_at,
        "created_at": post.created_at,
        "text": post.text,
        "author_id": post.author.id,
        "author_digest": seals.author_digest(post.author.id, post.community),
        "author_trust": post.author.trust,
        "author_created_at": post.author.created_at,
        "scene": post.scene.value,
        "title": post.title,
        "url": post.url,
        "thread_id": post.thread_id,
        "parent_id": post.parent_id,
        "callback_url": post.callback_url,
        "metadata": json_or_nothing(dict(post.metadata)),
    }


def _body(row: Any, seals: Seals) -> str:
    return seals.opened(VERDICTS.c.body, row.body, row.post_id)


def _verdict_row(verdict: Verdict, at: datetime) -> dict[str, Any]:
    return {
        "post_id": verdict.post_id,
        "action": int(verdict.action),
        "judged_at": at,
        "policy_version": verdict.policy_version,
        "body": verdict_json(verdict),
    }


def _named(posts: Sequence[Post]) -> str:
    return f"post '{posts[0].post_id}'" if len(posts) == 1 else f"one of these {len(posts)} posts"
