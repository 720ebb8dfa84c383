"""Cases: the optimistic lock and the moderators' queue, on both databases."""

from __future__ import annotations

import pytest

from riskguard.domain.case import CaseFile, CaseStatus, Decision, Grievance, Origin, Ruling
from riskguard.domain.errors import NotFound, StaleVersion
from riskguard.services.ports import Begin
from tests.integration.store.samples import NOW, SECOND, case, keep, post, settle, verdict

RULING = Decision(Ruling.REMOVE, "人身攻击", "小王", NOW + SECOND)


def test_a_case_comes_back_with_all_its_voices(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post())
    heard = case(post()).hear(Grievance(Origin.APPEAL, "作者1", "我没有骂人", NOW), priority=80)
    decided = heard.decide(RULING, seen_version=heard.version)
    with begin() as work:
        work.cases.add([decided])
        work.commit()
    with begin() as work:
        assert work.cases.get(decided.id) == decided
        assert work.cases.of_post(post().id) == decided
        assert work.cases.get("cas_unknown") is None
        assert work.cases.of_post("pst_unknown") is None


def test_one_case_a_post(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post(1), post(2))
    with begin() as work:
        assert work.cases.add([case(post(1), priority=10)]) == {post(1).id}
        assert work.cases.add([case(post(1), priority=99), case(post(2))]) == {post(2).id}
        work.commit()
    with begin() as work:
        kept = work.cases.of_post(post(1).id)
        assert kept is not None
        assert kept.priority == 10
        assert work.cases.tally() == {"open": 2}


def test_a_colleague_who_was_first_is_not_overwritten(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post())
    seen = case(post())
    with begin() as work:
        work.cases.add([seen])
        work.commit()
    with begin() as mine:
        mine.cases.save(seen.decide(RULING, seen_version=1), seen_version=1)
        mine.commit()
    with begin() as theirs, pytest.raises(StaleVersion, match="at version 2, not 1"):
        theirs.cases.save(seen.hear(Grievance(Origin.REPORT, "b", "x", NOW)), seen_version=1)
    with begin() as work:
        assert work.cases.get(seen.id) == seen.decide(RULING, seen_version=1)


def test_a_case_that_was_never_added_cannot_be_saved(begin: Begin) -> None:
    with begin() as work, pytest.raises(NotFound):
        work.cases.save(case(post()), seen_version=1)


def test_a_file_holds_post_and_verdict(begin: Begin) -> None:
    settle(begin, "forum")
    keep(begin, post(1), post(2))
    with begin() as work:
        work.verdicts.add([verdict(post(1))], at=NOW)
        work.cases.add([case(post(1)), case(post(2))])
        work.commit()
    with begin() as work:
        assert work.cases.file(case(post(1)).id) == CaseFile(case(post(1)), post(1), verdict(post(1)))
        assert work.cases.file(case(post(2)).id) == CaseFile(case(post(2)), post(2), None)
        assert work.cases.file("cas_unknown") is None


def test_the_queue_is_most_urgent_first_then_oldest(begin: Begin) -> None:
    settle(begin, "forum", "other")
    posts = [post(number) for number in range(4)] + [post(9, community="other")]
    keep(begin, *posts)
    late, urgent, early, decided, theirs = (
        case(posts[0], opened_at=NOW + SECOND),
        case(posts[1], priority=90, opened_at=NOW + 2 * SECOND),
        case(posts[2]),
        case(posts[3]).decide(RULING, seen_version=1),
        case(posts[4], priority=99),
    )
    with begin() as work:
        work.cases.add([late, urgent, early, decided, theirs])
        work.commit()
    with begin() as work:
        queue = work.cases.queue
        assert [f.case for f in queue(community="forum", status=CaseStatus.OPEN, limit=9)] == [urgent, early, late]
        assert [f.case for f in queue(community="forum", status=None, limit=2, offset=1)] == [early, decided]
        assert [f.case for f in queue(community=None, status=CaseStatus.OPEN, limit=1)] == [theirs]
        assert work.cases.tally("forum") == {"open": 3, "decided": 1}


def test_among_cases_as_urgent_the_one_opened_next_follows(begin: Begin) -> None:
    settle(begin, "forum")
    posts = [post(number) for number in range(4)]
    keep(begin, *posts)
    with begin() as work:
        cases = [case(each, opened_at=NOW + number * SECOND) for number, each in enumerate(posts)]
        work.cases.add(cases)
        work.commit()
        following = [work.cases.following(each.id, community="forum") for each in cases]
    assert following == [cases[1].id, cases[2].id, cases[3].id, cases[0].id]
