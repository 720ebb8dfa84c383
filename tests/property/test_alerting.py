"""Laws of who is told of alerts, and when, under any tree of routes and any course of events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.alert import Alert, Severity
from riskguard.domain.notice import Match, Notice
from riskguard.policy.alerts.model import AlertPlan, Escalation, Inhibition, QuietHours, Route
from riskguard.policy.alerts.routes import explained, routes_for
from riskguard.policy.alerts.simulation import Happening, What, World, notices
from riskguard.policy.alerts.timing import step

START = datetime(2026, 3, 2, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
RECEIVERS = ("chat", "mail", "boss")

severities = st.sampled_from(Severity)
matches = st.dictionaries(
    st.sampled_from(["kind", "name", "community"]), st.sampled_from([("a",), ("b",), ("a", "b"), ("*",)]), max_size=2
).map(Match)
clocks = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
hours = st.builds(QuietHours, st.just("night"), st.just(SHANGHAI), clocks, clocks, st.frozensets(st.integers(0, 6)))
minutes = st.integers(0, 90).map(lambda number: number * MINUTE)


def _routes(branches: st.SearchStrategy[list[Route]]) -> st.SearchStrategy[Route]:
    return st.builds(
        Route,
        name=st.just("route"),
        match=matches,
        to=st.lists(st.sampled_from(RECEIVERS), max_size=2, unique=True).map(tuple),
        group_by=st.lists(st.sampled_from(["kind", "name", "severity", "community"]), max_size=2, unique=True).map(
            tuple
        ),
        group_wait=st.integers(0, 120).map(lambda number: timedelta(seconds=number)),
        group_interval=st.just(5 * MINUTE),
        repeat_interval=st.integers(5, 60).map(lambda number: number * MINUTE),
        quiet=st.lists(hours, max_size=1).map(tuple),
        escalate=st.none() | st.builds(Escalation, minutes.filter(bool), st.just(("boss",))),
        goes_on=st.booleans(),
        routes=branches.map(tuple),
    )


routes = st.recursive(_routes(st.just([])), lambda inner: _routes(st.lists(inner, max_size=3)), max_leaves=6)
roots = routes.map(lambda route: replace(route, match=Match(), to=route.to or ("chat",)))
inhibitions = st.lists(st.builds(Inhibition, matches, matches, st.just(("community",))), max_size=1).map(tuple)
plans = st.builds(AlertPlan, st.just("v"), roots, inhibitions=inhibitions)
alerts = st.builds(
    Alert,
    key=st.sampled_from(["1", "2", "3"]),
    kind=st.sampled_from("ab"),
    name=st.sampled_from("ab"),
    severity=severities,
    community=st.sampled_from(["a", "b"]),
    scene=st.none(),
    summary=st.just("x"),
    page=st.just(""),
    labels=st.just({}),
    starts_at=st.just(START),
)
happenings = st.lists(
    st.builds(Happening, st.integers(0, 240).map(lambda m: START + m * MINUTE), st.sampled_from(What), alerts),
    min_size=1,
    max_size=8,
).map(lambda found: [replace(each, number=number) for number, each in enumerate(found)])
LAST = START + timedelta(hours=12)


def told(plan: AlertPlan, course: list[Happening], until: datetime = LAST) -> list[tuple[datetime, Notice]]:
    """What is told when all alerts are over after six hours."""
    ends = {each.alert.key: replace(each, at=START + timedelta(hours=6), what=What.RESOLVED) for each in course}
    return list(notices(plan, [*course, *ends.values()], (), start=START, until=until))


@given(plans, happenings)
def test_one_group_is_never_told_twice_within_its_interval(plan: AlertPlan, course: list[Happening]) -> None:
    times = defaultdict(list)
    for at, notice in told(plan, course):
        times[notice.group.key].append(at)
    for found in times.values():
        assert all(later - earlier >= 5 * MINUTE for earlier, later in pairwise(found))


@given(plans, happenings)
def test_whoever_was_told_of_an_alert_is_told_that_it_is_over_and_nobody_else(
    plan: AlertPlan, course: list[Happening]
) -> None:
    raised, resolved = defaultdict(set), defaultdict(set)
    for _, notice in told(plan, course, START + timedelta(days=8)):
        raised[notice.group.receiver] |= {kept.id for kept in notice.raised}
        resolved[notice.group.receiver] |= {kept.id for kept in notice.resolved}
    assert {name: ids for name, ids in raised.items() if ids} == {name: ids for name, ids in resolved.items() if ids}


def _awake(route: Route) -> Route:
    return replace(route, quiet=(), routes=tuple(map(_awake, route.routes)))


@given(plans, happenings)
def test_quiet_hours_never_hold_back_a_critical_alert(plan: AlertPlan, course: list[Happening]) -> None:
    grave = [replace(each, alert=replace(each.alert, severity=Severity.CRITICAL)) for each in course]
    assert told(plan, grave) == told(replace(plan, root=_awake(plan.root)), grave)


@given(roots, alerts)
def test_every_alert_comes_somewhere_and_only_where_it_fits(root: Route, alert: Alert) -> None:
    found = routes_for(alert, root)
    assert found
    assert all(route.match.fits(alert) for route in found)
    seen = [route for _, route, fits in explained(alert, root) if fits]
    assert all(any(route is each for each in seen) for route in found)


@given(plans, happenings, st.data())
def test_looking_more_often_tells_nothing_else(plan: AlertPlan, course: list[Happening], data: st.DataObject) -> None:
    """Whoever looks, and how often, changes nothing: another scheduler that looks at the same time tells nothing."""
    world, ordered = World(), sorted(course, key=lambda each: each.at)
    for happening in ordered:
        world.take(happening)
        first, _ = world.look(plan, (), happening.at)
        second, _ = world.look(plan, (), happening.at)
        assert second == [], first


@given(plans, happenings)
def test_what_is_due_next_is_known(plan: AlertPlan, course: list[Happening]) -> None:
    """Nothing is told between now and the time that `next_at` names, quiet hours apart."""
    awake, world = replace(plan, root=_awake(plan.root)), World()
    last = max(course, key=lambda each: each.at)
    for happening in sorted(course, key=lambda each: each.at):
        world.take(happening)
    _, next_at = world.look(awake, (), last.at)
    if next_at is not None and next_at - last.at > timedelta(seconds=2):
        early = step(
            awake,
            standing=list(world.standing.values()),
            over=world.over,
            groups=list(world.groups.values()),
            silences=(),
            now=next_at - timedelta(seconds=1),
        )
        assert early.notices == ()


def test_the_escalation_of_another_route_to_the_same_receiver_is_known() -> None:
    """The first route that leads there has none; the second, after a minute, goes further."""
    after_a_minute = Escalation(MINUTE, ("boss",))
    first = Route("first", Match(), to=("chat",), group_wait=timedelta(0), goes_on=True)
    root = Route("root", Match(), to=("chat",), group_wait=timedelta(0), escalate=after_a_minute, routes=(first,))
    alert = Alert(
        key="1",
        kind="a",
        name="a",
        severity=Severity.INFO,
        community="a",
        scene=None,
        summary="x",
        page="",
        labels={},
        starts_at=START,
    )
    world = World()
    world.take(Happening(START, What.RAISED, alert))
    _, next_at = world.look(AlertPlan("v", root), (), START)
    assert next_at == START + MINUTE


@given(hours, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001 (local, made aware below)
def test_quiet_hours_and_their_opposite_share_no_time(quiet: QuietHours, local: datetime) -> None:
    moment = local.replace(tzinfo=SHANGHAI)
    every_day = replace(quiet, days=frozenset(range(7)))
    opposite = replace(every_day, start=quiet.end, end=quiet.start)
    if quiet.start != quiet.end:
        assert every_day.at(moment) != opposite.at(moment)
    else:
        assert every_day.at(moment), "from a time until the same time is a whole day"
    assert not quiet.at(moment) or every_day.at(moment)
