"""The pages of campaigns, as a browser without scripts would use them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from riskguard.bootstrap import House, opinion_rules
from riskguard.console.report import daily_report
from riskguard.domain.campaign import Campaign
from riskguard.domain.case import Ruling
from riskguard.domain.member import Role
from riskguard.domain.opinion import Surge
from tests.fixtures import desk
from tests.fixtures.database import spoil
from tests.integration.console.conftest import keep_copies
from tests.integration.console.visitor import Browser


def test_the_list_tells_how_many_and_how_long(campaign: Campaign, member: Callable[..., Browser]) -> None:
    page = member("lin").get("/campaigns").get_data(as_text=True)
    assert "<b>9</b><small>账号</small>" in page
    assert "近似内容 <b>12</b> 篇" in page
    assert "不说明背后是谁" in page
    assert "secret" not in page
    assert "近似传播</a>" in page


def test_the_queue_tells_of_campaigns_that_wait(campaign: Campaign, member: Callable[..., Browser]) -> None:
    assert "1 起近似内容传播待裁定" in member("lin").get("/").get_data(as_text=True)
    assert "近似内容传播待裁定" not in member("gao", community="grove").get("/").get_data(as_text=True)


def test_the_page_lays_a_campaign_out(house: House, campaign: Campaign, member: Callable[..., Browser]) -> None:
    keep_copies(house, Campaign("cmp_other", "tide", "pst_more_00", house.clock()), range(8))
    page = member("lin").get("/campaigns/cmp_wave").get_data(as_text=True)
    assert "9 个账号发布了 12 篇近似内容" in page
    assert 'class="timeline"' in page
    assert page.count("<circle") == 8
    assert "pusher" not in page
    assert "secret" not in page
    assert "***" in page
    assert "可能是同好" in page


def test_a_ruling_on_all_is_kept_and_can_be_taken_back(
    house: House, campaign: Campaign, member: Callable[..., Browser]
) -> None:
    person = member("lin")
    person.get("/campaigns/cmp_wave")
    answer = person.post("/campaigns/cmp_wave/decisions", ruling="remove", reason="批量广告引流", seen_version="1")
    assert answer.status_code == 302
    page = person.get("/campaigns/cmp_wave").get_data(as_text=True)
    assert "裁定已保存" in page
    assert page.count("随传播") == 12
    assert "撤回裁定" in page
    assert (
        person.post("/campaigns/cmp_wave/decisions", ruling="remove", reason="x", seen_version="1").status_code == 409
    )
    person.post("/campaigns/cmp_wave/decisions", ruling="withdraw", reason="再看看", seen_version="2")
    with house.begin() as work:
        assert work.campaigns.tally("tide") == {"open": 1}
        case = work.cases.of_posts(["pst_wave_03"])["pst_wave_03"]
    assert [each.ruling for each in case.decisions] == [Ruling.REMOVE, Ruling.WITHDRAW]
    shown = person.get(f"/cases/{case.id}").get_data(as_text=True)
    assert "随近似内容传播一并裁定" in shown


def test_a_form_without_a_reason_comes_back(campaign: Campaign, member: Callable[..., Browser]) -> None:
    person = member("lin")
    person.get("/campaigns/cmp_wave")
    answer = person.post("/campaigns/cmp_wave/decisions", ruling="remove", reason=" ", seen_version="1")
    assert answer.status_code == 400
    assert "请写明理由" in person.seen
    taken = person.post("/campaigns/cmp_wave/decisions", ruling="withdraw", reason="手滑", seen_version="1")
    assert taken.status_code == 400


def test_who_may_not_rule_looks_and_others_see_nothing(campaign: Campaign, member: Callable[..., Browser]) -> None:
    officer = member("wu", Role.COMPLIANCE)
    assert "裁定由审核员或运维作出" in officer.get("/campaigns/cmp_wave").get_data(as_text=True)
    refused = officer.post("/campaigns/cmp_wave/decisions", ruling="remove", reason="x", seen_version="1")
    assert refused.status_code == 403
    stranger = member("gao", community="grove")
    assert stranger.get("/campaigns/cmp_wave").status_code == 404
    assert "没有等待裁定" in stranger.get("/campaigns").get_data(as_text=True)
    assert stranger.get("/campaigns?status=never").status_code == 404


def test_an_ordinary_case_cannot_be_taken_back(cases: list[object], member: Callable[..., Browser]) -> None:
    person = member("lin")
    name = f"cas_tide_{desk.INSULT.name}"
    person.get(f"/cases/{name}")
    answer = person.post(f"/cases/{name}/decisions", ruling="withdraw", reason="手滑", seen_version="1")
    assert answer.status_code == 400


def test_a_campaign_that_cannot_be_read_is_shown_as_such_on_every_page(
    house: House, campaign: Campaign, member: Callable[..., Browser], tmp_path: Path
) -> None:
    keep_copies(house, Campaign("cmp_other", "tide", "pst_more_00", house.clock()), range(8))
    url = f"sqlite:///{tmp_path / 'riskguard.db'}"
    spoil(url, "campaigns SET decisions = 'plain' WHERE id = 'cmp_wave'")
    spoil(url, "verdicts SET body = 'plain' WHERE post_id = 'pst_more_00'")
    person = member("lin")
    for path in ("/campaigns?status=all", "/opinion"):
        page = person.get(path).get_data(as_text=True)
        assert (page.count("裁定无法解读"), page.count("（无法解读）")) == (1, 1), path
    page = person.get("/campaigns/cmp_wave").get_data(as_text=True)
    assert "不能再裁定" in page
    assert 'name="ruling"' not in page
    assert (
        person.post("/campaigns/cmp_wave/decisions", ruling="remove", reason="x", seen_version="1").status_code == 500
    )
    page = person.get("/campaigns/cmp_other").get_data(as_text=True)
    assert "首篇无法解读" in page
    assert page.count("（无法解读）") == 1
    assert 'name="ruling"' in page
    rules = opinion_rules(house.settings)()
    files = daily_report("tide", date(2026, 5, 1), begin=house.begin, rules=rules, made_at=house.clock())
    for name in ("tide-2026-05-01.html", "tide-2026-05-01-campaigns.csv"):
        assert (files[name].count("裁定无法解读"), files[name].count("（无法解读）")) == (1, 1), name


def test_an_exemplar_of_a_surge_that_cannot_be_read_hides_nothing_else(
    told: Surge, member: Callable[..., Browser], tmp_path: Path
) -> None:
    spoil(f"sqlite:///{tmp_path / 'riskguard.db'}", f"verdicts SET body = 'x' WHERE post_id = '{told.exemplars[0]}'")
    page = member("lin").get(f"/opinion/surges/{told.id}").get_data(as_text=True)
    assert "（无法解读）" in page
    assert "话题“停水”" in page
