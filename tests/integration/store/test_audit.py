"""The audit log on both databases: chained also between writers who come at once, and closed to changes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.exc import DBAPIError

from riskguard.cli.admin import admin
from riskguard.domain.audit import AuditEntry, AuditFilter
from riskguard.services.audit import found, verified
from riskguard.services.ports import Begin
from riskguard.store.address import parsed_url
from riskguard.store.engine import make_engine
from tests.integration.store.samples import NOW, SECOND, settle
from tests.integration.store.test_transaction import at_once

ENTRY = AuditEntry(
    NOW, "member:小王", "case.decided", "cas_1", "forum", {"ruling": "remove", "version": 2, "late": None}
)


def write(begin: Begin, *entries: AuditEntry) -> None:
    with begin() as work:
        work.audit.add(entries)
        work.commit()


def several(count: int) -> list[AuditEntry]:
    return [replace(ENTRY, subject=f"cas_{number}", at=NOW + number * SECOND) for number in range(1, count + 1)]


def test_what_is_added_is_read_and_chained(begin: Begin) -> None:
    write(begin, ENTRY, replace(ENTRY, actor="cli", event="author.erased", community=None, details={}))
    write(begin, replace(ENTRY, subject="cas_2"))
    with begin() as work:
        first, second, third = work.audit.after(None, limit=10)
        assert (work.audit.count(), work.audit.after(1, limit=1)) == (3, [second])
    assert (first.sequence, first.at, first.actor) == (1, "2026-11-22T12:30:15.123456+00:00", "member:小王")
    assert json.loads(first.details) == ENTRY.details
    assert (second.community, second.previous, third.previous) == (None, first.hash, second.hash)
    assert (verified(begin=begin).intact, verified(begin=begin).head) == (True, third.hash)


def test_an_act_that_is_rolled_back_leaves_no_entry(begin: Begin) -> None:
    with begin() as work:
        work.audit.add([ENTRY])
    with begin() as work:
        work.audit.add([replace(ENTRY, subject="kept")])
        work.commit()
        work.audit.add([replace(ENTRY, subject="left without commit")])
    assert [record.subject for record in found(AuditFilter(), begin=begin)] == ["kept"]


@pytest.mark.parametrize(
    ("wanted", "subjects"),
    [
        pytest.param(AuditFilter(), ["a", "b", "c"], id="all"),
        pytest.param(AuditFilter(since=NOW + SECOND), ["a", "b"], id="since-is-inclusive"),
        pytest.param(AuditFilter(until=NOW + SECOND), ["c"], id="until-is-not"),
        pytest.param(AuditFilter(actor="cli"), ["b"], id="actor"),
        pytest.param(AuditFilter(event="key.made"), ["b"], id="event"),
        pytest.param(AuditFilter(event="key."), ["a", "b"], id="event-by-its-beginning"),
        pytest.param(AuditFilter(event="key"), [], id="event-is-no-beginning-without-a-dot"),
        pytest.param(AuditFilter(subject="c"), ["c"], id="subject"),
        pytest.param(AuditFilter(community="grove"), ["a"], id="community"),
        pytest.param(AuditFilter(actor="cli", event="case.decided"), [], id="all-must-fit"),
    ],
)
def test_looking_up(begin: Begin, wanted: AuditFilter, subjects: list[str]) -> None:
    write(
        begin,
        replace(ENTRY, subject="c"),
        replace(ENTRY, subject="b", actor="cli", event="key.made", at=NOW + SECOND),
        replace(ENTRY, subject="a", event="key.revoked", community="grove", at=NOW + timedelta(hours=1)),
    )
    assert [record.subject for record in found(wanted, begin=begin)] == subjects


def test_rows_are_found_a_page_at_a_time(begin: Begin) -> None:
    write(begin, *several(5))
    with begin() as work:
        page = work.audit.find(AuditFilter(), limit=2, before=4)
    assert [record.subject for record in page] == ["cas_3", "cas_2"]


def test_writers_at_once_do_not_fork_the_chain(begin: Begin) -> None:
    settle(begin, "forum")

    def act(name: str) -> Callable[[], None]:
        def run() -> None:
            for number in range(12):
                with begin() as work:
                    work.audit.add([replace(ENTRY, subject=f"{name}{number}")])
                    forum = work.communities.get("forum")
                    assert forum
                    work.communities.save(replace(forum, webhook_url=f"https://{name}.example/"))
                    if number % 4 != 3:
                        work.commit()

        return run

    at_once(*(act(name) for name in "abcdefgh"))
    walk = verified(begin=begin)
    assert (walk.intact, walk.rows) == (True, 8 * 9)


def test_processes_at_once_do_not_fork_the_chain(begin: Begin, database_url: str) -> None:
    lines = """
