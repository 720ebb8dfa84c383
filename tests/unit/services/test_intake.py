"""Accepting posts when others are faster."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from riskguard.domain.answer import KeptAnswer
from riskguard.domain.errors import Conflict
from riskguard.domain.line import Ticket
from riskguard.domain.post import Lane, Post
from riskguard.services.intake import Keeping, Receipt, accept

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def draft(post_id: str, text: str = "你好") -> Post:
    return Post(id=f"pst_{post_id}_{text}", community="", post_id=post_id, text=text, created_at=NOW)


@dataclass
class Store:
    """Posts, verdicts and answers of one community; `rivals` are added by someone else just before we write."""

    kept: dict[str, Post] = field(default_factory=dict)
    rivals: list[Post] = field(default_factory=list)
    keys: dict[str, KeptAnswer] = field(default_factory=dict)
    commits: int = 0

    def begin(self) -> Any:
        return Work(self)


class Work:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.posts = self.verdicts = self.answers = self

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def latest(self, community: str, post_ids: list[str]) -> dict[str, Post]:
        return {name: self.store.kept[name] for name in post_ids if name in self.store.kept}

    def readable(self, ids: list[str]) -> tuple[dict[str, Any], set[str]]:
        return {}, set()

    def get(self, community: str, key: str) -> KeptAnswer | None:
        return self.store.keys.get(key)

    def add(self, first: Any, second: Any, received_at: datetime = NOW) -> None:
        if isinstance(second, KeptAnswer):
            if second.key in self.store.keys:
                raise Conflict("taken")
            self.store.keys[second.key] = second
            return
        if self.store.rivals:
            rival = self.store.rivals.pop(0)
            self.store.kept[rival.post_id] = rival
            raise Conflict("someone was first")
        self.store.kept |= {post.post_id: post for post in first}

    def commit(self) -> None:
        self.store.commits += 1


@dataclass
class Line:
    tickets: list[Ticket] = field(default_factory=list)

    def submit(self, tickets: list[Ticket]) -> int:
        self.tickets += tickets
        return len(tickets)


def accepted(store: Store, line: Line, *drafts: Post, keep: Keeping | None = None) -> list[Receipt]:
    return accept(
        drafts,
        community="c1",
        lane=Lane.LIVE,
        begin=cast(Any, store.begin),
        line=cast(Any, line),
        clock=lambda: NOW,
        keep=keep,
    )


def test_who_loses_the_race_for_the_same_words_gets_the_winner() -> None:
    winner = draft("p1")
    store, line = Store(rivals=[winner]), Line()
    (receipt,) = accepted(store, line, Post("pst_mine", "", "p1", "你好", NOW))
    assert (receipt.post, receipt.new) == (winner, False)


def test_who_loses_the_race_with_other_words_becomes_the_next_revision() -> None:
    store, line = Store(rivals=[draft("p1", "他的话")]), Line()
    (receipt,) = accepted(store, line, draft("p1", "我的话"))
    assert (receipt.post.revision, receipt.new, receipt.post.community) == (2, True, "c1")
    assert [ticket.post_id for ticket in line.tickets] == [receipt.post.id]


def test_another_title_is_another_revision_since_it_is_judged() -> None:
    store, line = Store(), Line()
    titled = [replace(draft("p1"), id=f"pst_{title}", title=title) for title in ("问好", "问好", "加我微信")]
    first, again, other = accepted(store, line, *titled)
    assert (again.post, again.new) == (first.post, False)
    assert (other.new, other.post.revision) == (True, 2)


def test_a_race_without_end_is_told() -> None:
    store = Store(rivals=[draft("p1", f"第{i}稿") for i in range(9)])
    with pytest.raises(Conflict):
        accepted(store, Line(), draft("p1", "我的话"))
    assert store.commits == 0


def test_a_taken_key_is_told_at_once() -> None:
    taken = KeptAnswer("k", "digest", 202, "{}", NOW)
    store, line = Store(keys={"k": taken}), Line()
    with pytest.raises(Conflict, match="taken"):
        accepted(store, line, draft("p1"), keep=Keeping("k", lambda _: taken))
    assert (store.commits, line.tickets) == (0, [])


def test_one_post_twice_in_a_batch_has_one_ticket() -> None:
    store, line = Store(), Line()
    first, again, other = accepted(store, line, draft("p1"), draft("p1"), draft("p1", "改了"))
    assert (first.post.id, first.new, again.new) == (again.post.id, True, False)
    assert other.post.revision == 2
    assert [ticket.post_id for ticket in line.tickets] == [first.post.id, other.post.id]


def test_nothing_to_accept_touches_nothing() -> None:
    store = Store()
    assert accepted(store, Line()) == []
    assert store.commits == 0
