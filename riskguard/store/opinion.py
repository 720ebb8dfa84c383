"""Opinion: what waits to be counted, marks, buckets, attendances, surges, topics by day and figures by day."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, delete, func, insert, or_, select, tuple_

from riskguard.domain.opinion import (
    Attendance,
    Bucket,
    BucketKey,
    Gauge,
    Grain,
    Judged,
    Mark,
    Series,
    SeriesKind,
    Surge,
    TopicDay,
)
from riskguard.domain.post import Scene
from riskguard.domain.verdict import Action
from riskguard.store.codec import gist_of
from riskguard.store.link import Link, put_in_place
from riskguard.store.sealing import Seals, json_or_nothing, legible
from riskguard.store.tables import POSTS, VERDICTS
from riskguard.store.tables_opinion import ATTENDANCES, BUCKETS, GAUGES, MARKS, SURGES, TOPIC_DAYS, UNCOUNTED

_SLICE = 500
"""Values named in one statement; SQLite takes no more than some thousands."""

T = TypeVar("T")


class SqlOpinion:
    """Part of a transaction. What reads and then writes begins with `take`, which lets one writer in at a time."""

    def __init__(self, link: Link) -> None:
        self._link = link

    # --- counting

    def uncounted(self, limit: int) -> list[Judged]:
        """Judged posts that no bucket has counted yet. One that was changed counts as a post of nobody's that says
        nothing: it holds up no other. KeyMissing, since another process may have the key."""
        seals = self._link.seals
        rows = self._link.read(_UNCOUNTED.limit(limit))
        return [legible(_judged, row, seals, name=f"judged post {row.id}", needs_keys=True)[0] for row in rows]

    def take(self, post_ids: Collection[str] = ()) -> set[str]:
        """Wait for this transaction's turn to write; those of the posts that are still uncounted, which they are no
        longer once it commits."""
        self._link.lock_opinion()
        taken: set[str] = set()
        for some in _sliced(sorted(post_ids)):
            gone = delete(UNCOUNTED).where(UNCOUNTED.c.post_id.in_(some)).returning(UNCOUNTED.c.post_id)
            taken.update(self._link.write(gone).scalars())
        return taken

    def recount(self) -> int:
        """Forget all that was counted, and line every judged post up to be counted again; how many."""
        self.take()
        for table in (UNCOUNTED, MARKS, BUCKETS, ATTENDANCES, TOPIC_DAYS, GAUGES):
            self._link.write(delete(table))
        self._link.write(insert(UNCOUNTED).from_select(["post_id"], select(VERDICTS.c.post_id)))
        return int(self._link.read(select(func.count()).select_from(UNCOUNTED)).scalar_one())

    def buckets(self, keys: Collection[BucketKey]) -> list[Bucket]:
        """Those that exist."""
        found: list[Bucket] = []
        columns = tuple_(BUCKETS.c.community, BUCKETS.c.scene, BUCKETS.c.grain, BUCKETS.c.start_at)
        for some in _sliced(list(keys), 100):
            wanted = [(community, scene.value, int(grain), start) for community, scene, grain, start in some]
            found += map(_bucket, self._link.read(select(BUCKETS).where(columns.in_(wanted))))
        return found

    def keep_buckets(self, buckets: Sequence[Bucket]) -> None:
        """Put each in place of what was kept of it."""
        self._replace(BUCKETS, ("community", "grain", "start_at", "scene"), [_bucket_row(each) for each in buckets])

    def timeline(
        self, community: str, grain: Grain, *, since: datetime, until: datetime, scene: Scene | None = None
    ) -> list[Bucket]:
        """Buckets that begin in [since, until), oldest first; of one scene, or of all."""
        wanted = (
            select(BUCKETS)
            .where(BUCKETS.c.community == community, BUCKETS.c.grain == int(grain))
            .where(BUCKETS.c.start_at >= since, BUCKETS.c.start_at < until)
            .order_by(BUCKETS.c.start_at, BUCKETS.c.scene)
        )
        if scene is not None:
            wanted = wanted.where(BUCKETS.c.scene == scene.value)
        return [_bucket(row) for row in self._link.read(wanted)]

    # --- marks and attendances

    def add_marks(self, marks: Sequence[Mark]) -> None:
        rows = self._link.seals.rows(MARKS, [_mark_row(mark) for mark in marks])
        self._link.insert(MARKS, rows, taken="a post was marked before")

    def marks(self, community: str, *, since: datetime, until: datetime, limit: int | None = None) -> list[Mark]:
        """Marks with since < at <= until, oldest first; with a limit, the newest of them."""
        wanted = (
            select(MARKS)
            .where(MARKS.c.community == community, MARKS.c.at > since, MARKS.c.at <= until)
            .order_by(MARKS.c.at.desc(), MARKS.c.post_id.desc())
            .limit(limit)
        )
        rows = self._link.read(wanted)
        return [legible(_mark, row, self._link.seals, name=f"mark {row.post_id}")[0] for row in rows][::-1]

    def attendances(self, community: str, accounts: Collection[int]) -> list[Attendance]:
        """Those that are known."""
        found: list[Attendance] = []
        for some in _sliced(sorted(accounts)):
            of = (ATTENDANCES.c.community == community, ATTENDANCES.c.account.in_(some))
            found += map(_attendance, self._link.read(select(ATTENDANCES).where(*of)))
        return found

    def keep_attendances(self, attendances: Sequence[Attendance]) -> None:
        """Put each in place of what was kept of it."""
        rows = [
            {
                "community": each.community,
                "account": each.account,
                "first_at": each.first_at,
                "second_at": each.second_at,
                "last_at": each.last_at,
                "last_negative": each.last_negative,
                "days": each.days,
            }
            for each in attendances
        ]
        self._replace(ATTENDANCES, ("community", "account"), rows)

    def attendances_since(self, community: str, since: datetime) -> list[Attendance]:
        """Everybody whose last post came at or after this time."""
        of = (ATTENDANCES.c.community == community, ATTENDANCES.c.last_at >= since)
        return [_attendance(row) for row in self._link.read(select(ATTENDANCES).where(*of))]

    # --- surges

    def open_surges(self, community: str) -> list[Surge]:
        going_on = (SURGES.c.community == community, SURGES.c.ended_at.is_(None))
        return self._surges(*going_on)

    def surges(self, community: str, *, since: datetime, until: datetime) -> list[Surge]:
        """Surges that were going on at some time in [since, until), the newest first."""
        still = or_(SURGES.c.ended_at.is_(None), SURGES.c.ended_at >= since)
        return self._surges(SURGES.c.community == community, SURGES.c.raised_at < until, still)

    def surge(self, surge_id: str) -> Surge | None:
        """The surge of this id."""
        return next(iter(self._surges(SURGES.c.id == surge_id)), None)

    def keep_surges(self, surges: Sequence[Surge]) -> None:
        """Put each in place of what was kept of it."""
        rows = [
            {
                "id": each.id,
                "community": each.community,
                "raised_at": each.raised_at,
                "ended_at": each.ended_at,
                "body": _surge_body(each),
            }
            for each in surges
        ]
        self._replace(SURGES, ("id",), rows)

    def _surges(self, *of: ColumnElement[bool]) -> list[Surge]:
        rows = self._link.read(select(SURGES).where(*of).order_by(SURGES.c.raised_at.desc(), SURGES.c.id))
        return [_surge(row) for row in rows]

    # --- by day

    def topic_days(self, community: str, *, since: datetime, until: datetime) -> list[TopicDay]:
        """Topics of the days that begin in [since, until)."""
        of = (TOPIC_DAYS.c.community == community, TOPIC_DAYS.c.day >= since, TOPIC_DAYS.c.day < until)
        rows = self._link.read(select(TOPIC_DAYS).where(*of))
        return [TopicDay(row.community, row.day, row.topic, row.posts, row.accounts, row.slots) for row in rows]

    def keep_topic_day(self, community: str, day: datetime, topics: Sequence[TopicDay]) -> None:
        """Put the topics of a day in place of what was kept of it."""
        self._link.write(delete(TOPIC_DAYS).where(TOPIC_DAYS.c.community == community, TOPIC_DAYS.c.day == day))
        rows = [
            {
                "community": community,
                "day": day,
                "topic": each.topic,
                "posts": each.posts,
                "accounts": each.accounts,
                "slots": each.slots,
            }
            for each in topics
        ]
        self._link.insert(TOPIC_DAYS, rows, taken="the topics of this day are being written by another process")

    def gauges(self, community: str, kind: str, *, since: datetime, until: datetime) -> list[Gauge]:
        """Figures of the days that begin in [since, until), oldest first."""
        of = (GAUGES.c.community == community, GAUGES.c.kind == kind, GAUGES.c.day >= since, GAUGES.c.day < until)
        rows = self._link.read(select(GAUGES).where(*of).order_by(GAUGES.c.day))
        return [Gauge(row.community, row.kind, row.day, row.measures) for row in rows]

    def keep_gauge(self, gauge: Gauge) -> None:
        """Put it in place of what was kept of its day."""
        row = {"community": gauge.community, "kind": gauge.kind, "day": gauge.day, "measures": dict(gauge.values)}
        self._replace(GAUGES, ("community", "kind", "day"), [row])

    # --- forgetting

    def forget(self, *, marks: datetime, buckets: Mapping[Grain, datetime]) -> int:
        """Drop marks written before `marks`, and buckets of each width that begin before theirs; how many rows. What
        is as old as the oldest of days goes with them: surges that ended, topics, figures, members not seen since."""
        oldest = buckets[Grain.DAY]
        gone = [
            delete(MARKS).where(MARKS.c.at < marks),
            *(
                delete(BUCKETS).where(BUCKETS.c.grain == int(grain), BUCKETS.c.start_at < before)
                for grain, before in buckets.items()
            ),
            delete(SURGES).where(SURGES.c.ended_at < oldest),
            delete(TOPIC_DAYS).where(TOPIC_DAYS.c.day < oldest),
            delete(GAUGES).where(GAUGES.c.day < oldest),
            delete(ATTENDANCES).where(ATTENDANCES.c.last_at < oldest),
        ]
        return sum(max(0, self._link.write(each).rowcount) for each in gone)

    def _replace(self, table: Table[Any], key: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows in place of those with the same key; only whoever has the turn may do it."""
        if rows:
            self._link.write(put_in_place(table, key, sqlite_=self._link.sqlite), rows)


