"""Campaigns, and which posts are copies of which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, update

from riskguard.domain.campaign import Campaign, Copy, Extent
from riskguard.domain.case import CaseStatus
from riskguard.domain.errors import StaleVersion
from riskguard.store.codec import decisions_json, decisions_of
from riskguard.store.link import Link
from riskguard.store.sealing import Seals, json_or_nothing, legible
from riskguard.store.tables import CAMPAIGNS, COPIES, POSTS

_ACCOUNT = POSTS.c.author_digest
_NAMED = case((_ACCOUNT != "", _ACCOUNT))
_COPY = select(COPIES.c.post_id, COPIES.c.cluster, COPIES.c.posted_at, _ACCOUNT.label("account")).join(
    POSTS, POSTS.c.id == COPIES.c.post_id
)
_EXTENT = (
    select(
        CAMPAIGNS.c.id,
        func.count().label("posts"),
        func.count(func.distinct(_NAMED)).label("accounts"),
        func.min(COPIES.c.posted_at).label("first_at"),
        func.max(COPIES.c.posted_at).label("last_at"),
    )
    .select_from(CAMPAIGNS)
    .join(COPIES, COPIES.c.cluster == CAMPAIGNS.c.cluster)
    .join(POSTS, POSTS.c.id == COPIES.c.post_id)
    .group_by(CAMPAIGNS.c.id)
)


class SqlCampaigns:
    """Campaigns by id, each with its optimistic lock; copies by their cluster. One whose rulings cannot be opened is
    given as `unreadable`, and hides no other."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add_copies(self, copies: Sequence[Copy]) -> None:
        """Keep those that are not kept yet."""
        rows = [{"post_id": c.post_id, "cluster": c.cluster, "posted_at": c.posted_at} for c in copies]
        self._link.insert_new(COPIES, rows, key="post_id")

    def add(self, campaigns: Sequence[Campaign]) -> set[str]:
        """Insert those that are new; the ids of those inserted."""
        rows = self._link.seals.rows(CAMPAIGNS, [_row(campaign) for campaign in campaigns])
        return self._link.insert_new(CAMPAIGNS, rows, key="id")

    def get(self, campaign_id: str) -> Campaign | None:
        row = self._link.read(select(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign_id)).one_or_none()
        return _campaign(row, self._link.seals) if row else None

    def held(self, ids: Sequence[str]) -> dict[str, Campaign]:
        """By id; nobody rules on them until this transaction ends, so that no member misses a ruling. KeyMissing:
        others may know the ruling."""
        self._link.lock()
        wanted = select(CAMPAIGNS).where(CAMPAIGNS.c.id.in_(ids)).order_by(CAMPAIGNS.c.id).with_for_update(read=True)
        return {row.id: _campaign(row, self._link.seals, needs_keys=True) for row in self._link.read(wanted)}

    def save(self, campaign: Campaign, *, seen_version: int) -> None:
        """Write only if the stored version is `seen_version`; StaleVersion otherwise."""
        this = (CAMPAIGNS.c.id == campaign.id) & (CAMPAIGNS.c.version == seen_version)
        if not self._link.write(
            update(CAMPAIGNS).where(this).values(self._link.seals.row(CAMPAIGNS, _row(campaign)))
        ).rowcount:
            raise StaleVersion(f"campaign {campaign.id} is not at version {seen_version}")

    def listed(
        self,
        *,
        community: str | None,
        status: CaseStatus | None,
        limit: int,
        offset: int = 0,
        within: tuple[datetime, datetime] | None = None,
    ) -> list[Campaign]:
        """The newest first; `within` leaves those of which anything was posted in [from, to)."""
        wanted = _narrowed(select(CAMPAIGNS), community=community, status=status)
        if within is not None:
            posted = select(COPIES.c.post_id).where(COPIES.c.cluster == CAMPAIGNS.c.cluster, *_posted(within))
            wanted = wanted.where(posted.exists())
        ordered = wanted.order_by(CAMPAIGNS.c.opened_at.desc(), CAMPAIGNS.c.id.desc())
        return [_campaign(row, self._link.seals) for row in self._link.read(ordered.limit(limit).offset(offset))]

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many campaigns per status word."""
        wanted = _narrowed(select(CAMPAIGNS.c.status, func.count()), community=community, status=None)
        return {status: count for status, count in self._link.read(wanted.group_by(CAMPAIGNS.c.status))}  # noqa: C416

    def extents(self, ids: Collection[str], *, within: tuple[datetime, datetime] | None = None) -> dict[str, Extent]:
        """How large each is, or was in [from, to); those of which no post is left are left out."""
        wanted = _EXTENT.where(CAMPAIGNS.c.id.in_(ids))
        rows = self._link.read(wanted.where(*_posted(within)) if within else wanted)
        return {row.id: Extent(row.posts, row.accounts, row.first_at, row.last_at) for row in rows}

    def members(self, cluster: str, *, after: str, limit: int) -> list[str]:
        """Ids of the posts of a cluster, in their order, from the one after `after`."""
        ids = select(COPIES.c.post_id).where(COPIES.c.cluster == cluster, COPIES.c.post_id > after)
        return list(self._link.read(ids.order_by(COPIES.c.post_id).limit(limit)).scalars())

    def copies(self, cluster: str, *, limit: int) -> list[Copy]:
        """The first post of a cluster and its newest ones, oldest first."""
        of = _COPY.where(COPIES.c.cluster == cluster)
        newest = self._link.read(of.order_by(COPIES.c.posted_at.desc(), COPIES.c.post_id.desc()).limit(limit))
        found = [_copy(row) for row in newest][::-1]
        first = self._link.read(of.order_by(COPIES.c.posted_at, COPIES.c.post_id).limit(1)).one_or_none()
        return found if first is None or found[0].post_id == first.post_id else [_copy(first), *found[1:]]

    def taken_part(self, community: str, accounts: Collection[str]) -> list[tuple[str, str]]:
        """Each of these accounts with each campaign of the community that it posted in."""
        pairs = (
            select(_ACCOUNT.label("account"), CAMPAIGNS.c.id)
            .select_from(POSTS)
            .join(COPIES, COPIES.c.post_id == POSTS.c.id)
            .join(CAMPAIGNS, CAMPAIGNS.c.cluster == COPIES.c.cluster)
            .where(POSTS.c.community == community, _ACCOUNT.in_(accounts))
            .distinct()
        )
        return [(row.account, row.id) for row in self._link.read(pairs)]


def _posted(within: tuple[datetime, datetime]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    since, until = within
    return COPIES.c.posted_at >= since, COPIES.c.posted_at < until


def _narrowed(
    statement: Select[*tuple[Any, ...]], *, community: str | None, status: CaseStatus | None
) -> Select[*tuple[Any, ...]]:
    if community is not None:
        statement = statement.where(CAMPAIGNS.c.community == community)
    return statement if status is None else statement.where(CAMPAIGNS.c.status == status.value)


def _row(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "community": campaign.community,
        "cluster": campaign.cluster,
        "opened_at": campaign.opened_at,
        "status": campaign.status.value,
        "decisions": json_or_nothing(decisions_json(campaign.decisions)),
        "labels": list(campaign.labels),
        "version": campaign.version,
    }


def _campaign(row: Any, seals: Seals, *, needs_keys: bool = False) -> Campaign:
    campaign, sound = legible(_opened, row, seals, name=f"campaign {row.id}", needs_keys=needs_keys)
    return campaign if sound else replace(campaign, unreadable=True)


def _opened(row: Any, seals: Seals) -> Campaign:
    return Campaign(
        id=row.id,
        community=row.community,
        cluster=row.cluster,
        opened_at=row.opened_at,
        status=CaseStatus(row.status),
        decisions=decisions_of(seals.opened_json(CAMPAIGNS.c.decisions, row.decisions, row.id) or ()),
        labels=tuple(row.labels),
        version=row.version,
    )


def _copy(row: Any) -> Copy:
    return Copy(row.post_id, row.cluster, row.posted_at, row.account)
