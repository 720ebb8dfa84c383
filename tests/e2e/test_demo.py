"""`riskguard up --demo` as a stranger meets it: real processes, a real browser, and what happens when parts die.

With RISKGUARD_SCREENSHOTS set to a folder, the pictures of the README are taken on the way.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from riskguard.demo.posts import history, posts
from riskguard.evaluation.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.timeout(300)]

MADE = len(posts()) + len(history())
CAMPAIGNS = 2
"""Texts of the demo that ten accounts or more push."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running demo whose invented posts have all been judged and called back."""
    with Service(tmp_path_factory.mktemp("demo"), workers=2, options=["--demo"]) as service:
        assert within(60, lambda: metric(service, 'riskguard_events{status="delivered"}') >= MADE + CAMPAIGNS), (
            service.last_lines()
        )
        yield service


@pytest.fixture(scope="module")
def account(demo: Service) -> dict[str, str]:
    """The demo's key and passwords."""
    kept: dict[str, str] = json.loads((demo.data_dir / "demo.json").read_text("utf-8"))
    return kept


@pytest.fixture
def page(chromium: Browser, demo: Service, account: dict[str, str]) -> Iterator[Page]:
    """A page on the queue, with the demo's moderator signed in. What the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{demo.url}/")
    page.get_by_label("名称").fill("moderator")
    page.get_by_label("密码").fill(account["moderator"])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="案件队列")).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def test_every_invented_post_has_its_verdict_and_its_callback(demo: Service) -> None:
    shown = metrics(demo)
    assert sum(count for name, count in shown.items() if name.startswith("riskguard_verdicts{")) == MADE
    assert {
        action for action in ("allow", "mask", "review", "block") if shown[f'riskguard_verdicts{{action="{action}"}}']
    } == {
        "allow",
        "mask",
        "review",
        "block",
    }
    assert f"共 {MADE + CAMPAIGNS} 条" in opened(platform_of(demo))
    assert "不合签名的 0 条" in opened(platform_of(demo))


def test_a_campaign_is_ruled_on_by_keyboard_and_later_posts_with_it(demo: Service, page: Page) -> None:
    page.get_by_role("link", name="近似传播").click()
    expect(page.locator("[data-item]")).to_have_count(CAMPAIGNS)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("个账号发布了"))).to_be_visible()
    expect(page.locator("svg.timeline rect").first).to_be_visible()
    expect(page.locator("svg.net circle")).to_have_count(8)
    picture(page, "console-campaign")
    page.keyboard.press("3")
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("裁定已保存")
    expect(page.get_by_text("随传播").first).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("[data-item]")).to_have_count(CAMPAIGNS - 1)


def test_a_moderator_decides_in_a_browser_and_the_platform_hears_of_it(demo: Service, page: Page) -> None:
    picture(page, "console-queue")
    page.get_by_role("link", name=re.compile("上门服务")).first.click()
    expect(page.locator(".text mark").first).to_be_visible()
    expect(page.get_by_role("button", name="人身攻击")).to_be_visible()  # the script has run
    picture(page, "console-case")
    page.get_by_label("理由").fill("已核实，按规则处理")
    page.get_by_role("button", name="移除 r").click()
    expect(page.get_by_role("status")).to_contain_text("裁定已保存")
    assert within(15, lambda: "case.decided" in opened(platform_of(demo)))
    assert "remove" in opened(platform_of(demo))


def test_the_surge_of_the_last_hour_is_seen_with_its_evidence(demo: Service, page: Page) -> None:
    page.get_by_role("link", name="舆情").click()
    surge = page.locator("table.surges a").first
    assert within(100, lambda: page.reload() is not None and surge.is_visible()), "looked for once a minute"
    expect(page.locator("svg.trend path.accounts")).to_have_attribute("d", re.compile("^M"))
    picture(page, "console-opinion")
    surge.click()
    expect(page.get_by_text("纸飞机").first).to_be_visible()
    expect(page.locator(".exemplars li").first).to_be_visible()


def test_the_documentation_page_needs_nothing_from_elsewhere(demo: Service, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{demo.url}/v1/docs")
    expect(page.get_by_text("/v1/posts/batch").first).to_be_visible()
    assert all(url.startswith(demo.url) for url in asked)
    picture(page, "api-docs")


@pytest.mark.parametrize("name", ["worker-1", "messenger", "scheduler", "api", "redis"])
def test_a_part_that_is_killed_is_started_again_and_work_goes_on(
    demo: Service, account: dict[str, str], name: str
) -> None:
    killed = demo.kill(name)
    assert within(20, lambda: demo.pids().get(name) not in {None, killed}), demo.last_lines()
    assert re.search(rf"{name} │ died \(.*starting it again", demo.last_lines(200))
    assert within(30, lambda: ready(demo))
    answer = judged(demo, account, post_id=f"after-{name}")
    assert answer["verdict"]["action"] == "allow"


def test_what_it_keeps_is_for_its_owner_only(demo: Service) -> None:
    kept = [file for file in demo.data_dir.rglob("*") if file.name != "up.log"]  # that one is ours
    assert {"riskguard.db", "secret.key", "redis.url"} <= {file.name for file in kept}
    assert [str(file) for file in kept if file.stat().st_mode & 0o077] == []


def test_a_second_riskguard_on_the_same_folder_or_port_is_told_so(demo: Service, tmp_path: Path) -> None:
    assert within(30, lambda: ready(demo))
    port = str(demo.port)
    taken = run("up", "--port", port, "--data-dir", str(tmp_path))
    assert taken.returncode == 1
    assert f"riskguard: cannot listen on 127.0.0.1:{port}" in taken.stderr
    assert "hint: choose another with --port" in taken.stderr
    same_folder = run("up", "--port", str(free_port()), "--data-dir", str(demo.data_dir))
    assert same_folder.returncode == 1
    assert "another riskguard uses the folder" in same_folder.stderr


def test_what_is_missing_or_cannot_be_written_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    unwritable = run("up", "--port", str(free_port()), "--data-dir", str(tmp_path / "file" / "data"))
    assert unwritable.returncode == 1
    assert unwritable.stderr.startswith("riskguard: the data folder")
    where = ("up", "--port", str(free_port()), "--data-dir", str(tmp_path / "data"))
    modelless = run(*where, RISKGUARD_MODEL_DIR=str(tmp_path))
    assert modelless.returncode == 1
    assert modelless.stderr.startswith("riskguard: there is no model in")
    (tmp_path / "policies").mkdir()
    lawless = run(*where, RISKGUARD_POLICY_DIR=str(tmp_path / "policies"))
    assert lawless.returncode == 1
    assert "taxonomy.yaml: the file does not exist" in lawless.stderr


def test_sigterm_ends_everything_within_seconds_and_the_next_start_finds_all(tmp_path: Path) -> None:
    with Service(tmp_path, workers=1) as service:
        made = service.create_community("kept", webhook_url="http://127.0.0.1:9/")
        first = judged(service, {"api_key": made.key}, post_id="1")
        pids = service.pids()
        started = time.monotonic()
        service.end(signal.SIGTERM)
        assert time.monotonic() - started < 10
    assert not [name for name, pid in pids.items() if Path(f"/proc/{pid}").exists()]
    with Service(tmp_path, workers=1) as again:
        assert judged(again, {"api_key": made.key}, post_id="1")["id"] == first["id"]


def judged(service: Service, account: dict[str, str], *, post_id: str) -> dict:
    """An innocent post and its verdict, as a platform would ask for it; waits while workers come back."""
    body = json.dumps({"post_id": post_id, "text": "今天的晚霞真好看", "author": {"id": "e2e"}}).encode()
    headers = {
        "authorization": f"Bearer {account['api_key']}",
        "content-type": "application/json",
        "prefer": "wait=5",
    }
    answers: list[dict] = []

    def sent() -> bool:
        request = urllib.request.Request(f"{service.url}/v1/posts", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                answers.append(json.load(answer))
                return answer.status == 200
        except OSError:  # the API is coming back; a platform sends the same post again
            return False

    assert within(40, sent), service.last_lines(40)
    return answers[-1]


def metrics(service: Service) -> dict[str, float]:
    """All samples of /metrics by name and labels."""
    lines = (line.rpartition(" ") for line in opened(f"{service.url}/metrics").splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def metric(service: Service, name: str) -> float:
    """One sample of /metrics; 0 when it is not there yet."""
    return metrics(service).get(name, 0.0)


def ready(service: Service) -> bool:
    """Whether every part answers."""
    try:
        return bool(opened(f"{service.url}/readyz"))
    except OSError:
        return False


def platform_of(service: Service) -> str:
    """Where the make-believe platform listens, as `up` says."""
    found = re.search(r"platform\s+(http://\S+)", (service.data_dir / "up.log").read_text("utf-8"))
    assert found is not None
    return found.group(1)


def opened(url: str) -> str:
    """What lies at an address."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def within(seconds: float, claim: Callable[[], bool]) -> bool:
    """Whether a claim comes true in time."""
    deadline = time.monotonic() + seconds
    while not (true := claim()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return true


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command as typed."""
    command = [sys.executable, "-m", "riskguard", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | environ, check=False)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def picture(page: Page, name: str) -> None:
    """Take a picture for the documentation, where they are asked for."""
    folder = os.environ.get("RISKGUARD_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
