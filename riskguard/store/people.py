"""Communities, their keys, and members."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, select, update

from riskguard.domain.errors import NotFound
from riskguard.domain.member import ApiKey, Community, Member, Role
from riskguard.store.link import Link
from riskguard.store.tables import API_KEYS, COMMUNITIES, MEMBERS

_BY_NAME = select(COMMUNITIES).where(COMMUNITIES.c.name == bindparam("wanted"))


class SqlCommunities:
    """Communities by name."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, community: Community) -> None:
        self._link.insert(COMMUNITIES, [asdict(community)], taken=f"community '{community.name}' exists already")

    def get(self, name: str) -> Community | None:
        row = self._link.read(_BY_NAME, {"wanted": name}).mappings().one_or_none()
        return Community(**row) if row else None

    def all(self) -> list[Community]:
        """By name."""
        rows = self._link.read(select(COMMUNITIES).order_by(COMMUNITIES.c.name)).mappings()
        return [Community(**row) for row in rows]

    def save(self, community: Community) -> None:
        """NotFound when it was never added."""
        statement = update(COMMUNITIES).where(COMMUNITIES.c.name == community.name).values(asdict(community))
        if not self._link.write(statement).rowcount:
            raise NotFound(f"no community '{community.name}'")

    def disable_webhook(self, name: str, *, url: str, because: str) -> bool:
        """Note why the address is not used any more, and touch nothing else; False where the community has another
        address by now, or had a reason already."""
        this = (COMMUNITIES.c.name == name, COMMUNITIES.c.webhook_url == url)
        statement = update(COMMUNITIES).where(*this, COMMUNITIES.c.webhook_disabled_because == "")
        return self._link.write(statement.values(webhook_disabled_because=because)).rowcount > 0


class SqlKeys:
    """API keys by digest."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, key: ApiKey) -> None:
        """NotFound when the community does not exist."""
        self._link.insert(API_KEYS, [asdict(key)], taken=f"key {key.id} exists already")

    def by_digest(self, digest: str) -> ApiKey | None:
        row = self._link.read(select(API_KEYS).where(API_KEYS.c.digest == digest)).mappings().one_or_none()
        return ApiKey(**row) if row else None

    def of(self, community: str) -> list[ApiKey]:
        """Oldest first, revoked ones too."""
        statement = select(API_KEYS).where(API_KEYS.c.community == community)
        rows = self._link.read(statement.order_by(API_KEYS.c.created_at, API_KEYS.c.id))
        return [ApiKey(**row) for row in rows.mappings()]

    def save(self, key: ApiKey) -> None:
        """NotFound when it was never added."""
        if not self._link.write(update(API_KEYS).where(API_KEYS.c.id == key.id).values(asdict(key))).rowcount:
            raise NotFound(f"no key {key.id}")


class SqlMembers:
    """Members by name and id."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, member: Member) -> None:
        """NotFound when the community does not exist."""
        self._link.insert(MEMBERS, [asdict(member)], taken=f"member '{member.name}' exists already")

    def by_name(self, name: str) -> Member | None:
        return self._one(MEMBERS.c.name == name)

    def get(self, member_id: str) -> Member | None:
        return self._one(MEMBERS.c.id == member_id)

    def all(self) -> list[Member]:
        """By name."""
        return [_member(row) for row in self._link.read(select(MEMBERS).order_by(MEMBERS.c.name)).mappings()]

    def save(self, member: Member) -> None:
        """NotFound when they were never added."""
        if not self._link.write(update(MEMBERS).where(MEMBERS.c.id == member.id).values(asdict(member))).rowcount:
            raise NotFound(f"no member {member.id}")

    def remove(self, member_id: str) -> None:
        """NotFound when they were never added, or are gone."""
        if not self._link.write(delete(MEMBERS).where(MEMBERS.c.id == member_id)).rowcount:
            raise NotFound(f"no member {member_id}")

    def _one(self, condition: ColumnElement[bool]) -> Member | None:
        row = self._link.read(select(MEMBERS).where(condition)).mappings().one_or_none()
        return _member(row) if row else None


def _member(row: RowMapping) -> Member:
    return Member(**{**row, "role": Role(row["role"])})
