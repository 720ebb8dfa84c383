"""Where opinion is kept, as its use cases need it. Everything here can be made again from posts and verdicts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from riskguard.domain.opinion import Attendance, Bucket, BucketKey, Gauge, Grain, Judged, Mark, Surge, TopicDay
from riskguard.domain.post import Scene


class Ledger(Protocol):
    """Part of a transaction. What reads and then writes begins with `take`, which lets one writer in at a time."""

    def uncounted(self, limit: int) -> list[Judged]:
        """Judged posts that no bucket has counted yet."""

    def take(self, post_ids: Collection[str] = ()) -> set[str]:
        """Wait for this transaction's turn to write; those of the posts that are still uncounted, which they are no
        longer once it commits."""

    def recount(self) -> int:
        """Forget all that was counted, and line every judged post up to be counted again; how many."""

    def buckets(self, keys: Collection[BucketKey]) -> list[Bucket]:
        """Those that exist."""

    def keep_buckets(self, buckets: Sequence[Bucket]) -> None:
        """Put each in place of what was kept of it."""

    def timeline(
        self, community: str, grain: Grain, *, since: datetime, until: datetime, scene: Scene | None = None
    ) -> list[Bucket]:
        """Buckets that begin in [since, until), oldest first; of one scene, or of all."""

    def add_marks(self, marks: Sequence[Mark]) -> None: ...
    def marks(self, community: str, *, since: datetime, until: datetime, limit: int | None = None) -> list[Mark]:
        """Marks with since < at <= until, oldest first; with a limit, the newest of them."""

    def attendances(self, community: str, accounts: Collection[int]) -> list[Attendance]: ...
    def keep_attendances(self, attendances: Sequence[Attendance]) -> None:
        """Put each in place of what was kept of it."""

    def attendances_since(self, community: str, since: datetime) -> list[Attendance]:
        """Everybody whose last post came at or after this time."""

    def open_surges(self, community: str) -> list[Surge]: ...
    def surges(self, community: str, *, since: datetime, until: datetime) -> list[Surge]:
        """Surges that were going on at some time in [since, until), the newest first."""

    def surge(self, surge_id: str) -> Surge | None: ...
    def keep_surges(self, surges: Sequence[Surge]) -> None: ...
    def topic_days(self, community: str, *, since: datetime, until: datetime) -> list[TopicDay]:
        """Topics of the days that begin in [since, until)."""

    def keep_topic_day(self, community: str, day: datetime, topics: Sequence[TopicDay]) -> None:
        """Put the topics of a day in place of what was kept of it."""

    def gauges(self, community: str, kind: str, *, since: datetime, until: datetime) -> list[Gauge]:
        """Figures of the days that begin in [since, until), oldest first."""

    def keep_gauge(self, gauge: Gauge) -> None: ...
    def forget(self, *, marks: datetime, buckets: dict[Grain, datetime]) -> int:
        """Drop marks written before `marks`, and buckets of each width that begin before theirs; how many rows. What is
        as old as the oldest of days goes with them: surges that ended, topics, figures, members not seen since."""
