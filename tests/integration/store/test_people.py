"""Communities, keys and members, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskguard.domain.errors import Conflict, NotFound
from riskguard.domain.member import ApiKey, Community, Member, Role
from riskguard.services.ports import Begin
from tests.integration.store.samples import NOW, SECOND, settle

KEY = ApiKey("key_1", "forum", "d" * 64, "rg_abcdef", NOW)
MEMBER = Member("mbr_1", "小王", Role.MODERATOR, "hash", NOW, "forum")


def test_communities(begin: Begin) -> None:
    forum = Community("forum", NOW, "https://forum.example/hook", "whsec_x", "gone")
    with begin() as work:
        work.communities.add(forum)
        work.communities.add(Community("alpha", NOW))
        with pytest.raises(Conflict, match="'forum' exists already"):
            work.communities.add(Community("forum", NOW))
        work.communities.save(replace(forum, webhook_url=""))
        work.commit()
    with begin() as work:
        assert work.communities.get("forum") == replace(forum, webhook_url="")
        assert work.communities.get("none") is None
        assert [each.name for each in work.communities.all()] == ["alpha", "forum"]
        with pytest.raises(NotFound):
            work.communities.save(Community("none", NOW))


def test_keys(begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as work:
        work.keys.add(KEY)
        work.keys.add(replace(KEY, id="key_0", digest="e" * 64, created_at=NOW + SECOND))
        work.keys.save(replace(KEY, revoked_at=NOW))
        with pytest.raises(NotFound):
            work.keys.add(replace(KEY, id="key_2", digest="f" * 64, community="none"))
        work.commit()
    with begin() as work:
        assert work.keys.by_digest(KEY.digest) == replace(KEY, revoked_at=NOW)
        assert work.keys.by_digest("none") is None
        assert [each.id for each in work.keys.of("forum")] == ["key_1", "key_0"]


def test_members(begin: Begin) -> None:
    settle(begin, "forum")
    operator = replace(MEMBER, id="mbr_2", name="admin", role=Role.OPERATOR, community=None)
    with begin() as work:
        work.members.add(MEMBER)
        work.members.add(operator)
        with pytest.raises(Conflict, match="'小王' exists already"):
            work.members.add(replace(MEMBER, id="mbr_3"))
        work.members.save(replace(MEMBER, role=Role.COMPLIANCE))
        work.commit()
    with begin() as work:
        assert work.members.by_name("小王") == replace(MEMBER, role=Role.COMPLIANCE)
        assert work.members.get("mbr_2") == operator
        assert work.members.by_name("none") is None
        assert [each.name for each in work.members.all()] == ["admin", "小王"]
