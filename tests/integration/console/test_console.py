"""The desk, as a browser without scripts would use it."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from riskguard.bootstrap import House
from riskguard.domain.campaign import Campaign
from riskguard.domain.case import Case, Grievance, Origin
from riskguard.domain.member import Role
from riskguard.policy.book import SingleBook
from riskguard.queue import Duty, rq_queue
from riskguard.services import accounts, review
from riskguard.services.identity import new_id
from tests.fixtures import desk
from tests.integration.console.conftest import keep_copies
from tests.integration.console.visitor import Browser
from tests.integration.store.test_audit import tamper
from tests.unit.policy.samples import edition


def test_every_page_forbids_what_does_not_come_from_here(member: Callable[..., Browser]) -> None:
    answer = member("lin").get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r'(src|href|action)="(https?:)?//', answer.get_data(as_text=True))
    assert not re.search(r'\son\w+="|\sstyle="|<script>', answer.get_data(as_text=True))


def test_the_queue_shows_the_evidence_and_the_reason_in_every_row(member: Callable[..., Browser]) -> None:
    page = member("lin").get("/").get_data(as_text=True)
    assert '<mark class="tone-privacy"' in page
    assert "词表与模型都认为是辱骂" in page
    assert page.index("今晚站在阳台上") < page.index("都来看看这个人") < page.index("刷单兼职日结300")
    assert "绿萝" not in page
    assert "用户举报：恶意差评，请核实" in page


def test_a_member_of_all_communities_may_choose_one(member: Callable[..., Browser]) -> None:
    operator = member("zhou", Role.OPERATOR, None)
    assert "绿萝" in operator.get("/").get_data(as_text=True)
    assert "绿萝" not in operator.get("/?community=tide").get_data(as_text=True)
    bound = member("lin")
    assert "绿萝" not in bound.get("/?community=grove&status=all").get_data(as_text=True)


def test_another_communitys_case_does_not_exist(cases: list[Case], member: Callable[..., Browser]) -> None:
    person = member("lin")
    elsewhere = cases[-1]
    assert elsewhere.community == "grove"
    for path in (f"/cases/{elsewhere.id}", "/cases/cas_none", "/no-such-page"):
        answer = person.get(path)
        assert answer.status_code == 404
        assert "没有找到这个页面" in person.seen
    person.get("/")
    form = {"ruling": "approve", "reason": "语境正常", "seen_version": "1"}
    assert person.post(f"/cases/{elsewhere.id}/decisions", **form).status_code == 404


def test_a_ruling_is_kept_told_and_leads_to_the_next_case(
    house: House, cases: list[Case], member: Callable[..., Browser], redis_connection: Redis
) -> None:
    with house.begin() as work:
        work.communities.save(replace(desk.TIDE, webhook_url="https://tide.example/hook"))
        work.commit()
    order = [file.case.id for file in review.queue(begin=house.begin, community="tide").files]
    person = member("lin")
    person.get(f"/cases/{order[1]}")
    answer = person.post(f"/cases/{order[1]}/decisions", ruling="remove", reason="泄露他人隐私", seen_version="1")
    assert answer.location == f"/console/cases/{order[2]}"
    assert "裁定已保存" in person.get(f"/cases/{order[2]}").get_data(as_text=True)
    decided = review.file(order[1], begin=house.begin).case
    assert [(d.by, d.ruling.value, d.reason) for d in decided.decisions] == [("lin", "remove", "泄露他人隐私")]
    assert rq_queue(Duty.DELIVER, redis_connection, house.settings.redis_prefix).count == 1
    shown = person.get("/deliveries").get_data(as_text=True)
    assert "人工裁定" in shown
    assert "等待送达" in shown
    assert "林小满" not in shown


def test_a_colleagues_ruling_is_shown_and_what_was_typed_is_kept(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    slow, quick = member("lin"), member("chen")
    path = f"/cases/{cases[0].id}"
    slow.get(path)
    quick.get(path)
    quick.post(f"{path}/decisions", ruling="approve", reason="朋友间玩笑", seen_version="1")
    answer = slow.post(f"{path}/decisions", ruling="remove", reason="写了很久的<理由>", seen_version="1")
    assert answer.status_code == 409
    assert "同事先一步处理了这个案件" in slow.seen
    assert "朋友间玩笑" in slow.seen
    assert "写了很久的&lt;理由&gt;</textarea>" in slow.seen
    assert 'name="seen_version" value="2"' in slow.seen
    assert slow.post(f"{path}/decisions", ruling="remove", reason="更正", seen_version="2").status_code == 302
    assert [d.by for d in review.file(cases[0].id, begin=house.begin).case.decisions] == ["chen", "lin"]


def test_a_report_that_came_meanwhile_is_shown_too(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person = member("lin")
    path = f"/cases/{cases[0].id}"
    person.get(path)
    with house.begin() as work:
        heard = cases[0].hear(Grievance(Origin.REPORT, "member-8", "他又发了一遍", house.clock()))
        work.cases.save(heard, seen_version=1)
        work.commit()
    assert person.post(f"{path}/decisions", ruling="remove", reason="x", seen_version="1").status_code == 409
    assert "有了新的举报或申诉" in person.seen
    assert "他又发了一遍" in person.seen


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        pytest.param({"ruling": "remove", "reason": "  ", "seen_version": "1"}, "请写明理由", id="no-reason"),
        pytest.param({"reason": "写过的", "seen_version": "1"}, "请选择一种裁定", id="no-ruling"),
        pytest.param(
            {"ruling": "burn", "reason": "写过的", "seen_version": "1"}, "请选择一种裁定", id="unknown-ruling"
        ),
        pytest.param({"ruling": "remove", "reason": "写过的", "seen_version": "x"}, "表单不完整", id="no-version"),
    ],
)
def test_an_incomplete_form_says_what_is_missing(
    house: House, cases: list[Case], member: Callable[..., Browser], form: dict[str, str], fault: str
) -> None:
    person = member("lin")
    person.get(f"/cases/{cases[0].id}")
    assert person.post(f"/cases/{cases[0].id}/decisions", **form).status_code == 400
    assert fault in person.seen
    assert review.file(cases[0].id, begin=house.begin).case == cases[0]


def test_compliance_officers_see_and_do_not_decide(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    officer = member("shen", Role.COMPLIANCE, None)
    page = officer.get(f"/cases/{cases[0].id}").get_data(as_text=True)
    assert "您可以查看案件" in page
    assert "decisions" not in page
    form = {"ruling": "remove", "reason": "人身攻击", "seen_version": "1"}
    assert officer.post(f"/cases/{cases[0].id}/decisions", **form).status_code == 403
    assert "您没有这项权限" in officer.seen
    assert review.file(cases[0].id, begin=house.begin).case == cases[0]


def test_a_case_shows_its_words_rules_basis_alerts_and_versions(
    cases: list[Case], member: Callable[..., Browser]
) -> None:
    page = member("lin").get(f"/cases/{cases[0].id}").get_data(as_text=True)
    assert "词表与模型都认为是辱骂" in page
    assert "网络信息内容生态治理规定 第六条第十项" in page
    assert '<span class="unseen" data-code="U+200B">' in page
    assert "辱骂词“废物”，中间夹有零宽字符" in page
    assert "3f9a1c07" in page
    assert "未安装模型" in page
    assert "spam-wave" in page


def test_a_cry_for_help_is_framed_as_care(cases: list[Case], member: Callable[..., Browser]) -> None:
    page = member("lin").get(f"/cases/{cases[1].id}").get_data(as_text=True)
    assert "这可能是一声求助" in page
    assert "已关怀处理" in page
    assert "已私信关怀并附援助热线" in page
    assert "人身攻击" not in page
    assert "给作者看的话" in page
    assert "有人愿意帮你" in page
    assert "还没有填写可以求助的电话" in page


def test_whom_an_author_may_turn_to_stands_on_the_page(
    house: House, tmp_path: Path, member: Callable[..., Browser]
) -> None:
    contact = "{name: <b>某处</b>, phone: 000-1234, hours: 工作日}"
    said = f"care: {{care: {{text: 愿你有人陪, contacts: [{contact}]}}}}"
    policies = SingleBook(edition(tmp_path, f"policy: p\nthresholds: {{self_harm: {{alert: {{care: 0.5}}}}}}\n{said}"))
    [cry] = desk.keep([replace(desk.CRY, name="t-own")], begin=house.begin, policies=policies, at=house.clock())
    page = member("lin").get(f"/cases/{cry.id}").get_data(as_text=True)
    assert re.search(r"愿你有人陪.*&lt;b&gt;某处.*000-1234.*工作日", page, re.DOTALL)
    assert "还没有填写" not in page


def test_skipping_leads_on_without_a_ruling(house: House, cases: list[Case], member: Callable[..., Browser]) -> None:
    order = [file.case.id for file in review.queue(begin=house.begin, community="tide").files]
    person = member("lin")
    assert person.get(f"/cases/{order[0]}/next").location == f"/console/cases/{order[1]}"
    assert review.file(order[0], begin=house.begin).case.version == 1


def test_filters_and_pages(house: House, member: Callable[..., Browser]) -> None:
    person = member("lin")
    assert "还没有裁定过案件" in person.get("/?status=decided").get_data(as_text=True)
    assert "这一页没有案件" in person.get("/?page=9").get_data(as_text=True)
    assert person.get("/?page=x").status_code == 200
    assert "这一页没有案件" in person.get(f"/?page={10**18}").get_data(as_text=True)
    assert person.get("/?status=burnt").status_code == 404
    assert "没有找到这个页面" in person.seen


def test_the_way_back_from_a_case_leads_to_where_one_was(cases: list[Case], member: Callable[..., Browser]) -> None:
    person = member("lin")
    person.get("/?status=all&page=2")
    person.get(f"/cases/{cases[0].id}")
    assert 'href="/console/?page=2&amp;status=all" data-key="u"' in person.seen
    person.get("/")
    person.get(f"/cases/{cases[0].id}")
    assert 'href="/console/" data-key="u"' in person.seen


def test_a_reason_that_is_too_long_is_said_in_chinese_and_kept(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person = member("lin")
    path = f"/cases/{cases[0].id}"
    person.get(path)
    assert person.post(f"{path}/decisions", ruling="remove", reason="长" * 501, seen_version="1").status_code == 400
    assert "理由最多 500 个字" in person.seen
    assert "长" * 501 in person.seen
    lines = "行\r\n" * 250
    assert person.post(f"{path}/decisions", ruling="remove", reason=lines, seen_version="1").status_code == 302


def test_a_reported_post_that_no_rule_named_says_that_it_was_reported(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person = member("lin")
    reported = next(case for case in cases if case.post_id.endswith(desk.REPORTED.name))
    person.get(f"/cases/{reported.id}")
    assert "案件因用户举报而立" in person.seen
    assert "有检测器未能判读" not in person.seen


def test_evidence_is_told_in_the_words_of_moderators(
    house: House, browser: Callable[[], Browser], member: Callable[..., Browser]
) -> None:
    words = "先交99元押金"
    sample = desk.Sample(
        "t-9",
        f"{words}，速来",
        (("fraud", 0.9, words, "模型判为 fraud，最主要因为这几个字", "linear"),),
        reported="骗子",
    )
    (case,) = desk.keep([sample], begin=house.begin, policies=house.policies, at=house.clock())
    person = member("lin")
    person.get(f"/cases/{case.id}")
    assert f"模型判为{house.taxonomy.label('fraud').zh}，最主要" in person.seen
    assert "判为 fraud" not in person.seen
    assert "· 模型</p>" in person.seen


def test_empty_pages_say_what_to_do(house: House, browser: Callable[[], Browser]) -> None:
    _, password = accounts.create_member("lin", role=Role.OPERATOR, begin=house.begin)
    person = browser()
    person.sign_in("lin", password)
    assert "POST /v1/posts" in person.get("/").get_data(as_text=True)
    assert "callback_url" in person.get("/deliveries").get_data(as_text=True)


def test_hostile_words_stay_words(house: House, member: Callable[..., Browser]) -> None:
    person = member("lin")
    hostile = replace(
        desk.INSULT,
        name="h-1",
        text='<img src=x onerror="alert(1)"> 你这个废物',
        found=(("abuse.insult", 0.9, '="alert(1)"> 你这个废物', '"><script>alert(2)</script>', "lexicon"),),
        reported="<b>看</b>",
    )
    [case] = desk.keep([hostile], begin=house.begin, policies=house.policies, at=house.clock())
    for path in ("/", f"/cases/{case.id}"):
        page = person.get(path).get_data(as_text=True)
        assert "<img src=x" not in page
        assert "<script>" not in page
        assert "<b>看</b>" not in page
        assert "&lt;img src=x onerror" in page


@pytest.mark.parametrize(
    "sealed", [pytest.param("x", id="never-sealed"), pytest.param("rg1:00000000:AAAA", id="under-a-lost-key")]
)
def test_a_case_that_cannot_be_opened_is_shown_as_unreadable_beside_the_others(
    house: House, cases: list[Case], member: Callable[..., Browser], tmp_path: Path, sealed: str
) -> None:
    broken, *sound = [case for case in cases if case.community == "tide"]
    tamper(
        f"sqlite:///{tmp_path / 'riskguard.db'}", f"UPDATE posts SET text = '{sealed}' WHERE id = '{broken.post_id}'"
    )
    person = member("lin")
    assert person.get("/").status_code == 200
    assert "（无法解读）" in person.seen
    assert all(f"/cases/{case.id}" in person.seen for case in (broken, *sound))
    assert person.get(f"/cases/{broken.id}").status_code == 500
    assert "这条内容无法解读" in person.seen


def test_what_was_erased_is_said_to_be_gone(house: House, member: Callable[..., Browser]) -> None:
    keep_copies(house, Campaign("cmp_wave", "tide", "pst_wave_00", house.clock()), range(6))
    named = Case(new_id("cas"), "pst_wave_00", "tide", 50, house.clock())
    with house.begin() as work:
        work.cases.add([named])
        work.commit()
    person = member("lin")
    for path in (f"/cases/{named.id}", "/campaigns/cmp_wave"):
        assert person.get(path).status_code == 200
    with house.begin() as work:
        work.authors.erase([f"pst_wave_{n:02}" for n in range(6)])
        work.commit()
    for path in (f"/cases/{named.id}", "/campaigns/cmp_wave"):
        assert person.get(path).status_code == 410
        assert "内容已被删除" in person.seen
        assert "作者要求删除其个人信息" in person.seen
