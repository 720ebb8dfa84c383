"""What is said of people lies sealed in the database, also what came before there were keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.case import Case, CaseStatus, Decision, Grievance, Origin, Ruling
from riskguard.domain.errors import KeyMissing, NotReady, SealBroken
from riskguard.domain.event import Event
from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.domain.opinion import Mark
from riskguard.domain.post import Author, Post, Scene
from riskguard.domain.verdict import Verdict
from riskguard.keyring import Keyring
from riskguard.services.ports import Begin
from riskguard.store import migrate, open_store
from riskguard.store.address import parsed_url
from riskguard.store.engine import make_engine
from riskguard.store.migrate import config_for
from riskguard.store.tables import METADATA
from tests.fixtures.keys import KEYRING
from tests.integration.store.samples import NOW, SECOND, case, event, keep, post, settle, verdict

OTHER = Keyring.of(["another key for tests, which seals nothing either"])
SECRET = "秘密词"
"""Stands in every place where a post's words or its author may be quoted."""


def telling() -> tuple[Post, Verdict, Case, Event, KeptAnswer]:
    """One of each, saying the secret wherever there is room for it."""
    said = replace(
        post(text=f"我说{SECRET}"),
        author=Author(f"{SECRET}作者"),
        title=SECRET,
        url=f"https://forum.example/{SECRET}",
        metadata={"nick": SECRET},
    )
    finding = Finding("ad", 0.5, "d", (EvidenceSpan(0, 1, SECRET),), {"quoted": SECRET})
    opened = replace(
        case(said),
        decisions=(Decision(Ruling.REMOVE, SECRET, "小王", NOW),),
        grievances=(Grievance(Origin.REPORT, SECRET, SECRET, NOW),),
    )
    told = replace(event(1), data={"post": {"id": said.id, "metadata": {"nick": SECRET}}}, post_id=said.id)
    kept = KeptAnswer("key-1", f"digest of {SECRET}", 202, f'{{"post_id": "{SECRET}"}}', NOW)
    return said, replace(verdict(said), findings=(finding,), masked_text=SECRET), opened, told, kept


def keep_all(begin: Begin) -> None:
    said, judged, opened, told, kept = telling()
    settle(begin, "forum")
    keep(begin, said)
    with begin() as work:
        work.verdicts.add([judged], at=NOW)
        work.cases.add([opened])
        work.outbox.add([told])
        work.answers.add("forum", kept)
        work.commit()


def found_again(begin: Begin) -> tuple[object, ...]:
    said, _, opened, _, kept = telling()
    with begin() as work:
        (stored,) = work.posts.get_many([said.id])
        (told,) = work.outbox.recent(community=None, limit=9)
        verdicts, answer = work.verdicts.get_many([said.id]), work.answers.get("forum", kept.key)
        return stored, verdicts[said.id], work.cases.get(opened.id), told, answer


@pytest.fixture
def rows(database_url: str) -> Iterator[Connection]:
    """A look past the store, at the bare rows."""
    engine = make_engine(parsed_url(database_url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def bare(connection: Connection) -> list[str]:
    """Every value of every table, as it stands there."""
    tables = [text(f"SELECT * FROM {table.name}") for table in METADATA.sorted_tables]
    return [str(value) for each in tables for row in connection.execute(each) for value in row]


def test_nothing_of_it_can_be_read_in_the_database_and_all_of_it_comes_back(begin: Begin, rows: Connection) -> None:
    keep_all(begin)
    assert found_again(begin) == telling()
    assert sum(value.startswith(KEYRING.mark) for value in bare(rows)) == 11
    assert not [value for value in bare(rows) if SECRET in value]


def test_the_files_of_sqlite_hold_nothing_readable(tmp_path: Path, sqlite_template: Path) -> None:
    file = tmp_path / "r.db"
    file.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{file}", keyring=KEYRING)
    keep_all(store.begin)
    assert not [each.name for each in tmp_path.iterdir() if SECRET.encode() in each.read_bytes()]
    store.close()


def test_words_that_are_moved_to_another_row_are_refused(begin: Begin, rows: Connection) -> None:
    settle(begin, "forum")
    keep(begin, post(1, text="一"), post(2, text="二"))
    lock(rows)
    rows.execute(text("UPDATE posts SET text = (SELECT text FROM posts WHERE post_id = 'p1') WHERE post_id = 'p2'"))
    rows.commit()
    with begin() as work:
        assert [each.text for each in work.posts.get_many([post(1).id])] == ["一"]
        with pytest.raises(SealBroken):
            work.posts.get_many([post(2).id])


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param("posts SET text = 'rg1:tampered' WHERE post_id = 'p2'", id="words-that-were-changed"),
        pytest.param("posts SET text = 'rg1:00000000:AAAA' WHERE post_id = 'p2'", id="words-under-a-lost-key"),
        pytest.param(
            "cases SET grievances = 'plain' WHERE post_id = 'pst_forum_2_1'", id="voices-that-were-never-sealed"
        ),
    ],
)
def test_a_case_that_cannot_be_opened_hides_no_other(begin: Begin, rows: Connection, changed: str) -> None:
    settle(begin, "forum")
    keep(begin, post(1, text="一"), post(2, text="二"), post(3, text="三"))
    with begin() as work:
        work.cases.add([case(post(at)) for at in (1, 2, 3)])
        work.commit()
    lock(rows)
    assert rows.exec_driver_sql(f"UPDATE {changed}").rowcount == 1
    rows.commit()
    with begin() as work:
        listed = work.cases.queue(community="forum", status=CaseStatus.OPEN, limit=10)
        assert [(each.case.id, each.post.text, each.unreadable) for each in listed] == [
            (case(post(1)).id, "一", False),
            (case(post(2)).id, "", True),
            (case(post(3)).id, "三", False),
        ]
        assert work.cases.following(case(post(1)).id, community="forum") == case(post(2)).id
        assert work.cases.following(case(post(2)).id, community="forum") == case(post(3)).id
        with pytest.raises((SealBroken, KeyMissing)):
            work.cases.file(case(post(2)).id)


