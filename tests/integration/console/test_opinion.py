"""The opinion pages over a real store: for communities with much, little and nothing; masked words alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from riskguard.bootstrap import House
from riskguard.domain.campaign import Campaign
from riskguard.domain.case import Case
from riskguard.domain.member import Role
from riskguard.domain.opinion import Surge
from tests.integration.console.visitor import Browser, Clock


def test_the_page_shows_what_was_counted(told: Surge, member: Callable[..., Browser]) -> None:
    page = member("lin").get("/opinion").get_data(as_text=True)
    for words in (
        "时间线",
        "话题“停水”",
        "15 分钟内，平时约 0.4",
        "愤怒",
        "内容同质化",
        "社区健康",
        "这一页不知道什么",
    ):
        assert words in page
    assert 'class="posts" d="M' in page
    assert "style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("query", ["?span=week", "?span=month", "?scene=comment", "?span=month&scene=dm"])
def test_every_span_and_scene_has_a_page(told: Surge, member: Callable[..., Browser], query: str) -> None:
    assert member("lin").get(f"/opinion{query}").status_code == 200


@pytest.mark.parametrize("query", ["?span=year", "?scene=moon", "?community=nowhere"])
def test_what_does_not_exist_is_not_found(told: Surge, member: Callable[..., Browser], query: str) -> None:
    assert member("op", Role.OPERATOR, None).get(f"/opinion{query}").status_code == 404


def test_a_surge_shows_its_evidence_masked(told: Surge, member: Callable[..., Browser]) -> None:
    page = member("lin").get("/opinion/surges/srg_1").get_data(as_text=True)
    assert "林**家停水" in page
    assert "13900004444" not in page
    assert "林小满" not in page
    assert "25% 的帖子有近似内容" in page
    assert "10% → 60%" in page


def test_another_communitys_surge_is_not_shown(told: Surge, member: Callable[..., Browser]) -> None:
    assert member("lin").get("/opinion/surges/srg_2").status_code == 404
    assert member("chen", Role.OPERATOR, None).get("/opinion/surges/srg_2").status_code == 200


def test_a_member_of_one_community_sees_no_other(told: Surge, member: Callable[..., Browser]) -> None:
    page = member("lin").get("/opinion?community=grove").get_data(as_text=True)
    assert '<span class="mono">tide</span>' in page


def test_a_community_without_posts_says_so(house: House, cases: list[Case], member: Callable[..., Browser]) -> None:
    page = member("lin").get("/opinion").get_data(as_text=True)
    assert "这段时间没有帖子" in page
    assert "这段时间没有突增" in page


def test_campaigns_of_the_span_lead_to_their_pages(
    campaign: Campaign, clock: Clock, member: Callable[..., Browser]
) -> None:
    page = member("lin").get("/opinion").get_data(as_text=True)
    assert '/campaigns/cmp_wave">限时福利，想要的朋友加我微信***领取' in page
    assert '<td data-label="账号" class="count">9</td>' in page
    assert "secret" not in page
    clock.now += timedelta(minutes=30) + timedelta(hours=23)  # half of it is older than a day by now
    page = member("wu").get("/opinion").get_data(as_text=True)
    assert "<small>共 9</small>" in page
    assert "<small>共 12</small>" in page
    stranger = member("gao", community="grove").get("/opinion").get_data(as_text=True)
    assert "这段时间没有近似内容传播" in stranger


def test_a_ruling_shows_on_the_opinion_page(campaign: Campaign, clock: Clock, member: Callable[..., Browser]) -> None:
    person = member("lin")
    person.get("/campaigns/cmp_wave")
    person.post("/campaigns/cmp_wave/decisions", ruling="remove", reason="批量广告引流", seen_version="1")
    clock.now += timedelta(minutes=1)
    assert '<span class="ruling is-remove">移除</span>' in person.get("/opinion").get_data(as_text=True)
