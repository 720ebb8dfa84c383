"""Ruling on cases in the real store: one transaction, one event, and no colleague overwritten."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riskguard.bootstrap import word_mask
from riskguard.domain.case import Case, CaseStatus, Ruling
from riskguard.domain.errors import InvalidInput, NotFound, StaleVersion, TooLarge
from riskguard.domain.event import EventType
from riskguard.policy.book import open_book
from riskguard.services import overview, review
from riskguard.services.ports import Begin, PolicyBook
from riskguard.settings import Settings
from tests.fixtures import desk

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


class Bell:
    """Counts how often it was rung, and can be broken."""

    def __init__(self) -> None:
        self.rings = 0
        self.broken = False

    def ring(self) -> None:
        if self.broken:
            raise ConnectionError("no Redis")
        self.rings += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture(scope="module")
def policies() -> PolicyBook:
    return open_book(Settings().policy_dir)


@pytest.fixture
def cases(begin: Begin, policies: PolicyBook) -> list[Case]:
    kept = desk.keep(desk.SAMPLES, begin=begin, policies=policies, at=AT)
    with begin() as work:
        work.communities.save(replace(desk.TIDE, webhook_url="https://tide.example/hook"))
        work.commit()
    return kept


def rule(case: Case, begin: Begin, bell: Bell, *, seen: int = 1, reason: str = "人身攻击", **more: str) -> Case:
    return review.decide(
        case.id,
        ruling=Ruling.REMOVE,
        reason=reason,
        by="lin-xia",
        actor="member:lin-xia",
        seen_version=seen,
        begin=begin,
        clock=lambda: AT,
        bell=bell,
        mask=word_mask(),
        **more,
    )


def test_a_ruling_is_kept_with_the_event_that_tells_the_platform(begin: Begin, bell: Bell, cases: list[Case]) -> None:
    decided = rule(cases[0], begin, bell, reason=" 人身攻击 ")
    kept = review.file(cases[0].id, begin=begin).case
    events = overview.deliveries(begin=begin)
    assert kept == decided
    assert (kept.status, kept.version, kept.decisions[0].reason) == (CaseStatus.DECIDED, 2, "人身攻击")
    assert [event.type for event in events] == [EventType.CASE_DECIDED]
    assert events[0].data["decision"] == {
        "ruling": "remove",
        "reason": "人身攻击",
        "at": AT.isoformat(),
        "campaign": None,
    }
    assert "lin-xia" not in str(events[0].data)
    assert bell.rings == 1


def test_a_stale_ruling_leaves_nothing_behind(begin: Begin, bell: Bell, cases: list[Case]) -> None:
    rule(cases[0], begin, bell)
    with pytest.raises(StaleVersion):
        rule(cases[0], begin, bell, seen=1, reason="晚了一步")
    assert len(review.file(cases[0].id, begin=begin).case.decisions) == 1
    assert len(overview.deliveries(begin=begin)) == 1
    assert bell.rings == 1


def test_of_two_who_rule_at_the_same_moment_one_is_told_that_it_is_stale(
    begin: Begin, bell: Bell, cases: list[Case]
) -> None:
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def race() -> None:
        start.wait()
        try:
            rule(cases[0], begin, bell)
            outcomes.append("ruled")
        except StaleVersion:
            outcomes.append("stale")

    racers = [threading.Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["ruled", "stale", "stale", "stale"]
    assert len(overview.deliveries(begin=begin)) == 1


def test_a_broken_bell_does_not_undo_a_ruling(begin: Begin, bell: Bell, cases: list[Case]) -> None:
    bell.broken = True
    assert rule(cases[0], begin, bell).status is CaseStatus.DECIDED
    assert len(overview.deliveries(begin=begin)) == 1


@pytest.mark.parametrize(("reason", "error"), [("", InvalidInput), (" \n", InvalidInput), ("长" * 501, TooLarge)])
def test_a_ruling_needs_a_reason_of_some_length(
    begin: Begin, bell: Bell, cases: list[Case], reason: str, error: type[InvalidInput]
) -> None:
    with pytest.raises(error) as caught:
        rule(cases[0], begin, bell, reason=reason)
    assert caught.value.field == "reason"
    assert bell.rings == 0


def test_who_belongs_to_one_community_finds_nothing_of_another(begin: Begin, bell: Bell, cases: list[Case]) -> None:
    with pytest.raises(NotFound):
        review.file(cases[0].id, begin=begin, community="grove")
    with pytest.raises(NotFound):
        rule(cases[0], begin, bell, community="grove")
    with pytest.raises(NotFound):
        review.file("cas_none", begin=begin)
    assert [file.case.community for file in review.queue(begin=begin, community="grove").files] == ["grove"]
    assert sum(overview.Overview(begin).tallies("grove").verdicts.values()) == 1


def test_the_queue_is_paged_most_urgent_first(begin: Begin, cases: list[Case]) -> None:
    first, second = (review.queue(begin=begin, page=number, size=5) for number in (1, 2))
    priorities = [file.case.priority for file in first.files + second.files]
    assert priorities == sorted((case.priority for case in cases), reverse=True)
    assert (len(first.files), first.more, second.more) == (5, True, False)
    with pytest.raises(InvalidInput):
        review.queue(begin=begin, page=0)


def test_a_moderator_is_led_down_the_queue_and_round_again(begin: Begin, bell: Bell, cases: list[Case]) -> None:
    order = [file.case.id for file in review.queue(begin=begin, community="tide").files]
    assert review.following(order[0], begin=begin, community="tide") == order[1]
    assert review.following(order[-1], begin=begin, community="tide") == order[0]
    assert [review.following(each, begin=begin, community="tide") for each in order] == [*order[1:], order[0]]
    rule(cases[0], begin, bell)
    left = [each for each in order if each != cases[0].id]
    assert review.following(cases[0].id, begin=begin, community="tide") == left[0]
    order = left
    assert review.following("cas_decided_long_ago", begin=begin, community="tide") == order[0]
    [only] = review.queue(begin=begin, community="grove").files
    assert review.following(only.case.id, begin=begin, community="grove") is None


def test_tallies_count_what_a_member_may_see(begin: Begin, bell: Bell, cases: list[Case]) -> None:
    rule(cases[0], begin, bell)
    seen = overview.Overview(begin).tallies("tide")
    assert seen.cases == {"open": len(cases) - 2, "decided": 1}
    assert sum(seen.verdicts.values()) == len(desk.SAMPLES) - 1
    assert seen.events == {"waiting": 1}
    assert overview.Overview(begin).tallies("grove").events == {}


def test_what_reads_whole_tables_is_counted_every_few_seconds_and_cases_each_time(
    begin: Begin, bell: Bell, cases: list[Case]
) -> None:
    at = [0.0]
    glance = overview.Overview(begin, now=lambda: at[0])
    before = glance.tallies("tide")
    rule(cases[0], begin, bell)
    after = glance.tallies("tide")
    assert (after.cases["decided"], after.events) == (1, before.events)
    at[0] += overview.REMEMBERED_S
    assert glance.tallies("tide").events != before.events


def test_a_disabled_webhook_is_told_to_those_it_concerns(begin: Begin, cases: list[Case]) -> None:
    with begin() as work:
        work.communities.save(replace(desk.TIDE, webhook_disabled_because="the address answered 410 Gone"))
        work.commit()
    assert [each.name for each in overview.disconnected(begin=begin)] == ["tide"]
    assert overview.disconnected(begin=begin, community="grove") == []
