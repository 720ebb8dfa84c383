"""Keys are rotated beside the service: everything comes under the newest, and the old one is needed no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskguard.cli.admin import admin
from riskguard.domain.errors import NotReady
from riskguard.keyring import KEYS_FILE, Keyring
from riskguard.services import rotation
from riskguard.services.ports import Begin
from riskguard.store import migrate, open_store
from tests.fixtures.database import spoil
from tests.fixtures.keys import KEY, KEYRING
from tests.integration.store.samples import keep, post
from tests.integration.store.test_sealed import found_again, keep_all, telling

NEWER = "a newer key for tests that seals nothing that matters"
BOTH, ONLY_NEWER = Keyring.of([NEWER, KEY]), Keyring.of([NEWER])


@pytest.fixture
def after(database_url: str, begin: Begin) -> Iterator[Begin]:
    """The same database for who has the newer key too; it holds one of each thing and 30 posts under the old one."""
    migrate(database_url, keyring=KEYRING)
    keep_all(begin)
    keep(begin, *[post(number) for number in range(2, 32)])
    migrate(database_url, keyring=BOTH)
    store = open_store(database_url, keyring=BOTH)
    yield store.begin
    store.close()


def rotated(begin: Begin, *, limit: int = rotation.ROWS_A_TURN) -> int:
    """How many rows came under the newest key."""
    return sum(place.rows for place in rotation.rotate(begin=begin, limit=limit))


def test_everything_comes_under_the_newest_key(database_url: str, after: Begin) -> None:
    keep(after, post(32))
    assert rotation.stale(after) == 35
    assert rotated(after, limit=7) == 35
    assert rotation.stale(after) == 0
    assert rotation.retire(after) == [KEYRING.ids[0]]
    migrate(database_url, keyring=ONLY_NEWER)
    store = open_store(database_url, keyring=ONLY_NEWER)
    assert found_again(store.begin) == telling()
    with store.begin() as work:
        assert work.posts.find("forum", "p31") == post(31)
    store.close()


def test_who_interrupts_it_goes_on_with_what_is_left(after: Begin) -> None:
    first = rotation.rotate(begin=after, limit=10)
    assert [next(first).rows, next(first).rows] == [1, 1]
    first.close()
    assert rotation.stale(after) == 33
    assert rotation.retire(after) == []
    assert rotated(after, limit=10) == 33


def test_rows_of_a_process_that_still_has_the_old_key_keep_it_in_use(after: Begin, begin: Begin) -> None:
    assert rotated(after) == 35
    keep(begin, post(40))
    assert rotation.retire(after) == []
    assert rotation.stale(after) == 1


def test_a_row_that_cannot_be_read_is_left_and_named_and_keeps_its_key_in_use(after: Begin, database_url: str) -> None:
    spoil(database_url, "posts SET text = 'plain' WHERE post_id = 'p7'")
    places = list(rotation.rotate(begin=after, limit=7))
    assert sum(place.rows for place in places) == 34
    assert [(place.table, key) for place in places for key in place.unreadable] == [("posts", (post(7).id,))]
    assert rotation.stale(after) == 1
    assert rotation.retire(after) == []
    with after() as work:
        assert work.posts.find("forum", "p8") == post(8)


def test_the_commands_that_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RISKGUARD_DATA_KEYS", "RISKGUARD_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> str:
        result = CliRunner().invoke(admin, ["--data-dir", str(tmp_path), *words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    run("create-community", "forum")
    (old,) = (tmp_path / KEYS_FILE).read_text().split()
    store = open_store(f"sqlite:///{tmp_path / 'riskguard.db'}", keyring=Keyring.of([old]))
    keep(store.begin, post(1))
    store.close()
    assert "restart the service" in run("add-data-key")
    new, *others = (tmp_path / KEYS_FILE).read_text().split()
    assert others == [old] != [new]
    made = Keyring.of([new]).ids[0]
    assert f"cli  keys.made  {made}  -  kept=data.keys" in run("audit", "--event", "keys.made")
    assert (tmp_path / KEYS_FILE).stat().st_mode & 0o777 == 0o600
    said = run("rotate-keys", "--yes")
    assert "1 rows were sealed" in said
    assert f"'{Keyring.of([old]).ids[0]}' seals nothing any more" in said
    assert "cli  keys.rotated  data-keys  -  retired=1 rows=1 unreadable=0" in run("audit", "--event", "keys.rotated")
    (tmp_path / KEYS_FILE).write_text(new)
    assert "0 rows" in run("rotate-keys", "--yes")
    spoil(f"sqlite:///{tmp_path / 'riskguard.db'}", "posts SET text = 'plain'")
    told = CliRunner().invoke(admin, ["--data-dir", str(tmp_path), "rotate-keys", "--yes"])
    assert told.exit_code == 1
    assert (
        f"1 rows cannot be read: they were changed in the database, or their key is missing\n  posts {post(1).id}"
        in (told.output)
    )
    (tmp_path / KEYS_FILE).write_text(old)
    with pytest.raises(NotReady, match="sealed with the key"):
        run("list-communities")
