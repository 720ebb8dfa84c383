"""Alerts over HTTP, on both databases: a community sees its own, and says who takes them up."""

from __future__ import annotations

from datetime import timedelta

from riskguard.bootstrap import now
from riskguard.domain.alert import Alert, Severity
from riskguard.domain.notice import Match
from riskguard.services import accounts, alert_desk
from riskguard.services.alerting import raise_alerts
from riskguard.services.notices import tell
from tests.integration.api.conftest import Platform
from tests.integration.services.test_alerting import Bell

BY = {"by": "moderator-3", "note": "已联系值班老师"}


def _raise(platform: Platform, key: str, severity: Severity, *, kind: str = "verdict", community: str | None) -> str:
    alert = Alert(key, kind, key, severity, community, "post", f"摘要 {key}", "cases/cas_1", {"topic": "停水"}, now())
    with platform.house.begin() as work:
        (kept,) = raise_alerts([alert], work=work, now=now())
        work.commit()
    return kept.id


def test_a_community_sees_its_own_alerts_gravest_first(platform: Platform) -> None:
    accounts.create_community("other", begin=platform.house.begin)
    mild = _raise(platform, "mild", Severity.INFO, kind="surge", community=platform.community)
    grave = _raise(platform, "grave", Severity.CRITICAL, community=platform.community)
    _raise(platform, "elsewhere", Severity.CRITICAL, community="other")
    _raise(platform, "everywhere", Severity.CRITICAL, community=None)
    page = platform.get("/v1/alerts").json
    assert [each["id"] for each in page["alerts"]] == [grave, mild]
    assert page["next"] is None
    first = platform.get("/v1/alerts?limit=1").json
    assert first["next"] == "/v1/alerts?status=open&limit=1&offset=1"
    assert [each["id"] for each in platform.get(first["next"]).json["alerts"]] == [mild]
    assert [each["id"] for each in platform.get("/v1/alerts?kind=surge").json["alerts"]] == [mild]
    shown = platform.get(f"/v1/alerts/{grave}").json
    assert (shown["summary"], shown["severity"], shown["labels"]) == ("摘要 grave", "critical", {"topic": "停水"})
    assert (shown["page"], shown["notices"]) == ("/console/cases/cas_1", [])


def test_another_communitys_alert_does_not_exist(platform: Platform) -> None:
    accounts.create_community("other", begin=platform.house.begin)
    theirs = _raise(platform, "elsewhere", Severity.CRITICAL, community="other")
    assert platform.get(f"/v1/alerts/{theirs}").status_code == 404
    assert platform.post(f"/v1/alerts/{theirs}/resolve", BY).status_code == 404


def test_an_alert_is_taken_up_once_and_ended(platform: Platform) -> None:
    alert = _raise(platform, "grave", Severity.CRITICAL, community=platform.community)
    taken = platform.post(f"/v1/alerts/{alert}/acknowledge", BY).json
    assert (taken["status"], taken["acknowledged_by"]) == ("acknowledged", "moderator-3")
    again = platform.post(f"/v1/alerts/{alert}/acknowledge", BY | {"by": "moderator-4"}).json
    assert again["acknowledged_by"] == "moderator-3"
    assert platform.get("/v1/alerts").json["alerts"] == []
    ended = platform.post(f"/v1/alerts/{alert}/resolve", BY).json
    assert (ended["status"], ended["resolved_by"]) == ("resolved", "moderator-3")
    assert [each["id"] for each in platform.get("/v1/alerts?status=resolved").json["alerts"]] == [alert]


def test_faults_are_told(platform: Platform) -> None:
    alert = _raise(platform, "grave", Severity.CRITICAL, community=platform.community)
    wrong = platform.get("/v1/alerts?status=closed")
    assert (wrong.status_code, "acknowledged" in wrong.json["hint"]) == (400, True)
    nameless = platform.post(f"/v1/alerts/{alert}/resolve", {"note": "x"})
    assert nameless.json["errors"] == [{"pointer": "/by", "detail": "is missing", "hint": "add it"}]


def test_figures_tell_what_stands_and_what_was_told(platform: Platform) -> None:
    _raise(platform, "grave", Severity.CRITICAL, community=platform.community)
    _raise(platform, "hushed", Severity.WARNING, community=platform.community)
    house = platform.house
    more = {"by": "mo", "actor": "cli", "begin": house.begin, "clock": now}
    alert_desk.silence(Match({"name": ("hushed",)}), until=now() + timedelta(hours=1), because="演练", **more)
    tell(begin=house.begin, plan=house.alerts.now(), clock=now, bell=Bell())
    figures = platform.get("/metrics").get_data(as_text=True)
    assert 'riskguard_alerts{severity="critical",status="open"} 1.0' in figures
    assert 'riskguard_alerts{severity="warning",status="silenced"} 1.0' in figures
