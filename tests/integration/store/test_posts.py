"""Posts and verdicts as the worker and the door use them, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskguard.domain.errors import Conflict, NotFound
from riskguard.domain.line import Ticket
from riskguard.domain.post import Lane, Post
from riskguard.domain.verdict import Action
from riskguard.services.ports import Begin
from tests.integration.store.samples import NOW, SECOND, keep, post, settle, verdict


def test_a_post_comes_back_as_it_was(begin: Begin) -> None:
    settle(begin, "forum")
    full = post()
    bare = Post(id="pst_bare", community="forum", post_id="bare", text="", created_at=NOW)
    keep(begin, full, bare)
    with begin() as work:
        assert work.posts.get_many([bare.id, "pst_unknown", full.id]) == [bare, full]


@pytest.mark.parametrize(
    "text", ["零\x00字节", "半个\ud83d代理", "\ufdd0标记", "🙂" * 3000], ids=["nul", "lone", "mark", "long"]
)
def test_any_text_is_kept_as_received(begin: Begin, text: str) -> None:
    settle(begin, "forum")
    sent = replace(post(text=text), title=text, post_id=text[:9], metadata={text[:9]: text})
    keep(begin, sent)
    with begin() as work:
        assert work.posts.find("forum", sent.post_id) == sent


def test_a_second_of_the_same_revision_is_a_conflict_and_leaves_nothing(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post(1))
    with begin() as work:
        with pytest.raises(Conflict, match="exists already"):
            work.posts.add([post(2), replace(post(1), id="pst_other")], Lane.LIVE, received_at=NOW)
        work.posts.add([post(3)], Lane.LIVE, received_at=NOW)  # the transaction goes on
        work.commit()
    with begin() as work:
        assert work.posts.count() == 2
        assert work.posts.find("forum", "p2") is None


def test_a_post_of_no_community_is_refused(begin: Begin) -> None:
    with begin() as work, pytest.raises(NotFound):
        work.posts.add([post()], Lane.LIVE, received_at=NOW)


def test_latest_gives_the_newest_revision_of_those_known(begin: Begin) -> None:
    settle(begin, "forum", "other")
    newest = post(1, revision=3)
    keep(begin, post(1), newest, post(1, revision=2), post(2), post(1, community="other", revision=9))
    with begin() as work:
        assert work.posts.latest("forum", ["p1", "p2", "p3"]) == {"p1": newest, "p2": post(2)}
        assert work.posts.latest("forum", []) == {}


def test_find_knows_both_names_within_its_community(begin: Begin) -> None:
    settle(begin, "forum", "other")
    first, second = post(1), post(1, revision=2)
    keep(begin, first, second)
    with begin() as work:
        assert work.posts.find("forum", first.id) == first
        assert work.posts.find("forum", "p1") == second
        assert work.posts.find("other", first.id) is None
        assert work.posts.find("other", "p1") is None


def test_unjudged_are_those_without_verdict_oldest_first(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post(1), received_at=NOW + SECOND)
    keep(begin, post(2), lane=Lane.BULK, received_at=NOW)
    keep(begin, post(3), received_at=NOW + 2 * SECOND)
    keep(begin, post(4), received_at=NOW)
    with begin() as work:
        work.verdicts.add([verdict(post(4))], at=NOW)
        work.commit()
    with begin() as work:
        waiting = work.posts.unjudged(received_before=NOW + 2 * SECOND, limit=10)
        assert waiting == [Ticket(post(2).id, "forum", Lane.BULK), Ticket(post(1).id, "forum", Lane.LIVE)]
        assert work.posts.unjudged(received_before=NOW + 9 * SECOND, limit=1) == waiting[:1]


def test_count_by_community(begin: Begin) -> None:
    settle(begin, "forum", "other")
    keep(begin, post(1), post(2), post(1, community="other"))
    with begin() as work:
        assert (work.posts.count(), work.posts.count("forum"), work.posts.count("nobody")) == (3, 2, 0)


def test_a_verdict_comes_back_as_it_was(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post(1), post(2))
    with begin() as work:
        assert work.verdicts.add([verdict(post(1))], at=NOW) == {post(1).id}
        work.commit()
    with begin() as work:
        assert work.verdicts.get_many([post(1).id, post(2).id]) == {post(1).id: verdict(post(1))}


def test_the_first_verdict_of_a_post_stays(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post(1), post(2))
    with begin() as work:
        work.verdicts.add([verdict(post(1), Action.REVIEW)], at=NOW)
        work.commit()
    with begin() as work:
        again = [verdict(post(1), Action.BLOCK), verdict(post(2), Action.ALLOW)]
        assert work.verdicts.add(again, at=NOW) == {post(2).id}
        work.commit()
    with begin() as work:
        assert work.verdicts.get_many([post(1).id])[post(1).id].action is Action.REVIEW
        assert work.verdicts.tally() == {"allow": 1, "review": 1}


def test_verdicts_are_counted_by_community(begin: Begin) -> None:
    settle(begin, "forum", "other")
    theirs = post(1, community="other")
    keep(begin, post(1), theirs)
    with begin() as work:
        work.verdicts.add([verdict(post(1)), verdict(theirs, Action.BLOCK)], at=NOW)
        work.commit()
    with begin() as work:
        assert work.verdicts.tally("other") == {"block": 1}
        assert work.verdicts.tally("nobody") == {}


def test_a_thousand_posts_at_once(begin: Begin) -> None:
    settle(begin, "forum")
    many = [post(number) for number in range(1000)]
    keep(begin, *many)
    with begin() as work:
        assert len(work.posts.latest("forum", [each.post_id for each in many])) == 1000
        assert len(work.verdicts.add([verdict(each) for each in many], at=NOW)) == 1000
        assert work.posts.unjudged(received_before=NOW + SECOND, limit=1) == []


def test_nothing_to_add_is_no_work(begin: Begin) -> None:
    with begin() as work:
        work.posts.add([], Lane.LIVE, received_at=NOW)
        assert work.verdicts.add([], at=NOW) == set()
        assert work.posts.get_many([]) == []
        assert work.verdicts.get_many([]) == {}