_UNCOUNTED = (
    select(
        POSTS.c.id,
        POSTS.c.community,
        POSTS.c.scene,
        POSTS.c.created_at,
        POSTS.c.received_at,
        POSTS.c.author_id,
        VERDICTS.c.action,
        VERDICTS.c.body,
    )
    .join(UNCOUNTED, UNCOUNTED.c.post_id == POSTS.c.id)
    .join(VERDICTS, VERDICTS.c.post_id == POSTS.c.id)
    .order_by(UNCOUNTED.c.post_id)
)


def _sliced(items: Sequence[T], size: int = _SLICE) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


def _judged(row: Any, seals: Seals) -> Judged:
    body = seals.opened(VERDICTS.c.body, row.body, row.id)
    text, labels, alike = gist_of(body) if body else ("", {}, None)
    return Judged(
        post_id=row.id,
        community=row.community,
        scene=Scene(row.scene),
        at=min(row.created_at, row.received_at),
        author_id=seals.opened(POSTS.c.author_id, row.author_id, row.id),
        text=text,
        action=Action(row.action),
        labels=labels,
        likeness=alike["score"] if alike else 0.0,
        cluster=str(alike["facts"].get("cluster", "")) if alike else "",
    )


def _bucket(row: Any) -> Bucket:
    heads = {name: b64decode(kept) for name, kept in row.heads.items()}
    scene, grain = Scene(row.scene), Grain(row.grain)
    return Bucket(row.community, scene, grain, row.start_at, row.posts, row.copies, row.tallies, heads)