import sys
from dataclasses import replace
from riskguard.store import open_store
from tests.fixtures.keys import KEYRING
from tests.integration.store.test_audit import ENTRY
begin = open_store(sys.argv[1], keyring=KEYRING).begin
for number in range(20):
    with begin() as work:
        work.audit.add([replace(ENTRY, subject=f"{sys.argv[2]}{number}"), ENTRY])
        work.commit()
"""
    writers = [subprocess.Popen([sys.executable, "-c", lines, database_url, name]) for name in "abc"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    walk = verified(begin=begin)
    assert (walk.intact, walk.rows) == (True, 120)


_REPLACE = (
    "INSERT OR REPLACE INTO audit_log SELECT sequence, at, 'cli', event, subject, community, details, previous, hash"
    " FROM audit_log WHERE sequence = 1"
)


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("", "UPDATE audit_log SET subject = 'someone else'"),
        ("", "DELETE FROM audit_log WHERE sequence = 2"),
        ("postgresql", "TRUNCATE audit_log"),
        ("sqlite", _REPLACE),
    ],
)
def test_the_database_refuses_to_change_rows(begin: Begin, database_url: str, dialect: str, statement: str) -> None:
    write(begin, *several(3))
    if database_url.startswith(dialect):
        with pytest.raises(DBAPIError, match="never changed or deleted"):
            tamper(database_url, statement, unlocked=False)
    assert verified(begin=begin).rows == 3


def tamper(url: str, statement: str, *, unlocked: bool = True) -> None:
    """Run it as somebody would who owns the database; `unlocked`: with the triggers out of the way."""
    engine = make_engine(parsed_url(url))
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                if unlocked:
                    for kind in ("update", "delete", "replace"):
                        connection.exec_driver_sql(f"DROP TRIGGER audit_log_no_{kind}")
            elif unlocked:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(statement)
            connection.commit()
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        pytest.param("UPDATE audit_log SET actor = 'cli' WHERE sequence = 2", 2, id="another-actor"),
        pytest.param("UPDATE audit_log SET details = details || ' ' WHERE sequence = 3", 3, id="one-blank"),
        pytest.param("DELETE FROM audit_log WHERE sequence = 1", 1, id="the-first-row-gone"),
        pytest.param("UPDATE audit_log SET sequence = -1 WHERE sequence = 2", 1, id="a-row-moved-before-the-first"),
        pytest.param("UPDATE audit_log SET sequence = 9 WHERE sequence = 2", 2, id="a-row-moved-behind-the-last"),
    ],
)
def test_a_row_changed_behind_its_back_is_named(begin: Begin, database_url: str, statement: str, row: int) -> None:
    write(begin, *several(4))
    tamper(database_url, statement)
    result = command(database_url, "verify-audit")
    assert result.exit_code == 1
    assert f"row {row} is broken" in result.stderr


def test_a_log_cut_short_is_seen_by_its_old_head(begin: Begin, database_url: str) -> None:
    write(begin, *several(4))
    [head] = re.findall(r"head: ([0-9a-f]{64})", command(database_url, "verify-audit").stdout)
    write(begin, ENTRY)
    assert command(database_url, "verify-audit", "--head", head).exit_code == 0
    tamper(database_url, "DELETE FROM audit_log WHERE sequence > 3")
    assert command(database_url, "verify-audit").exit_code == 0
    cut = command(database_url, "verify-audit", "--head", head)
    assert cut.exit_code == 1
    assert "row 4 is broken: the log ends without the head that was noted" in cut.stderr


def test_listing(begin: Begin, database_url: str) -> None:
    write(begin, *several(3), replace(ENTRY, event="member.made", actor="cli", subject="member:小李", community=None))
    newest = command(database_url, "audit", "--limit", "1").stdout
    assert newest == "4  2026-11-22T12:30:15  cli  member.made  member:小李  -  late=None ruling=remove version=2\n"
    [line] = command(
        database_url, "audit", "--event", "case.", "--since", "2026-11-22T12:30:18", "--json"
    ).stdout.splitlines()
    assert json.loads(line)["subject"] == "cas_3"
    assert json.loads(line)["details"] == ENTRY.details
    assert command(database_url, "audit", "--actor", "member:小李").stdout == ""
    assert command(database_url, "audit", "--count").stdout == "event,count\ncase.decided,3\nmember.made,1\n"
    assert command(database_url, "audit", "--count", "--until", "2026-11-22").stdout == "event,count\n"


def command(url: str, *words: str) -> Result:
    return CliRunner(env={"RISKGUARD_DATABASE_URL": url}).invoke(admin, words, catch_exceptions=False)
