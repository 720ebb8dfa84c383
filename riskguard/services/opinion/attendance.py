"""Whether members drift away: who comes back, whether a first post is followed by a second, and in what mood people
were when they wrote last. From attendances alone: nobody is followed beyond the days on which they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from riskguard.domain.opinion import Attendance
from riskguard.services.opinion.marking import wrote_within

KIND = "health"
WEEK = timedelta(days=7)
LOOKED_BACK = 4 * WEEK
"""Who wrote last before this is long gone, and no news."""

WORSE = {"active": -1, "returning": -1, "second_post": -1, "leavers_negative": 1}
"""On which side each figure is a bad sign."""


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of one day, looking back.

    `active`: accounts that wrote in the last seven days. `returning`: share of those active in the seven days before
    that wrote again in the last seven. `second_post`: share of accounts whose first post came one to two weeks ago
    that wrote a second within a week. `leavers`: accounts that wrote two to four weeks ago and not since;
    `leavers_negative` and `stayers_negative`: share of each whose last post was negative. None: too few to say.
    """

    active: int
    newcomers: int
    leavers: int
    returning: float | None
    second_post: float | None
    leavers_negative: float | None
    stayers_negative: float | None

    @property
    def values(self) -> dict[str, float]:
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: float(value) for name, value in found.items() if value is not None}


def health_of(known: Sequence[Attendance], *, day: datetime, least: int) -> Health:
    """The figures as of the beginning of `day` (UTC). `least` accounts are needed for a share."""
    week, before = day - WEEK, day - 2 * WEEK
    present = [each for each in known if each.first_at < day]
    active = [each for each in present if wrote_within(each, since=week, until=day)]
    earlier = [each for each in present if wrote_within(each, since=before, until=week)]
    again = [each for each in earlier if wrote_within(each, since=week, until=day)]
    beginners = [each for each in present if before <= each.first_at < week]
    went_on = [each for each in beginners if each.second_at and each.second_at - each.first_at <= WEEK]
    leavers = [each for each in present if day - LOOKED_BACK <= each.last_at < before]
    return Health(
        active=len(active),
        newcomers=sum(each.first_at >= week for each in present),
        leavers=len(leavers),
        returning=_share(len(again), len(earlier), least),
        second_post=_share(len(went_on), len(beginners), min(least, 10)),
        leavers_negative=_share(sum(each.last_negative for each in leavers), len(leavers), least),
        stayers_negative=_share(sum(each.last_negative for each in active), len(active), least),
    )


def _share(part: int, whole: int, least: int) -> float | None:
    return part / whole if whole >= max(1, least) else None
