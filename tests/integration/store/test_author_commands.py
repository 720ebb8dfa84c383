"""`riskguard admin` for people who ask for their data, or for its end, and `admin purge`."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskguard.cli.admin import admin
from riskguard.domain.errors import SealBroken
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from tests.fixtures.database import spoil
from tests.integration.store.samples import NOW, case, keep, post, settle, verdict
from tests.integration.store.test_admin import run


@pytest.fixture
def forum(begin: Begin) -> Begin:
    settle(begin, "forum")
    said = post(1, text="<b>今天</b>天气不错")
    keep(begin, said)
    with begin() as work:
        work.verdicts.add([verdict(said)], at=NOW)
        work.cases.add([case(said)])
        work.commit()
    return begin


def test_an_author_is_exported_as_lines_and_as_a_page_for_people(
    forum: Begin, database_url: str, tmp_path: Path
) -> None:
    lines, pages = tmp_path / "a.jsonl", tmp_path / "a.zip"
    assert "2 records" in run(database_url, "export-author", "forum", "作者1", "--out", str(lines))
    assert [json.loads(line)["kind"] for line in lines.read_text("utf-8").splitlines()] == ["about", "post"]
    assert lines.stat().st_mode & 0o777 == 0o600
    run(database_url, "export-author", "forum", "作者1", "--out", str(pages))
    with zipfile.ZipFile(pages) as archive:
        assert len(archive.read("data.jsonl").splitlines()) == 2
        page = archive.read("index.html").decode()
    assert "&lt;b&gt;今天&lt;/b&gt;天气不错" in page
    assert "人工复核；辱骂（第十条）" in page
    assert "共 1 条记录" in page


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param("posts SET text = 'plain' WHERE post_id = 'p1'", f"posts {post(1).id}", id="words"),
        pytest.param("verdicts SET body = 'plain'", f"verdicts {post(1).id}", id="verdict"),
        pytest.param("cases SET decisions = 'plain'", f"cases {case(post(1)).id}", id="rulings"),
    ],
)
def test_an_export_goes_on_past_what_cannot_be_read_and_names_it(
    forum: Begin, database_url: str, tmp_path: Path, change: str, named: str
) -> None:
    keep(forum, post(2, text="第二篇"))
    spoil(database_url, change)
    lines, pages = tmp_path / "a.jsonl", tmp_path / "a.zip"
    runner = CliRunner(env={"RISKGUARD_DATABASE_URL": database_url})
    told = runner.invoke(admin, ["export-author", "forum", "作者1", "--out", str(lines)])
    assert told.exit_code == 1
    assert f"\n  {named}\n" in told.output
    records = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [record["kind"] for record in records] == ["about", "post", "post", "unreadable"]
    assert records[2]["text"] == "第二篇"
    assert f"{records[3]['table']} {records[3]['row']}" == named
    runner.invoke(admin, ["export-author", "forum", "作者1", "--out", str(pages)])
    with zipfile.ZipFile(pages) as archive:
        assert "这份副本并不完整" in archive.read("index.html").decode()


def test_what_others_said_and_cannot_be_read_is_named_and_an_erasure_gives_no_receipt(
    forum: Begin, database_url: str, tmp_path: Path
) -> None:
    spoil(database_url, "cases SET grievances = 'plain'")
    runner = CliRunner(env={"RISKGUARD_DATABASE_URL": database_url})
    told = runner.invoke(admin, ["export-author", "forum", "别人", "--out", str(tmp_path / "b.jsonl")])
    assert (told.exit_code, f"  cases {case(post(1)).id}" in told.output) == (1, True)
    refused = runner.invoke(admin, ["erase-author", "forum", "别人", "--yes"])
    assert isinstance(refused.exception, SealBroken)
    assert case(post(1)).id in str(refused.exception)
    with forum() as work:
        assert work.authors.receipts(limit=9) == []


def test_an_author_is_erased_with_a_receipt(forum: Begin, database_url: str) -> None:
    said = run(database_url, "erase-author", "forum", "作者1", "--yes")
    with forum() as work:
        (receipt,) = work.authors.receipts(limit=9)
        assert work.posts.count() == 0
    assert receipt.id in said
    assert receipt.hash in said
    assert "1 posts, 1 verdicts, 1 cases, 0 voices" in said
    assert "作者1" not in said


def test_a_dry_run_purges_nothing(
    forum: Begin, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(Settings().policy_dir / "taxonomy.yaml", tmp_path)
    (tmp_path / "retention.yaml").write_text("default: {posts: 30d, open_cases: close}")
    monkeypatch.setenv("RISKGUARD_POLICY_DIR", str(tmp_path))
    later = NOW + timedelta(days=31)
    monkeypatch.setattr("riskguard.bootstrap.now", lambda: later)
    assert run(database_url, "purge", "--dry-run") == "forum: 1 posts would lose their words, 1 cases closed\n"
    with forum() as work:
        assert [each.text for each in work.posts.get_many([post(1).id])] != [""]
    assert run(database_url, "purge") == "forum: 1 posts lost their words, 1 cases closed\n"
    with forum() as work:
        assert [each.text for each in work.posts.get_many([post(1).id])] == [""]
    assert run(database_url, "purge") == "nothing is past its time\n"
