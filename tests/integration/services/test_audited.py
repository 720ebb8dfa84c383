"""What is audited: every act leaves its entry, in the transaction of the act, with its actor and without content."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riskguard.bootstrap import word_mask
from riskguard.domain.audit import AuditFilter, AuditRecord, Scalar
from riskguard.domain.case import Ruling
from riskguard.domain.errors import NotAuthenticated, NotFound, StaleVersion
from riskguard.domain.member import Role
from riskguard.policy.book import open_book
from riskguard.services import accounts, review
from riskguard.services.audit import found, verified
from riskguard.services.inforce import PolicyWatch
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from tests.fixtures import desk

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
Row = tuple[str, str, str, str | None, Mapping[str, Scalar]]


def rows(begin: Begin) -> list[Row]:
    """Actor, event, subject, community and details, oldest first."""
    return [_row(record) for record in reversed(list(found(AuditFilter(), begin=begin)))]


def _row(record: AuditRecord) -> Row:
    return record.actor, record.event, record.subject, record.community, record.facts


class SilentBell:
    """A bell nobody hears."""

    def ring(self) -> None:
        """Nothing."""

    def heard(self) -> None:
        """Nothing."""


def test_communities_and_keys(begin: Begin) -> None:
    _, key = accounts.create_community("forum", begin=begin, clock=lambda: AT)
    kept, _ = accounts.issue_key("forum", begin=begin, by="system")
    accounts.set_webhook("forum", "https://hook.forum.example:8443/in?token=open-sesame", begin=begin)
    accounts.set_webhook("forum", "", begin=begin)
    first = accounts.revoke_key("forum", key, begin=begin)
    assert rows(begin) == [
        ("cli", "community.made", "forum", "forum", {}),
        ("cli", "key.made", f"key:{first.prefix}", "forum", {"id": first.id}),
        ("system", "key.made", f"key:{kept.prefix}", "forum", {"id": kept.id}),
        ("cli", "community.webhook-changed", "forum", "forum", {"host": "hook.forum.example"}),
        ("cli", "community.webhook-changed", "forum", "forum", {"host": None}),
        ("cli", "key.revoked", f"key:{first.prefix}", "forum", {"id": first.id}),
    ]
    assert verified(begin=begin).intact


def test_members_come_change_and_go(begin: Begin) -> None:
    accounts.create_community("forum", begin=begin)
    _, password = accounts.create_member("小王", role=Role.MODERATOR, community="forum", begin=begin)
    member = accounts.sign_in("小王", password, begin=begin)
    accounts.change_password(member.id, old=password, new="long enough", begin=begin)
    accounts.reset_password("小王", begin=begin)
    accounts.set_role("小王", role=Role.COMPLIANCE, community=None, begin=begin)
    accounts.remove_member("小王", begin=begin)
    assert rows(begin)[2:] == [
        ("cli", "member.made", "member:小王", "forum", {"role": "moderator"}),
        ("member:小王", "member.signed-in", "member:小王", "forum", {}),
        ("member:小王", "member.password-changed", "member:小王", "forum", {}),
        ("cli", "member.password-reset", "member:小王", "forum", {}),
        ("cli", "member.role-changed", "member:小王", None, {"role": "compliance", "was": "moderator"}),
        ("cli", "member.removed", "member:小王", None, {"role": "compliance"}),
    ]


def test_a_role_is_another_at_once_and_the_removed_are_gone(begin: Begin) -> None:
    accounts.create_community("forum", begin=begin)
    member, password = accounts.create_member("小王", role=Role.OPERATOR, begin=begin)
    changed = accounts.set_role("小王", role=Role.MODERATOR, community="forum", begin=begin)
    with begin() as work:
        assert work.members.get(member.id) == changed == replace(member, role=Role.MODERATOR, community="forum")
    accounts.remove_member("小王", begin=begin)
    with pytest.raises(NotAuthenticated):
        accounts.sign_in("小王", password, begin=begin)
    for call in (
        lambda: accounts.remove_member("小王", begin=begin),
        lambda: accounts.set_role("小王", role=Role.OPERATOR, community=None, begin=begin),
    ):
        with pytest.raises(NotFound, match="no member '小王'"):
            call()


def test_a_role_in_a_community_that_is_none_is_refused(begin: Begin) -> None:
    accounts.create_member("小王", role=Role.OPERATOR, begin=begin)
    with pytest.raises(NotFound, match="no community 'none'"):
        accounts.set_role("小王", role=Role.MODERATOR, community="none", begin=begin)
    assert [event for _, event, *_ in rows(begin)] == ["member.made"]


def test_a_failed_sign_in_is_kept_and_what_was_typed_is_not(begin: Begin) -> None:
    accounts.create_member("小王", role=Role.OPERATOR, begin=begin)
    for name in ("小王", "13900001111"):
        with pytest.raises(NotAuthenticated):
            accounts.sign_in(name, "guess-7788", begin=begin)
    assert rows(begin)[1:] == [
        ("system", "member.sign-in-failed", "member:小王", None, {}),
        ("system", "member.sign-in-failed", "member:?", None, {}),
    ]


def test_a_decision_and_no_other_words_of_it(begin: Begin) -> None:
    case = desk.keep([desk.INSULT], begin=begin, policies=open_book(Settings().policy_dir), at=AT)[0]

    def decide(seen: int) -> None:
        review.decide(
            case.id,
            ruling=Ruling.REMOVE,
            reason="电话13900001111是他本人的",
            by="林夏",
            actor="key:rg_abcdef",
            seen_version=seen,
            begin=begin,
            clock=lambda: AT,
            bell=SilentBell(),
            mask=word_mask(),
        )

    decide(1)
    with pytest.raises(StaleVersion):
        decide(1)
    assert rows(begin) == [("key:rg_abcdef", "case.decided", case.id, "tide", {"ruling": "remove", "version": 2})]


def test_policies_taken_into_force(begin: Begin, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(Settings().policy_dir, tmp_path / "policies"))
    accounts.create_community("forum", begin=begin, by="system")

    def look() -> list[Row]:
        PolicyWatch(begin, open_book(folder), lambda: AT).look()
        return [row for row in rows(begin) if row[1] == "policy.taken"]

    [first] = look()
    version = first[4]["version"]
    assert first == ("system", "policy.taken", "default", None, {"version": version, "was": ""})
    assert look() == [first]
    (folder / "communities").mkdir(exist_ok=True)
    own = folder / "communities" / "forum.yaml"
    own.write_text("policy: forum\nextends: ../default.yaml\nthresholds: {abuse: {review: 0.11}}\n", encoding="utf-8")
    [_, second] = look()
    assert second[2:4] == ("community:forum", "forum")
    assert second[4]["was"] == "as default"
    own.unlink()
    [*_, third] = look()
    assert third[4] == {"version": "as default", "was": second[4]["version"]}
    default = folder / "default.yaml"
    default.write_text(re.sub(r"(?m)^on_abstention: \w+", "on_abstention: limit", default.read_text("utf-8")), "utf-8")
    [*_, fourth] = look()
    assert (fourth[2], fourth[4]["was"]) == ("default", version)
    assert len(look()) == 4


def test_a_watch_that_runs_on_asks_the_log_no_more_than_it_must(begin: Begin) -> None:
    watch = PolicyWatch(begin, open_book(Settings().policy_dir), lambda: AT)
    watch.look()
    watch.look()
    assert [row[1] for row in rows(begin)] == ["policy.taken"]
