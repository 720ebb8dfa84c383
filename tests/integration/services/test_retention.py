"""Posts whose time is over lose their words; the numbers of their verdicts stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from riskguard.domain.case import CaseStatus, Decision, Ruling
from riskguard.domain.post import Author, Post
from riskguard.domain.purge import Purged
from riskguard.domain.verdict import Action, FiredRule
from riskguard.policy.retention import OpenCases, Retention, Retentions
from riskguard.services.ports import Begin
from riskguard.services.retention import overdue, purge
from tests.integration.store.samples import NOW, case, event, keep, post, settle, verdict

DAY = timedelta(days=1)
LONG = Retentions(Retention(posts=30 * DAY, labels={"self_harm": 7 * DAY}))


def run(begin: Begin, retentions: Retentions, *, days: float, turns: int = 100) -> dict[str, Purged]:
    """Purge as it is so many days after the posts came; what a dry run says before must come true."""
    told = overdue(retentions, begin=begin, clock=lambda: NOW + days * DAY)
    done = purge(retentions, actor="system", begin=begin, clock=lambda: NOW + days * DAY, turns=turns)
    if turns == 100:
        assert {name: each.posts for name, each in told.items()} == {
            name: done.get(name, Purged()).posts for name in told
        }
    return done


def furnish(begin: Begin, *numbers: int, label: str = "abuse.insult") -> list[Post]:
    posts = [post(number) for number in numbers]
    keep(begin, *posts)
    with begin() as work:
        fired = (FiredRule("r", Action.REVIEW, "辱骂", "第十条", (label,)),)
        work.verdicts.add([replace(verdict(each), rules=fired, labels={label: 0.9}) for each in posts], at=NOW)
        work.outbox.add(
            [replace(event(number), id=f"msg_{each.id}", post_id=each.id) for number, each in enumerate(posts)]
        )
        work.commit()
    return posts


@pytest.fixture
def forum(begin: Begin) -> Begin:
    settle(begin, "forum", "other")
    return begin


def with_words(begin: Begin, posts: Sequence[Post]) -> list[str]:
    """The platform's ids of those that have their words."""
    with begin() as work:
        return [each.post_id for each in work.posts.get_many([each.id for each in posts]) if each.text]


def test_the_words_go_and_the_numbers_stay(forum: Begin) -> None:
    (said,) = furnish(forum, 1)
    assert run(forum, LONG, days=29) == {}
    assert run(forum, LONG, days=30) == {"forum": Purged(posts=1)}
    with forum() as work:
        (bare,) = work.posts.get_many([said.id])
        left = work.verdicts.get_many([said.id])[said.id]
        assert work.outbox.recent(community="forum", limit=9) == []
        (entry,) = work.audit.after(None, limit=9)
    assert bare == replace(said, text="", title="", url="", metadata={}, author=Author("", 2, said.author.created_at))
    before = replace(verdict(said), labels={"abuse.insult": 0.9})
    assert [each.because for each in left.rules] == ["辱骂"]
    assert (left.action, left.labels, left.alerts) == (before.action, before.labels, before.alerts)
    assert (left.masked_text, left.care, [each.spans for each in left.findings]) == ("", None, [()])
    assert left.findings[0].facts == {}
    assert (entry.event, entry.community) == ("posts.purged", "forum")
    assert run(forum, LONG, days=31) == {}


def test_a_label_may_ask_for_a_shorter_time(forum: Begin) -> None:
    calm, grave = furnish(forum, 1)[0], furnish(forum, 2, label="self_harm.concern")[0]
    assert run(forum, LONG, days=8) == {"forum": Purged(posts=1)}
    assert with_words(forum, [calm, grave]) == [calm.post_id]
    assert run(forum, LONG, days=31) == {"forum": Purged(posts=1)}


def test_nothing_goes_until_it_is_told(forum: Begin) -> None:
    furnish(forum, 1)
    assert run(forum, Retentions(), days=10_000) == {}


def test_communities_differ(forum: Begin) -> None:
    mine = furnish(forum, 1)
    theirs = post(1, community="other")
    keep(forum, theirs)
    rules = Retentions(communities={"other": Retention(posts=DAY)})
    assert run(forum, rules, days=2) == {"other": Purged(posts=1)}
    assert with_words(forum, [*mine, theirs]) == ["p1"]


def test_an_open_case_keeps_its_post_until_the_ruling(forum: Begin) -> None:
    (said,) = furnish(forum, 1)
    with forum() as work:
        work.cases.add([case(said)])
        work.commit()
    assert run(forum, LONG, days=31) == {"forum": Purged(waiting=1)}
    assert with_words(forum, [said]) == [said.post_id]
    assert run(forum, LONG, days=32) == {}
    with forum() as work:
        opened = work.cases.of_post(said.id)
        assert opened is not None
        work.cases.save(
            opened.decide(Decision(Ruling.REMOVE, "引用了原文", "小王", NOW), seen_version=1), seen_version=1
        )
        work.commit()
    assert run(forum, LONG, days=33) == {"forum": Purged(posts=1)}
    with forum() as work:
        ruled = work.cases.of_post(said.id)
    assert ruled is not None
    assert [(each.ruling, each.by) for each in ruled.decisions] == [(Ruling.REMOVE, "小王")]
    assert "原文" not in str(ruled)


def test_an_open_case_may_be_closed_instead(forum: Begin) -> None:
    (said,) = furnish(forum, 1)
    with forum() as work:
        work.cases.add([case(said)])
        work.commit()
    rules = Retentions(Retention(posts=30 * DAY, open_cases=OpenCases.CLOSE))
    assert run(forum, rules, days=31) == {"forum": Purged(posts=1, closed=1)}
    with forum() as work:
        closed = work.cases.of_post(said.id)
        assert closed is not None
        assert closed.status is CaseStatus.DECIDED


def test_it_goes_on_where_it_stopped(forum: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskguard.services.retention.POSTS_A_TURN", 2)
    posts = furnish(forum, *range(5))
    rules = Retentions(Retention(posts=30 * DAY))
    assert [run(forum, rules, days=31, turns=2) for _ in range(4)] == [
        {"forum": Purged(posts=2)},
        {"forum": Purged(posts=2)},
        {"forum": Purged(posts=1)},
        {},
    ]
    assert with_words(forum, posts) == []


def test_a_change_of_mind_reaches_posts_that_were_looked_at(forum: Begin) -> None:
    posts = furnish(forum, 1, 2)
    rules = Retentions(Retention(labels={"self_harm": 7 * DAY}))
    assert run(forum, rules, days=8) == {}
    stricter = Retentions(Retention(labels={"self_harm": 7 * DAY, "abuse": 7 * DAY}))
    assert run(forum, stricter, days=8) == {"forum": Purged(posts=2)}
    assert with_words(forum, posts) == []