def _bucket_row(bucket: Bucket) -> dict[str, Any]:
    return {
        "community": bucket.community,
        "scene": bucket.scene.value,
        "grain": int(bucket.grain),
        "start_at": bucket.start,
        "posts": bucket.posts,
        "copies": bucket.copies,
        "tallies": {kind: dict(words) for kind, words in bucket.tallies.items()},
        "heads": {name: b64encode(sketch).decode() for name, sketch in bucket.heads.items()},
    }


def _mark(row: Any, seals: Seals) -> Mark:
    return Mark(
        post_id=row.post_id,
        community=row.community,
        scene=Scene(row.scene),
        at=row.at,
        account=row.account,
        action=row.action,
        sentiment=row.sentiment,
        emotion=row.emotion,
        cluster=row.cluster,
        topics=tuple(seals.opened_json(MARKS.c.topics, row.topics, row.post_id) or ()),
    )


def _mark_row(mark: Mark) -> dict[str, Any]:
    return {
        "post_id": mark.post_id,
        "community": mark.community,
        "scene": mark.scene.value,
        "at": mark.at,
        "account": mark.account,
        "action": mark.action,
        "sentiment": mark.sentiment,
        "emotion": mark.emotion,
        "cluster": mark.cluster,
        "topics": json_or_nothing(mark.topics),
    }


def _attendance(row: Any) -> Attendance:
    return Attendance(
        community=row.community,
        account=row.account,
        first_at=row.first_at,
        last_at=row.last_at,
        second_at=row.second_at,
        last_negative=row.last_negative,
        days=row.days,
    )


_TIMES = ("started_at", "raised_at", "last_at", "ended_at")


def _surge_body(surge: Surge) -> dict[str, Any]:
    """All fields as JSON values."""
    body = {name: getattr(surge, name) for name in surge.__dataclass_fields__ if name != "series"}
    body |= {name: body[name].isoformat() for name in _TIMES if body[name] is not None}
    series = surge.series
    return body | {"series": [series.kind.value, series.name, series.scene.value if series.scene else None]}


def _surge(row: Any) -> Surge:
    kind, name, scene = row.body["series"]
    body = row.body | {at: datetime.fromisoformat(row.body[at]) for at in _TIMES if row.body[at] is not None}
    body["series"] = Series(SeriesKind(kind), name, Scene(scene) if scene else None)
    return Surge(**{**body, "topics": tuple(body["topics"]), "exemplars": tuple(body["exemplars"])})
