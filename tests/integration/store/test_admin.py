"""`riskguard admin` on a database of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskguard.cli.admin import admin
from riskguard.domain.event import EventStatus
from riskguard.domain.member import Role
from riskguard.services import accounts
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from riskguard.store import open_store
from tests.fixtures.keys import KEYRING
from tests.integration.store.samples import event, settle


def run(url: str, *words: str) -> str:
    """What the command prints; it must succeed."""
    result = CliRunner(env={"RISKGUARD_DATABASE_URL": url}).invoke(admin, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_community_from_birth_to_the_end_of_its_key(database_url: str, begin: Begin) -> None:
    born = run(database_url, "create-community", "forum")
    [key] = re.findall(r"rg_\S{43}", born)
    assert "shown this once" in born
    assert accounts.community_of(key, begin=begin) == "forum"
    assert "https://forum.example/hook" in run(database_url, "set-webhook", "forum", "https://forum.example/hook")
    listed = run(database_url, "list-communities")
    assert "https://forum.example/hook" in listed
    assert key not in listed
    assert key[:9] in listed
    [second] = re.findall(r"rg_\S{43}", run(database_url, "create-key", "forum"))
    assert "works no more" in run(database_url, "revoke-key", "forum", key)
    assert "revoked" in run(database_url, "list-communities")
    assert accounts.community_of(second, begin=begin) == "forum"
    assert "go nowhere" in run(database_url, "set-webhook", "forum", "")


def test_a_member_signs_in_with_what_was_printed(database_url: str, begin: Begin) -> None:
    run(database_url, "create-community", "forum")
    made = run(database_url, "create-member", "小王", "--role", "moderator", "--community", "forum")
    [password] = re.findall(r"(?:\w{5}-){3}\w{5}", made)
    assert accounts.sign_in("小王", password, begin=begin).role is Role.MODERATOR
    assert run(database_url, "list-members") == "小王  moderator  forum\n"
    [new] = re.findall(r"(?:\w{5}-){3}\w{5}", run(database_url, "reset-password", "小王"))
    assert accounts.sign_in("小王", new, begin=begin).community == "forum"


def test_a_member_in_another_role_and_then_gone(database_url: str, begin: Begin) -> None:
    run(database_url, "create-community", "forum")
    run(database_url, "create-member", "小王", "--role", "operator")
    assert run(database_url, "set-role", "小王", "moderator", "--community", "forum") == "小王 is moderator of forum\n"
    assert run(database_url, "list-members") == "小王  moderator  forum\n"
    assert run(database_url, "remove-member", "小王") == "小王 is no member any more\n"
    assert run(database_url, "list-members") == ""
    assert "member.removed  member:小王  forum  role=moderator" in run(database_url, "audit", "--limit", "1")


def test_events_that_were_given_up_wait_again(database_url: str, begin: Begin) -> None:
    settle(begin, "forum")
    with begin() as work:
        work.outbox.add([replace(event(1), status=EventStatus.GIVEN_UP, attempts=10), event(2)])
        work.commit()
    assert run(database_url, "retry-events") == "1 events that were given up wait to be sent again\n"
    with begin() as work:
        assert work.outbox.tally() == {"waiting": 2}
    assert "cli  events.revived  *  -  events=1" in run(database_url, "audit")


def test_without_a_url_it_is_a_file_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RISKGUARD_DATABASE_URL", raising=False)
    monkeypatch.setenv("RISKGUARD_DATA_DIR", str(tmp_path / "data"))
    result = CliRunner().invoke(admin, ["create-community", "forum"], catch_exceptions=False)
    assert result.exit_code == 0
    store = open_store(Settings.load().effective_database_url, keyring=KEYRING)
    with store.begin() as work:
        assert [each.name for each in work.communities.all()] == ["forum"]
    store.close()
    assert (tmp_path / "data" / "riskguard.db").is_file()
