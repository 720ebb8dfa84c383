"""The alerts' pages, as a browser without scripts would use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from riskguard.bootstrap import House
from riskguard.console.wording import BEIJING
from riskguard.domain.alert import Alert, KeptAlert, Severity
from riskguard.domain.event import RECEIVER, Attempt, EventStatus
from riskguard.domain.member import Role
from riskguard.policy.alerts.model import AlertPlan, Escalation, Receiver, Route
from riskguard.services.alerting import raise_alerts, resolve_alerts
from riskguard.services.notices import tell
from tests.integration.console.visitor import Browser, Clock

ROOM = AlertPlan(
    "v",
    Route("root", to=("room",), group_wait=timedelta(0), escalate=Escalation(timedelta(minutes=15), ("boss",))),
    {name: Receiver(name, "slack") for name in ("room", "boss")},
)


class Plan:
    """An alerts.yaml that tells one room."""

    def now(self) -> AlertPlan:
        return ROOM


@pytest.fixture
def house(house: House) -> House:
    return replace(house, alerts=Plan())


@pytest.fixture
def alerts(house: House, cases: object) -> list[KeptAlert]:
    """One of each severity, the last in another community."""
    now = house.clock()
    told = [
        Alert(
            "care",
            "verdict",
            "care-urgent",
            Severity.CRITICAL,
            "tide",
            "treehole",
            "有人可能正处在危险中",
            "cases/x",
            {},
            now,
        ),
        Alert(
            "surge", "surge", "volume", Severity.WARNING, "tide", None, "话题升温", "/opinion", {"topic": "停水"}, now
        ),
        Alert("health", "health", "sameness", Severity.INFO, "grove", None, "内容越来越像", "health", {}, now),
    ]
    with house.begin() as work:
        kept = raise_alerts([*told, told[0], told[0]], work=work, now=now)
        work.commit()
    return sorted(kept, key=lambda each: -each.alert.severity)


def _tell(house: House) -> None:
    tell(begin=house.begin, plan=ROOM, clock=house.clock, bell=house.bell)


def test_the_open_ones_come_first_and_the_gravest_of_them(alerts: object, member: Callable[..., Browser]) -> None:
    person = member("zhou", Role.OPERATOR, None)
    person.get("/alerts")
    page = person.seen
    assert page.index("有人可能正处在危险中") < page.index("话题升温") < page.index("内容越来越像")
    assert ">3 次<" in page
    assert not re.search(r'\son\w+="|\sstyle="|<script>', page)


def test_what_the_service_names_itself_is_told_in_words(house: House, member: Callable[..., Browser]) -> None:
    now = house.clock()
    labels = {"series": "topic", "pushed": "25%"}
    surge = Alert("s", "surge", "topic", Severity.WARNING, "tide", None, "话题“停水”突增", "o", labels, now)
    same = Alert("h", "health", "sameness", Severity.INFO, "tide", None, "同质化", "o", {"figure": "clustered"}, now)
    own = Alert("v", "verdict", "care", Severity.INFO, "tide", None, "关怀", "o", {"班级": "三班"}, now)
    with house.begin() as work:
        kept = raise_alerts([surge, same, own], work=work, now=now)
        work.commit()
    person = member("lin")
    page = person.get("/alerts").get_data(as_text=True)
    for chip in (">话题<", ">有近似内容 25%<", ">内容同质化<", ">指标 有近似内容的帖子占比<", ">care<", ">班级 三班<"):
        assert chip in page
    file = person.get(f"/alerts/{next(each.id for each in kept if each.alert.key == 's')}").get_data(as_text=True)
    assert "<dt>有近似内容</dt><dd>25%</dd>" in file
    assert "「舆情突增 · 话题」" in file
    for word in ("series", "pushed", "figure", "clustered"):
        assert word not in page + file


def test_the_badge_counts_what_waits_for_somebody(alerts: list[KeptAlert], member: Callable[..., Browser]) -> None:
    operator, bound = member("zhou", Role.OPERATOR, None), member("lin")
    operator.get("/")
    assert 'class="badge" title="3 条待处理">3<' in operator.seen
    bound.get("/")
    assert 'title="2 条待处理">2<' in bound.seen
    bound.get(f"/alerts/{alerts[0].id}")
    bound.post(f"/alerts/{alerts[0].id}/acknowledge", note="")
    bound.get("/")
    assert 'title="1 条待处理">1<' in bound.seen


def test_another_communitys_alert_does_not_exist(alerts: list[KeptAlert], member: Callable[..., Browser]) -> None:
    person = member("lin")
    person.get("/alerts?status=all&community=grove")
    assert "内容越来越像" not in person.seen
    assert person.get(f"/alerts/{alerts[2].id}").status_code == 404
    person.get("/alerts")
    assert person.post(f"/alerts/{alerts[2].id}/resolve", note="").status_code == 404
    assert person.get("/alerts?status=none").status_code == 404


def test_one_takes_it_up_and_ends_it_with_a_note(alerts: list[KeptAlert], member: Callable[..., Browser]) -> None:
    person = member("lin")
    where = f"/alerts/{alerts[0].id}"
    person.get(where)
    assert person.post(f"{where}/acknowledge", note="已联系\r\n值班老师").status_code == 302
    person.get(where)
    assert "已认领" in person.seen
    assert "lin 认领" in person.seen
    assert "已联系\n值班老师" in person.seen
    assert "我来处理" not in person.seen
    assert person.post(f"{where}/resolve", note="").status_code == 302
    person.get(where)
    assert "lin 解除" in person.seen
    assert "静默同类警报" not in person.seen
    person.get("/alerts?status=resolved")
    assert "有人可能正处在危险中" in person.seen


def test_a_note_that_is_too_long_comes_back(alerts: list[KeptAlert], member: Callable[..., Browser]) -> None:
    person = member("lin")
    person.get(f"/alerts/{alerts[0].id}")
    answer = person.post(f"/alerts/{alerts[0].id}/acknowledge", note="长" * 501)
    assert (answer.status_code, "备注最多 500 个字" in person.seen) == (400, True)


def test_who_was_told_and_what_they_answered(
    house: House, alerts: list[KeptAlert], member: Callable[..., Browser]
) -> None:
    _tell(house)
    now = house.clock()
    with house.begin() as work:
        events = work.outbox.claim_due(now=now, leased_until=now + timedelta(minutes=2), limit=9)
        assert {event.url for event in events} == {f"{RECEIVER}room"}
        work.outbox.record([Attempt(e.id, EventStatus.WAITING, "HTTP 503", now + timedelta(minutes=5)) for e in events])
        work.commit()
    person = member("lin")
    person.get(f"/alerts/{alerts[0].id}")
    assert "HTTP 503" in person.seen
    assert "等待送达" in person.seen
    assert "通知 <b>room</b>" in person.seen
    assert "15 分钟无人认领再告知 <b>boss</b>" in person.seen


def test_every_alert_leads_to_its_page(alerts: list[KeptAlert], member: Callable[..., Browser]) -> None:
    person = member("lin")
    for kept, href in zip(alerts, ("/console/cases/x", "/console/opinion"), strict=False):
        page = person.get(f"/alerts/{kept.id}").get_data(as_text=True)
        assert f'href="{href}"' in page


def test_its_like_is_kept_quiet_and_heard_again(
    house: House, clock: Clock, alerts: list[KeptAlert], member: Callable[..., Browser]
) -> None:
    person = member("lin")
    where = f"/alerts/{alerts[1].id}"
    person.get(where)
    assert person.post(f"{where}/silence", span="4h", because="").status_code == 400
    assert "静默需要时长和原因" in person.seen
    assert person.post(f"{where}/silence", span="4h", because="大促").status_code == 302
    _tell(house)
    person.get("/alerts?status=silenced")
    assert "话题升温" in person.seen
    person.get("/alerts")
    assert "kind=surge name=volume community=tide" in person.seen
    assert "大促" in person.seen
    with house.begin() as work:
        (made,) = work.notices.silences(clock.now)
    assert f"设到 {made.ends_at.astimezone(BEIJING):%Y-%m-%d %H:%M}（北京时间）" in person.seen
    ending = re.search(r'action="([^"]*/silences/[^"]+/end)"', person.seen)
    assert ending
    assert person.post(ending.group(1).removeprefix("/console")).status_code == 302
    clock.now += timedelta(seconds=1)
    _tell(house)
    person.get("/alerts")
    assert "话题升温" in person.seen
    assert "大促" not in person.seen


def test_a_member_of_one_community_ends_no_silence_of_all(
    house: House, alerts: list[KeptAlert], member: Callable[..., Browser]
) -> None:
    operator, bound = member("zhou", Role.OPERATOR, None), member("lin")
    operator.get(f"/alerts/{alerts[2].id}")
    operator.post(f"/alerts/{alerts[2].id}/silence", span="1h", because="演练")
    with house.begin() as work:
        (made,) = work.notices.silences(house.clock())
    bound.get("/alerts")
    assert "演练" not in bound.seen
    assert bound.post(f"/silences/{made.id}/end").status_code == 404


def test_what_ended_by_itself_says_so(house: House, alerts: list[KeptAlert], member: Callable[..., Browser]) -> None:
    with house.begin() as work:
        resolve_alerts(["surge"], work=work, now=house.clock())
        work.commit()
    person = member("lin")
    person.get(f"/alerts/{alerts[1].id}")
    assert "自动解除" in person.seen
