"""The moderator's path in a real browser: sign in, open a case, see the evidence, rule; the platform is told.

With RISKGUARD_SCREENSHOTS set to a folder, the pictures of the documentation are taken on the way.
"""

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from redis import Redis
from werkzeug.serving import make_server

from riskguard.bootstrap import House, now, open_alerts
from riskguard.delivery import WebhookSender
from riskguard.domain.alert import Alert, Severity
from riskguard.domain.audit import AuditFilter
from riskguard.domain.case import CaseStatus, Ruling
from riskguard.domain.event import RECEIVER, Event, EventStatus, EventType
from riskguard.domain.member import Role
from riskguard.domain.notice import Reason, Telling
from riskguard.evaluation.receiver import Receiver
from riskguard.policy.book import open_book
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.queue import RedisLine, RedisRoll, RedisTraces, RqBell
from riskguard.services import accounts, review
from riskguard.services.alerting import raise_alerts
from riskguard.services.dispatch import dispatch
from riskguard.services.ports import Begin
from riskguard.settings import Settings
from riskguard.store import migrate, open_store
from riskguard.web import create_web
from tests.fixtures import desk
from tests.fixtures.keys import KEYRING

pytestmark = pytest.mark.browser

CASE = "cas_tide_t-20418"


@dataclass(frozen=True)
class Served:
    """A console that is served, its store, the platform that listens, and somebody who may sign in."""

    url: str
    begin: Begin
    platform: Receiver
    password: str

    def deliver(self) -> None:
        """What a worker does when the bell rings."""
        sender = WebhookSender(["127.0.0.0/8"], timeout_s=5)
        try:
            while dispatch(begin=self.begin, sender=sender, clock=now, patience_s=10):
                pass
        finally:
            sender.close()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    url = f"sqlite:///{tmp_path / 'riskguard.db'}"
    migrate(url, keyring=KEYRING)
    store = open_store(url, keyring=KEYRING)
    yield store.begin
    store.close()


