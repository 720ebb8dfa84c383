"""Alerts in a real store: one a key until it is over, however many raise it at once, and a storm counts up."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from riskguard.domain.alert import Alert, AlertStatus, Handling, KeptAlert, Severity
from riskguard.domain.finding import Finding, Reading
from riskguard.domain.line import Batch
from riskguard.domain.member import Community
from riskguard.domain.post import Lane, Post, Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action
from riskguard.policy.model import Policy, Threshold
from riskguard.services.alerting import ENDED, raise_alerts, resolve_alerts
from riskguard.services.moderate import moderate
from riskguard.services.ports import Begin

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def alert(key: str = "surge:tide", **more: object) -> Alert:
    told = Alert(
        key=key,
        kind="surge",
        name="volume",
        severity=Severity.WARNING,
        community="tide",
        scene="post",
        summary="话题「停水」一小时内升温",
        page="opinion?community=tide",
        labels={"topic": "停水"},
        starts_at=NOW,
    )
    return replace(told, **more)


@pytest.fixture
def tide(begin: Begin) -> Begin:
    with begin() as work:
        work.communities.add(Community("tide", NOW))
        work.commit()
    return begin


def _raise(begin: Begin, *alerts: Alert, now: datetime = NOW) -> list[KeptAlert]:
    with begin() as work:
        kept = raise_alerts(alerts, work=work, now=now)
        work.commit()
    return kept


def _all(begin: Begin) -> list[KeptAlert]:
    with begin() as work:
        return work.alerts.listed(community=None, statuses=(), kind=None, limit=100)


def test_the_same_key_again_is_the_same_alert_with_the_newest_words(tide: Begin) -> None:
    (first,) = _raise(tide, alert())
    again = alert(summary="话题「停水」仍在升温", starts_at=NOW + MINUTE, ends_at=NOW + 9 * MINUTE)
    _raise(tide, again, again, now=NOW + MINUTE)
    (kept,) = _all(tide)
    assert kept == replace(first, alert=replace(again, starts_at=NOW), count=3, last_at=NOW + MINUTE)


def test_what_is_over_is_another_alert_when_it_comes_again(tide: Begin) -> None:
    (first,) = _raise(tide, alert())
    with tide() as work:
        assert [kept.id for kept in resolve_alerts(["surge:tide", "unknown"], work=work, now=NOW + MINUTE)] == [
            first.id
        ]
        work.commit()
    with tide() as work:
        assert resolve_alerts(["surge:tide"], work=work, now=NOW) == [], "once is enough"
    (second,) = _raise(tide, alert(), now=NOW + 2 * MINUTE)
    assert {kept.id: (kept.status, kept.resolved) for kept in _all(tide)} == {
        first.id: (AlertStatus.RESOLVED, Handling(ENDED, NOW + MINUTE)),
        second.id: (AlertStatus.OPEN, None),
    }


@pytest.mark.parametrize(
    ("severity", "status"),
    [
        pytest.param(Severity.WARNING, AlertStatus.ACKNOWLEDGED, id="no-graver-stays-in-hand"),
        pytest.param(Severity.CRITICAL, AlertStatus.OPEN, id="graver-is-open-again"),
    ],
)
def test_an_alert_in_hand_that_is_raised_again(tide: Begin, severity: Severity, status: AlertStatus) -> None:
    (first,) = _raise(tide, alert())
    with tide() as work:
        taken = work.alerts.for_change(first.id)
        assert taken is not None
        work.alerts.save([taken.acknowledge(Handling("mo", NOW, "在看"))])
        work.commit()
    (again,) = _raise(tide, alert(severity=severity))
    assert (again.status, again.alert.severity) == (status, severity)
    assert _all(tide) == [again]


def test_many_who_raise_the_same_at_once_raise_one_alert(tide: Begin) -> None:
    keys = [f"key-{number}" for number in range(5)]

    def storm(number: int) -> None:
        for round_ in range(4):
            turned = keys[number % 5 :] + keys[: number % 5]
            _raise(tide, *(alert(key) for key in turned), now=NOW + round_ * MINUTE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(storm, range(8)))
    assert {kept.alert.key: kept.count for kept in _all(tide)} == dict.fromkeys(keys, 32)


def test_an_alert_of_no_community_is_everybodys(begin: Begin) -> None:
    _raise(begin, alert(community=None, scene=None))
    with begin() as work:
        assert work.alerts.tally() == {("open", "warning"): 1}
        assert work.alerts.tally("tide") == {}


class Book:
    def policy_for(self, community: str, scene: Scene) -> Policy:
        care = Threshold("self_harm", 0.5, Action.ALLOW, alert="care")
        return Policy("p", "v1", thresholds=(care, Threshold("self_harm", 0.9, Action.REVIEW, alert="care-urgent")))


class Reader:
    labels = frozenset({"self_harm"})
    notes: Mapping[str, Mapping[str, object]] = {}

    def read(self, posts: list[Post], views: object, *, floor: float = 0.0) -> list[Reading]:
        return [Reading((Finding("self_harm", float(post.text), "fake"),)) for post in posts]

    def explain(self, views: object, readings: list[Reading], labels: object) -> list[Reading]:
        return readings


class Bell:
    def ring(self) -> None: ...
    def heard(self) -> None: ...


def test_a_storm_of_posts_is_one_alert_with_a_count(tide: Begin) -> None:
    posts = [Post(f"pst_{n}", "tide", f"p{n}", "0.1" if n == 0 else "0.7", NOW) for n in range(6)]
    with tide() as work:
        work.posts.add(posts, Lane.LIVE, received_at=NOW)
        work.commit()

    def judge(*numbers: int, at: datetime) -> None:
        moderate(
            Batch("b", tuple(posts[number].id for number in numbers)),
            begin=tide,
            panel=Reader(),
            policies=Book(),
            taxonomy=Taxonomy({}),
            clock=lambda: at,
            bell=Bell(),
            guard=nullcontext,
        )

    judge(0, 1, 2, at=NOW)
    judge(2, 3, 4, 5, at=NOW + MINUTE)  # 2 comes twice, as after a lost lease
    (kept,) = _all(tide)
    with tide() as work:
        newest = work.cases.of_post("pst_5")
    assert newest is not None
    assert (kept.alert.kind, kept.alert.name, kept.alert.community) == ("verdict", "care", "tide")
    assert (kept.count, kept.raised_at, kept.last_at) == (5, NOW, NOW + MINUTE)
    assert kept.alert.page == f"cases/{newest.id}"
    assert "0.7" not in str(kept), "alerts carry nobody's words"
