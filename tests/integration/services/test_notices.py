"""Telling from the database alone: restarts and several schedulers at once tell exactly what is due, once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from riskguard.api.openapi import document
from riskguard.delivery.message import rendered
from riskguard.domain.alert import Alert, AlertStatus, KeptAlert, Severity
from riskguard.domain.event import Event, EventStatus
from riskguard.domain.member import Community
from riskguard.domain.notice import Match, Reason
from riskguard.policy.alerts.load import load_plan
from riskguard.policy.alerts.model import AlertPlan
from riskguard.services import alert_desk
from riskguard.services.alerting import raise_alerts, resolve_alerts
from riskguard.services.dispatch import dispatch
from riskguard.services.notices import forget_alerts, tell
from riskguard.services.ports import Begin
from tests.integration.delivery.listeners import Robot, listening
from tests.integration.delivery.test_receivers import carrier
from tests.integration.services.test_alerting import Bell, alert

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = """
receivers:
  room: {type: wecom, url: env:ROOM}
  boss: {type: slack, url: env:BOSS}
  platform: {type: platform}
route:
  to: [room]
  group_wait: 30s
  routes:
    - match: {severity: critical}
      to: [room, platform]
      group_wait: 0s
      escalate: {after: 10m, to: [boss]}
"""


@pytest.fixture
def plan(tmp_path: Path) -> AlertPlan:
    (tmp_path / "alerts.yaml").write_text(PLAN, "utf-8")
    return load_plan(tmp_path / "alerts.yaml")


@pytest.fixture
def tide(begin: Begin) -> Begin:
    with begin() as work:
        secret = "whsec_dGlkZS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5"
        work.communities.add(Community("tide", NOW, "https://tide.example/hook", secret))
        work.communities.add(Community("quiet", NOW))
        work.commit()
    return begin


def _raise(begin: Begin, *alerts: Alert, at: datetime = NOW) -> list[KeptAlert]:
    with begin() as work:
        kept = raise_alerts([replace(each, starts_at=at) for each in alerts], work=work, now=at)
        work.commit()
    return kept


def _tell(begin: Begin, plan: AlertPlan, at: datetime) -> int:
    url = "https://risk.example/console"
    return tell(begin=begin, plan=plan, clock=lambda: at, bell=Bell(), console_url=url)


def _events(begin: Begin) -> list[Event]:
    """All that waits to be sent, oldest first."""
    with begin() as work:
        return work.outbox.claim_due(now=NOW + timedelta(days=9), leased_until=NOW + timedelta(days=10), limit=99)


def _said(event: Event) -> tuple[str, str, str, list[str]]:
    data = event.data
    return event.url, event.type.value, data["reason"], [f"{each['key']} {each['status']}" for each in data["alerts"]]


GRAVE = alert("care", kind="verdict", name="care-urgent", severity=Severity.CRITICAL)


def test_a_raise_an_escalation_and_the_end_are_told_to_whom_they_concern(tide: Begin, plan: AlertPlan) -> None:
    _raise(tide, GRAVE, alert())
    assert _tell(tide, plan, NOW) == 2, "the critical one at once, to the room and to the platform"
    assert _tell(tide, plan, NOW) == 0
    assert _tell(tide, plan, NOW + MINUTE) == 1, "the other when its wait is over"
    assert _tell(tide, plan, NOW + 10 * MINUTE) == 1
    with tide() as work:
        resolve_alerts(["care", "surge:tide"], work=work, now=NOW + 11 * MINUTE)
        work.commit()
    assert _tell(tide, plan, NOW + 15 * MINUTE) == 4
    assert _tell(tide, plan, NOW + timedelta(days=1)) == 0
    hook = "https://tide.example/hook"
    raised, resolved = ("alert.raised", "raised"), ("alert.resolved", "resolved")
    assert sorted(map(_said, _events(tide))) == sorted(
        [
            ("receiver:room", *raised, ["care open"]),
            (hook, *raised, ["care open"]),
            ("receiver:room", *raised, ["surge:tide open"]),
            ("receiver:boss", "alert.raised", "escalated", ["care open"]),
            ("receiver:room", *resolved, ["care resolved"]),
            (hook, *resolved, ["care resolved"]),
            ("receiver:boss", *resolved, ["care resolved"]),
            ("receiver:room", *resolved, ["surge:tide resolved"]),
        ]
    )


def test_a_platform_without_an_address_is_not_told_and_holds_up_nobody(tide: Begin, plan: AlertPlan) -> None:
    _raise(tide, replace(GRAVE, community="quiet"), replace(GRAVE, key="all", community=None))
    _tell(tide, plan, NOW)
    assert {event.url for event in _events(tide)} == {"receiver:room"}


def test_many_schedulers_at_once_tell_what_one_would(tide: Begin, plan: AlertPlan) -> None:
    keys = [f"key-{number}" for number in range(6)]
    _raise(tide, *(replace(GRAVE, key=key, labels={"n": key}) for key in keys))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _tell(tide, plan, NOW), range(16)))
    events = _events(tide)
    assert sorted(event.url for event in events) == ["https://tide.example/hook", "receiver:room"]
    assert {len(event.data["alerts"]) for event in events} == {6}


def test_a_scheduler_that_starts_anew_goes_on_where_the_last_one_stopped(tide: Begin, plan: AlertPlan) -> None:
    """Nothing is in memory between two looks, so each look here is one of a new process."""
    _raise(tide, alert())
    told = [minute for minute in range(600) if _tell(tide, plan, NOW + minute * MINUTE)]
    assert told == [1, 241, 481], "after the wait, then every four hours"


def test_what_ends_by_itself_is_over_and_told(tide: Begin, plan: AlertPlan) -> None:
    (kept,) = _raise(tide, alert(ends_at=NOW + 20 * MINUTE))
    _tell(tide, plan, NOW + MINUTE)
    _tell(tide, plan, NOW + 20 * MINUTE)
    file = alert_desk.file(kept.id, begin=tide, clock=lambda: NOW)
    assert file.kept.status is AlertStatus.RESOLVED
    assert file.kept.resolved is not None
    assert (file.kept.resolved.by, file.kept.resolved.at) == ("system:ended", NOW + 20 * MINUTE)
    assert [(each.receiver, each.reason) for each in file.told] == [
        ("room", Reason.RAISED),
        ("room", Reason.RESOLVED),
    ]


def test_one_who_has_it_in_hand_stops_repeats_and_escalation(tide: Begin, plan: AlertPlan) -> None:
    (kept,) = _raise(tide, GRAVE)
    _tell(tide, plan, NOW)
    taken = alert_desk.acknowledge(
        kept.id, by="小林", actor="member:xiaolin", note="在联系", begin=tide, clock=lambda: NOW + MINUTE
    )
    again = alert_desk.acknowledge(
        kept.id, by="小周", actor="member:xiaozhou", begin=tide, clock=lambda: NOW + 2 * MINUTE
    )
    assert taken == again, "the first to take it has it"
    assert [minute for minute in range(600) if _tell(tide, plan, NOW + minute * MINUTE)] == []
    with tide() as work:
        (entry,) = [each for each in work.audit.after(0, limit=10) if each.event.startswith("alert.")]
    assert (entry.actor, entry.event, entry.subject) == ("member:xiaolin", "alert.acknowledged", kept.id)


def test_a_silence_keeps_quiet_until_its_end_and_shows(tide: Begin, plan: AlertPlan) -> None:
    (kept,) = _raise(tide, alert())
    made = alert_desk.silence(
        alert_desk.match_of(kept),
        until=NOW + 60 * MINUTE,
        because="演练",
        by="小林",
        actor="member:xiaolin",
        begin=tide,
        clock=lambda: NOW,
    )
    told = [minute for minute in range(90) if _tell(tide, plan, NOW + minute * MINUTE)]
    assert told == [60]
    with tide() as work:
        assert work.notices.silences(NOW) == [made]
        assert work.notices.silences(NOW + 60 * MINUTE) == []
    (again,) = _raise(tide, alert("other"), at=NOW + 90 * MINUTE)
    assert again.status is AlertStatus.OPEN


def test_a_silenced_alert_says_so_and_is_open_again_when_the_silence_is_ended(tide: Begin, plan: AlertPlan) -> None:
    (kept,) = _raise(tide, alert())
    more = {"by": "小林", "actor": "member:xiaolin", "begin": tide, "clock": lambda: NOW}
    made = alert_desk.silence(Match({"kind": ("sur*",)}), until=NOW + 60 * MINUTE, because="演练", **more)
    _tell(tide, plan, NOW)
    assert alert_desk.file(kept.id, begin=tide, clock=lambda: NOW).kept.status is AlertStatus.SILENCED
    alert_desk.end_silence(made.id, actor="member:xiaolin", begin=tide, clock=lambda: NOW + MINUTE)
    _tell(tide, plan, NOW + MINUTE)
    file = alert_desk.file(kept.id, begin=tide, clock=lambda: NOW + MINUTE)
    assert (file.kept.status, len(file.told)) == (AlertStatus.OPEN, 1)


def test_old_alerts_are_forgotten_with_what_was_told_of_them(tide: Begin, plan: AlertPlan) -> None:
    _raise(tide, alert(ends_at=NOW + MINUTE), alert("stands"))
    _tell(tide, plan, NOW + 40 * MINUTE)
    more = {"by": "小林", "actor": "member:xiaolin", "begin": tide, "clock": lambda: NOW}
    alert_desk.silence(Match({"kind": ("surge",)}), until=NOW + MINUTE, because="演练", **more)
    later = NOW + timedelta(days=200)
    assert forget_alerts(begin=tide, clock=lambda: later, after=plan.keep) == 1
    with tide() as work:
        left = work.alerts.listed(community=None, statuses=(), kind=None, limit=9)
        assert work.notices.silences(NOW) == []
    assert [kept.alert.key for kept in left] == ["stands"], "what nobody ended is remembered"


def test_from_an_alert_to_a_robot_and_what_it_answered(tide: Begin, plan: AlertPlan) -> None:
    (kept,) = _raise(tide, alert())
    _tell(tide, plan, NOW + MINUTE)
    robot = Robot([(500, b""), (200, {"errcode": 0})])
    with listening(robot), carrier("wecom", url=f"env:{robot.url}/") as sender:
        dispatch(begin=tide, sender=sender, clock=lambda: NOW + MINUTE, patience_s=5)
        first = alert_desk.file(kept.id, begin=tide, clock=lambda: NOW).told[0]
        assert (first.status, first.attempts, first.answer) == (EventStatus.WAITING, 1, "HTTP 500")
        dispatch(begin=tide, sender=sender, clock=lambda: NOW + 2 * MINUTE, patience_s=5)
    second = alert_desk.file(kept.id, begin=tide, clock=lambda: NOW).told[0]
    assert (second.status, second.attempts, second.answer) == (EventStatus.DELIVERED, 2, "HTTP 200, errcode 0")
    assert robot.requests[0].json == robot.requests[1].json
    assert "https://risk.example/console/alerts/" in robot.requests[0].body.decode()
    with tide() as work:
        assert work.notices.tally() == {("room", "delivered"): 1}
        assert work.outbox.recent(community=None, limit=9) == [], "the page of platforms shows what is theirs"


def test_what_platforms_are_told_is_as_the_api_describes_it(tide: Begin, plan: AlertPlan) -> None:
    _raise(tide, GRAVE)
    _tell(tide, plan, NOW)
    described = document(max_text_chars=1)
    for event in _events(tide):
        content = described["webhooks"][event.type.value]["post"]["requestBody"]["content"]["application/json"]
        whole = content["schema"] | {"components": described["components"]}
        Draft202012Validator(whole).validate(json.loads(rendered(event)))