def test_a_process_with_another_key_does_not_start(database_url: str, begin: Begin) -> None:
    migrate(database_url, keyring=KEYRING)
    keep_all(begin)
    with pytest.raises(NotReady, match="sealed with the key") as told:
        migrate(database_url, keyring=OTHER)
    assert "RISKGUARD_DATA_KEYS" in told.value.hint
    both = Keyring((*OTHER._keys, *KEYRING._keys), {**OTHER._by_id, **KEYRING._by_id})
    migrate(database_url, keyring=both)
    store = open_store(database_url, keyring=both)
    assert found_again(store.begin) == telling()
    store.close()
    with pytest.raises(NotReady, match="sealed with the key"):
        migrate(database_url, keyring=KEYRING)


def test_what_lay_there_plain_is_sealed_by_the_migration_and_its_file_forgets(empty_database_url: str) -> None:
    migrate(empty_database_url, keyring=KEYRING)
    store = open_store(empty_database_url, keyring=KEYRING)
    keep_all(store.begin)
    settle(store.begin, "many")
    keep(store.begin, *[post(number, community="many") for number in range(1200)])
    engine = make_engine(parsed_url(empty_database_url))
    with engine.connect() as connection:
        command.downgrade(config_for(connection, KEYRING), "0001")
        connection.commit()
        plain = connection.execute(
            text("SELECT text, author_id, title, url, metadata FROM posts WHERE community = 'forum'")
        )
        assert all(SECRET in value for value in plain.one())
        assert (
            connection.execute(text("SELECT url, metadata FROM posts WHERE post_id = 'p9'"))
            .one()[0]
            .startswith("https")
        )
    engine.dispose()
    migrate(empty_database_url, keyring=KEYRING)
    assert found_again(store.begin) == telling()
    with store.begin() as work:
        assert work.posts.find("many", "p1199") == post(1199, community="many")
    store.close()
    if empty_database_url.startswith("sqlite"):
        folder = Path(empty_database_url.removeprefix("sqlite:///")).parent
        assert not [each.name for each in folder.iterdir() if SECRET.encode() in each.read_bytes()]


def test_the_topics_of_a_post_are_its_words_and_sealed_too(begin: Begin, rows: Connection) -> None:
    keep_all(begin)
    mark = Mark(telling()[0].id, "forum", Scene.POST, NOW, 1, "review", topics=(SECRET, "停水"))
    with begin() as work:
        work.opinion.take()
        work.opinion.add_marks([mark])
        work.commit()
    assert not [value for value in bare(rows) if SECRET in value or "停水" in value]
    with begin() as work:
        assert work.opinion.marks("forum", since=NOW - SECOND, until=NOW) == [mark]


def test_a_plain_word_never_gets_into_a_sealed_column(begin: Begin, rows: Connection) -> None:
    lock(rows)
    table: Any = METADATA.tables["verdicts"]
    with pytest.raises(Exception, match="plain value was about to be kept"):
        rows.execute(table.insert().values(post_id="p", action=0, judged_at=NOW, policy_version="", body="{}"))


def lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