@pytest.fixture
def served(begin: Begin, redis_url: str, redis_connection: Redis) -> Iterator[Served]:
    settings = Settings(secret_key="k" * 48, redis_url=redis_url)
    house = House(
        settings=settings,
        clock=now,
        begin=begin,
        line=RedisLine(redis_connection, prefix=settings.redis_prefix),
        bell=RqBell(redis_connection, prefix=settings.redis_prefix),
        roll=RedisRoll(redis_connection, prefix=settings.redis_prefix),
        traces=RedisTraces(redis_connection),
        taxonomy=load_taxonomy(settings.policy_dir / "taxonomy.yaml"),
        policies=open_book(settings.policy_dir),
        alerts=open_alerts(settings),
    )
    with Receiver(desk.TIDE.webhook_secret, keep_requests=True) as platform:
        with begin() as work:
            work.communities.add(replace(desk.TIDE, webhook_url=platform.url))
            work.commit()
        desk.keep((*desk.SAMPLES[:-1], *desk.crowd(48)), begin=begin, policies=house.policies, at=now())
        _, password = accounts.create_member("周予安", role=Role.MODERATOR, begin=begin, community="tide")
        server = make_server("127.0.0.1", 0, create_web(house), threaded=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield Served(f"http://127.0.0.1:{server.server_port}", begin, platform, password)
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """A signed-in page on the queue. Whatever the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", color_scheme="light")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{served.url}/console/")
    page.get_by_label("名称").fill("周予安")
    page.get_by_label("密码").fill(served.password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="案件队列")).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def test_a_moderator_rules_on_a_case_and_the_platform_is_told(served: Served, page: Page) -> None:
    served.deliver()
    page.reload()
    picture(page, "console-queue")
    page.get_by_role("link", name=re.compile("脑子进水")).click()
    marked = page.locator(".text mark", has_text="139****1111")
    expect(marked).to_have_attribute("title", re.compile("手机号，号段有效"))
    assert marked.evaluate("spot => getComputedStyle(spot).borderBottomStyle") == "solid"
    assert page.locator(".text").evaluate("text => text.textContent") == desk.INSULT.text.replace(
        "grove_7788", "g********8"
    ).replace("13900001111", "139****1111")
    expect(page.get_by_text("词表与模型都认为是辱骂").first).to_be_visible()
    disclosed = page.get_by_role("region", name="披露的个人信息")
    expect(disclosed.get_by_role("listitem").first).to_contain_text(
        re.compile("手机号 · .*危害高.*敏感个人信息 · 依据：个人信息保护法", re.DOTALL)
    )
    picture(page, "console-case")

    page.get_by_role("button", name="人身攻击").click()
    expect(page.get_by_label("理由")).to_have_value("人身攻击")
    page.get_by_role("button", name="移除").click()
    expect(page.get_by_role("status")).to_contain_text("裁定已保存")
    assert CASE not in page.url

    served.deliver()
    case = review.file(CASE, begin=served.begin).case
    assert [(d.ruling, d.reason, d.by) for d in case.decisions] == [(Ruling.REMOVE, "人身攻击", "周予安")]
    assert served.platform.tally.posts["case.decided", case.post_id] == 1
    assert served.platform.tally.bad_signatures == 0
    assert not any("13900001111" in request.body.decode() for request in served.platform.requests)
    page.get_by_role("link", name="外发通知").click()
    expect(page.get_by_role("row", name=re.compile("人工裁定.*t-20418.*已送达"))).to_be_visible()


def test_the_whole_path_by_keyboard(served: Served, page: Page) -> None:
    page.wait_for_load_state()  # a key that comes before the script is nobody's
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("t-20355"))).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.get_by_label("理由")).to_be_focused()
    page.keyboard.type("已核实 ar1")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.get_by_label("理由")).to_have_value("已核实 ar1；已核实，不违规")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("裁定已保存")
    case = review.file("cas_tide_t-20355", begin=served.begin).case
    assert (case.status, case.decisions[0].ruling) == (CaseStatus.DECIDED, Ruling.APPROVE)


def test_raw_words_are_revealed_for_a_reason_by_keyboard_and_hidden_again(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/console/cases/{CASE}")
    page.wait_for_load_state()
    page.keyboard.press("v")
    expect(page.get_by_label("用途")).to_be_focused()
    picture(page, "console-reveal-asked")
    page.get_by_label("用途").select_option("核实是否为他人的个人信息")
    page.keyboard.press("Tab")
    page.keyboard.type("号码13900002222也出现过")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("正在显示原文")
    assert page.locator(".text").evaluate("text => text.textContent") == desk.INSULT.text
    picture(page, "console-reveal")
    page.wait_for_load_state()
    page.keyboard.press("v")
    expect(page.locator(".text")).to_contain_text("139****1111")
    assert "13900001111" not in page.content()
    with served.begin() as work:
        [seen] = work.audit.find(AuditFilter(event="case.revealed"), limit=9)
    assert (seen.actor, seen.subject) == ("member:周予安", CASE)
    assert seen.facts == {"need": "verify", "note": "号码139****2222也出现过", "post": "pst_tide_t-20418"}


def test_raw_words_go_by_themselves(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/console/cases/{CASE}")
    page.wait_for_load_state()
    page.keyboard.press("v")
    page.get_by_label("用途").select_option("处理举报或申诉")
    page.get_by_role("button", name="记录并查看").click()
    expect(page.locator(".text")).to_contain_text("13900001111")
    refresh = page.locator("meta[http-equiv=refresh]").get_attribute("content")
    assert refresh == f"180;url=/console/cases/{CASE}"


def test_an_officer_reads_the_audit_log(chromium: Browser, served: Served) -> None:
    _, password = accounts.create_member("沈知微", role=Role.COMPLIANCE, begin=served.begin)
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", color_scheme="light")
    page = context.new_page()
    page.goto(f"{served.url}/console/audit")
    page.get_by_label("名称").fill("沈知微")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("校验通过")).to_be_visible()
    picture(page, "console-audit")
    page.locator("select[name=event]").select_option("登录")
    page.get_by_role("button", name="查询").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 CSV").click()
    assert "member.signed-in" in Path(download.value.path()).read_text("utf-8-sig")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{served.url}/console/audit")
    picture(page, "console-audit-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_in_light_and_dark(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 740})
    for address in ("", f"cases/{CASE}", "deliveries", "account"):
        page.goto(re.sub(r"/console/.*", f"/console/{address}", page.url))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(18, 22, 28)" if scheme == "dark" else "rgb(245, 246, 248)")


def test_an_alert_is_taken_up_and_ended_by_keyboard(served: Served, page: Page) -> None:
    _raise_alerts(served)
    page.reload()
    expect(page.get_by_title("3 条待处理")).to_be_visible()
    page.get_by_role("link", name=re.compile("^警报")).click()
    picture(page, "console-alerts")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="有人可能正处在危险中")).to_be_visible()
    picture(page, "console-alert")
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("已认领")
    expect(page.get_by_text("周予安 认领")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("已解除")
    page.wait_for_load_state()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name=re.compile("t-20377"))).to_be_visible()


def _raise_alerts(served: Served) -> None:
    at = now()
    care = Alert(
        key="verdict:tide:treehole:care-urgent",
        kind="verdict",
        name="care-urgent",
        severity=Severity.CRITICAL,
        community="tide",
        scene="treehole",
        summary="有人可能正处在危险中",
        page=f"cases/cas_tide_{desk.CRY.name}",
        labels={},
        starts_at=at - timedelta(minutes=7),
        ends_at=at + timedelta(hours=12),
    )
    surge = replace(
        care,
        key="surge:tide",
        kind="surge",
        name="volume",
        severity=Severity.WARNING,
        scene=None,
        summary="话题「宿舍停水」一小时内升温，三成是相同内容",
        labels={"topic": "宿舍停水", "accounts": "46"},
        starts_at=at - timedelta(minutes=18),
    )
    health = replace(
        surge,
        key="health:tide",
        kind="health",
        name="returning",
        severity=Severity.INFO,
        summary="回访作者比平常少两成",
        labels={},
        starts_at=at - timedelta(hours=3),
    )
    with served.begin() as work:
        kept = raise_alerts([care, care, care, surge, health], work=work, now=at)
        told = [
            Event(f"msg_{n}", EventType.ALERT_RAISED, "tide", f"{RECEIVER}{name}", {}, at, at, status, tries, answer)
            for n, (name, status, tries, answer) in enumerate(
                [
                    ("care-team", EventStatus.DELIVERED, 1, "HTTP 200, errcode 0"),
                    ("supervisor", EventStatus.WAITING, 1, "HTTP 503"),
                ]
            )
        ]
        work.outbox.add(told)
        first = next(each.id for each in kept if each.alert.severity is Severity.CRITICAL)
        reasons = (Reason.RAISED, Reason.ESCALATED)
        work.notices.note(
            [Telling(first, e.id, str(e.receiver), why, at) for e, why in zip(told, reasons, strict=True)]
        )
        work.commit()


def test_it_works_without_scripts(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{served.url}/console/cases/{CASE}")
    page.get_by_label("名称").fill("周予安")
    page.get_by_label("密码").fill(served.password)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("理由").fill("第二句是对个人的侮辱")
    page.get_by_role("button", name="移除").click()
    expect(page.get_by_role("status")).to_contain_text("裁定已保存")
    context.close()
    assert review.file(CASE, begin=served.begin).case.status is CaseStatus.DECIDED


def picture(page: Page, name: str) -> None:
    """Kept for the documentation, if a folder was named."""
    folder = os.environ.get("RISKGUARD_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
