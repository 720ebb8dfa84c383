"""Accounts as an operator makes them and a platform or member uses them, on both databases."""

from __future__ import annotations

import base64
import re

import pytest

from riskguard.domain.errors import Conflict, InvalidInput, NotAuthenticated, NotFound
from riskguard.domain.member import Role
from riskguard.services import accounts
from riskguard.services.ports import Begin


def test_a_community_is_known_by_its_key(begin: Begin) -> None:
    community, key = accounts.create_community("forum", begin=begin)
    assert re.fullmatch(r"rg_[A-Za-z0-9_-]{43}", key)
    assert len(base64.b64decode(community.webhook_secret.removeprefix("whsec_"))) == 32
    assert accounts.community_of(key, begin=begin) == "forum"
    with begin() as work:
        assert work.communities.get("forum") == community
        [kept] = work.keys.of("forum")
    assert key.startswith(kept.prefix)
    assert key not in repr(kept)


@pytest.mark.parametrize("key", ["", "rg_", "rg_" + "A" * 43, "钥匙\ud83d\x00"])
def test_an_unknown_key_is_refused(begin: Begin, key: str) -> None:
    accounts.create_community("forum", begin=begin)
    with pytest.raises(NotAuthenticated):
        accounts.community_of(key, begin=begin)


def test_a_revoked_key_is_refused_and_others_go_on(begin: Begin) -> None:
    _, first = accounts.create_community("forum", begin=begin)
    kept, second = accounts.issue_key("forum", begin=begin)
    revoked = accounts.revoke_key("forum", first, begin=begin)
    assert accounts.revoke_key("forum", revoked.id, begin=begin) == revoked
    with pytest.raises(NotAuthenticated):
        accounts.community_of(first, begin=begin)
    assert accounts.community_of(second, begin=begin) == "forum"
    assert accounts.revoke_key("forum", kept.prefix, begin=begin).id == kept.id
    with pytest.raises(NotFound, match="no key"):
        accounts.revoke_key("forum", "rg_nothing", begin=begin)


@pytest.mark.parametrize("name", ["", "a b", "论坛", "x" * 65, "a/b", "a\n"])
def test_a_bad_community_name_is_refused(begin: Begin, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no name"):
        accounts.create_community(name, begin=begin)


def test_a_name_is_taken_once(begin: Begin) -> None:
    accounts.create_community("forum", begin=begin)
    accounts.create_member("小王", role=Role.MODERATOR, begin=begin)
    with pytest.raises(Conflict):
        accounts.create_community("forum", begin=begin)
    with pytest.raises(Conflict):
        accounts.create_member("小王", role=Role.OPERATOR, begin=begin)


def test_a_webhook_is_set_and_enabled_again(begin: Begin) -> None:
    accounts.create_community("forum", begin=begin)
    changed = accounts.set_webhook("forum", "https://forum.example/hook", begin=begin)
    with begin() as work:
        assert work.communities.get("forum") == changed
    assert accounts.set_webhook("forum", "", begin=begin).webhook_url == ""
    for bad in ("forum.example", "ftp://forum.example", "https://", "http://[half"):
        with pytest.raises(InvalidInput, match="no web address"):
            accounts.set_webhook("forum", bad, begin=begin)
    with pytest.raises(NotFound):
        accounts.set_webhook("none", "", begin=begin)


def test_a_member_signs_in_with_the_password_shown(begin: Begin) -> None:
    member, password = accounts.create_member("小王", role=Role.MODERATOR, begin=begin)
    assert accounts.sign_in("小王", password, begin=begin) == member
    for name, tried in (("小王", password + "x"), ("小李", password)):
        with pytest.raises(NotAuthenticated, match="name or password is wrong"):
            accounts.sign_in(name, tried, begin=begin)


def test_a_member_changes_their_password(begin: Begin) -> None:
    member, password = accounts.create_member("a", role=Role.OPERATOR, begin=begin)
    with pytest.raises(InvalidInput, match="at least 10"):
        accounts.change_password(member.id, old=password, new="short", begin=begin)
    with pytest.raises(NotAuthenticated):
        accounts.change_password(member.id, old="wrong", new="long enough", begin=begin)
    changed = accounts.change_password(member.id, old=password, new="long enough", begin=begin)
    assert accounts.sign_in("a", "long enough", begin=begin) == changed


def test_a_lost_password_is_replaced(begin: Begin) -> None:
    _, lost = accounts.create_member("a", role=Role.OPERATOR, begin=begin)
    _, found = accounts.reset_password("a", begin=begin)
    assert accounts.sign_in("a", found, begin=begin).name == "a"
    with pytest.raises(NotAuthenticated):
        accounts.sign_in("a", lost, begin=begin)
    with pytest.raises(NotFound):
        accounts.reset_password("b", begin=begin)


def test_a_member_needs_a_good_name_and_a_community_that_exists(begin: Begin) -> None:
    with pytest.raises(InvalidInput):
        accounts.create_member("a b", role=Role.MODERATOR, begin=begin)
    with pytest.raises(NotFound):
        accounts.create_member("a", role=Role.MODERATOR, community="none", begin=begin)
