"""The daily report: one page that needs nothing else, tables that spreadsheets open, masked words alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser as Chromium

from riskguard.bootstrap import House, opinion_rules
from riskguard.cli.report import report
from riskguard.console.report import daily_report, write_report
from riskguard.domain.campaign import Campaign
from riskguard.domain.case import Case
from riskguard.domain.errors import NotFound
from riskguard.domain.opinion import Surge
from tests.fixtures.keys import KEY
from tests.integration.console.visitor import Browser, Clock

DAY = date(2026, 5, 1)


def files(house: House, community: str = "tide", day: date = DAY) -> dict[str, str]:
    rules = opinion_rules(house.settings)()
    return daily_report(community, day, begin=house.begin, rules=rules, made_at=house.clock())


def test_the_page_holds_the_day_and_nothing_from_elsewhere(house: House, told: Surge) -> None:
    page = files(house)["tide-2026-05-01.html"]
    for words in ("舆情日报", "话题“停水”", "林**家停水", "21 个账号（平时约 0.4）", "只看到发言"):
        assert words in page
    assert "13900004444" not in page
    assert not re.search(r"(src|href)=|url\(|<script", page)
    assert "这一天没有近似内容传播" in page


def test_the_tables_can_be_read_again(house: House, told: Surge, tmp_path: Path) -> None:
    written = write_report(files(house), tmp_path / "new")
    assert sorted(file.name for file in written) == [
        "tide-2026-05-01-campaigns.csv",
        "tide-2026-05-01-surges.csv",
        "tide-2026-05-01-timeline.csv",
        "tide-2026-05-01-topics.csv",
        "tide-2026-05-01.html",
    ]
    rows = {
        file.stem.rpartition("-")[2]: list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
        for file in written
        if file.suffix == ".csv"
    }
    assert [row["账号"] for row in rows["surges"]] == ["21"]
    assert sum(int(row["帖子"]) for row in rows["timeline"]) == 11


def rows_of(house: House, table: str, day: date = DAY) -> list[dict[str, str]]:
    return list(csv.DictReader(files(house, day=day)[f"tide-{day}-{table}.csv"].splitlines()))


def test_campaigns_of_the_day_are_told_masked_with_their_pages(house: House, campaign: Campaign) -> None:
    page = files(house)["tide-2026-05-01.html"]
    for words in ("待裁定 · 当日 9 个账号发布 12 篇", "加我微信***领取", "/console/campaigns/cmp_wave"):
        assert words in page
    for secret in ("secret", "pusher", "href="):
        assert secret not in page
    (row,) = rows_of(house, "campaigns")
    told = ("编号", "状态", "当日账号", "当日帖子", "账号", "帖子", "页面")
    assert [row[name] for name in told] == ["cmp_wave", "待裁定", "9", "12", "9", "12", "/console/campaigns/cmp_wave"]


def test_a_campaign_is_told_on_its_days_alone(
    house: House, campaign: Campaign, clock: Clock, member: Callable[..., Browser]
) -> None:
    assert rows_of(house, "campaigns", DAY - timedelta(days=1)) == []
    clock.now += timedelta(days=1)
    assert rows_of(house, "campaigns", DAY + timedelta(days=1)) == []
    person = member("lin")
    person.get("/campaigns/cmp_wave")
    person.post("/campaigns/cmp_wave/decisions", ruling="remove", reason="批量广告引流", seen_version="1")
    clock.now += timedelta(minutes=1)
    (row,) = rows_of(house, "campaigns", DAY + timedelta(days=1))
    assert [row[name] for name in ("状态", "当日账号", "当日帖子", "帖子")] == ["移除", "0", "0", "12"]
    assert "当日没有新帖" in files(house, day=DAY + timedelta(days=1))["tide-2026-05-02.html"]


def test_who_said_where_the_console_is_gets_links(house: House, campaign: Campaign) -> None:
    rules = opinion_rules(house.settings)()
    found = daily_report(
        "tide", DAY, begin=house.begin, rules=rules, made_at=house.clock(), console_url="https://mod.example/console"
    )
    assert '<a href="https://mod.example/console/campaigns/cmp_wave">' in found["tide-2026-05-01.html"]


def test_a_word_that_looks_like_a_formula_stays_a_word(house: House, told: Surge) -> None:
    from riskguard.console.report import _csv

    assert _csv(("a",), [("=1+1",), ("停水",), (-1,)]) == "a\r\n'=1+1\r\n停水\r\n-1\r\n"


def test_a_day_without_posts_has_a_report(house: House, cases: list[Case]) -> None:
    page = files(house, day=date(2025, 1, 1))["tide-2025-01-01.html"]
    assert "这一天没有帖子" in page


def test_an_unknown_community_is_refused(house: House, cases: list[Case]) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        files(house, "nowhere")


def test_the_command_writes_the_files(
    house: House,
    told: Surge,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = next(tmp_path.glob("*.db"))
    monkeypatch.setenv("RISKGUARD_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("RISKGUARD_DATA_KEYS", KEY)
    out = tmp_path / "reports"
    asked = ["daily", "--community", "tide", "--date", "2026-05-01", "--out", str(out)]
    ended = CliRunner().invoke(report, asked)
    assert ended.exit_code == 0, ended.output
    assert (out / "tide-2026-05-01.html").is_file()


@pytest.mark.browser
def test_it_prints_on_few_pages(
    house: House,
    told: Surge,
    tmp_path: Path,
    chromium: Chromium,
) -> None:
    (page_file,) = [file for file in write_report(files(house), tmp_path / "r") if file.suffix == ".html"]
    page = chromium.new_page()
    page.goto(page_file.as_uri())
    printed = page.pdf(format="A4")
    page.close()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 3
