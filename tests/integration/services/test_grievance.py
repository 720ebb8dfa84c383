"""Reports and appeals in the real store: many at once, too many, and by the wrong person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riskguard.domain.case import CaseStatus, Grievance, Origin
from riskguard.domain.errors import NotAllowed
from riskguard.domain.member import Community
from riskguard.domain.post import Author, Lane, Post
from riskguard.services.grievance import MOST_REPORTS, Hearing, hear
from riskguard.services.ports import Begin

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
POST = Post("pst_1", "tide", "p1", "加群领红包", AT, Author("u1"))


@pytest.fixture
def kept(begin: Begin) -> Begin:
    """Transactions on a store that has the post."""
    with begin() as work:
        work.communities.add(Community("tide", AT))
        work.posts.add([POST], Lane.LIVE, received_at=AT)
        work.commit()
    return begin


def said(begin: Begin, by: str, origin: Origin = Origin.REPORT) -> Hearing:
    return hear("p1", community="tide", origin=origin, by=by, reason="冒充客服", begin=begin, clock=lambda: AT)


def test_all_who_report_at_once_are_heard(kept: Begin) -> None:
    reporters = [f"m{number}" for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda by: said(kept, by), reporters))
    case = said(kept, reporters[0]).case
    assert {grievance.by for grievance in case.grievances} == set(reporters)
    assert case.version == len(reporters)


def test_of_a_flood_of_reports_some_are_kept_and_the_author_is_heard_still(kept: Begin) -> None:
    case = said(kept, "m0").case
    flood = tuple(Grievance(Origin.REPORT, f"m{number}", "x", AT) for number in range(MOST_REPORTS))
    with kept() as work:
        work.cases.save(replace(case, grievances=flood), seen_version=case.version)
        work.commit()
    hearing = said(kept, "one more")
    assert (len(hearing.case.grievances), hearing.case.status) == (MOST_REPORTS, CaseStatus.OPEN)
    assert said(kept, "u1", Origin.APPEAL).case.grievances[-1].by == "u1"


def test_only_the_author_may_appeal(kept: Begin) -> None:
    with pytest.raises(NotAllowed, match="only the author"):
        said(kept, "u2", Origin.APPEAL)
    assert said(kept, "u1", Origin.APPEAL).new
