"""Masked words by default, raw ones for a reason, and the pages of the audit log."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from riskguard.bootstrap import House
from riskguard.console.desk import RAW_FOR
from riskguard.domain.audit import AuditFilter
from riskguard.domain.case import Case
from riskguard.domain.member import Role
from riskguard.domain.post import Lane
from riskguard.services import audit, review
from riskguard.services.grievance import Origin, hear
from tests.fixtures import desk
from tests.integration.console.visitor import Browser
from tests.integration.store.test_audit import tamper

RAW = "13900001111"


def acts(house: House, event: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(r.actor, r.subject, dict(r.facts)) for r in audit.found(AuditFilter(event=event), begin=house.begin)]


def test_queue_and_case_show_masked_words_with_their_marks_and_reasons(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    titled = replace(desk.PHONE, name="t-1", reported=f"他还有{RAW}")
    [case] = desk.keep([titled], begin=house.begin, policies=house.policies, at=house.clock())
    person = member("lin")
    for path in ("/", f"/cases/{cases[0].id}", f"/cases/{case.id}"):
        person.get(path)
        assert RAW not in person.seen
        assert "13900003333" not in person.seen
    assert "139****3333" in person.seen
    assert "他还有139****1111" in person.seen
    assert re.search(r'<mark class="tone-privacy[^"]*" title="\d+\. 手机号：手机号', person.seen)


def test_raw_words_are_shown_once_for_a_reason_that_is_kept(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person, path = member("lin"), f"/cases/{cases[0].id}"
    person.get(path)
    answer = person.post(f"{path}/raw", need="verify", note=f"  是否  {RAW} 本人 ")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert RAW in person.seen
    assert "正在显示原文" in person.seen
    assert f'content="{RAW_FOR.seconds};url=/console{path}"' in person.seen
    assert RAW not in person.get(path).get_data(as_text=True)
    facts = {"need": "verify", "note": "是否 139****1111 本人", "post": cases[0].post_id}
    assert acts(house, "case.revealed") == [("member:lin", cases[0].id, facts)]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        pytest.param({}, "请选择查看原文的用途", id="no-need"),
        pytest.param({"need": "curiosity"}, "请选择查看原文的用途", id="no-such-need"),
        pytest.param({"need": "other", "note": " "}, "请写明用途", id="other-without-a-note"),
        pytest.param({"need": "verify", "note": "长" * 121}, "说明最多 120 个字", id="long-note"),
    ],
)
def test_without_a_reason_nothing_is_shown(
    house: House, cases: list[Case], member: Callable[..., Browser], form: dict[str, str], fault: str
) -> None:
    person, path = member("lin"), f"/cases/{cases[0].id}"
    person.get(path)
    assert person.post(f"{path}/raw", **form).status_code == 400
    assert fault in person.seen
    assert RAW not in person.seen
    assert acts(house, "case.revealed") == []


def test_only_those_who_rule_reveal_and_only_their_own_community_with_a_token(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    officer, path = member("shen", Role.COMPLIANCE, None), f"/cases/{cases[0].id}"
    assert "记录并查看" not in officer.get(path).get_data(as_text=True)
    assert officer.post(f"{path}/raw", need="verify").status_code == 403
    neighbour = member("wu", Role.MODERATOR, "grove")
    neighbour.get("/")
    assert neighbour.post(f"{path}/raw", need="verify").status_code == 404
    person = member("lin")
    person.get(path)
    assert person.post(f"{path}/raw", need="verify", csrf_token="forged").status_code == 400
    assert person.get(f"{path}/raw").status_code == 405
    assert acts(house, "case.revealed") == []


def test_a_post_that_nobody_has_read_is_hidden_whole_until_it_is_revealed(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    post = replace(desk.post_of(desk.PHONE, house.clock()), id="pst_new", post_id="new")
    with house.begin() as work:
        work.posts.add([post], Lane.LIVE, received_at=house.clock())
        work.commit()
    heard = hear(
        "new", community="tide", origin=Origin.REPORT, by="m1", reason="看看", begin=house.begin, clock=house.clock
    )
    person, path = member("lin"), f"/cases/{heard.case.id}"
    person.get(path)
    assert "钥匙" not in person.seen
    assert "正文尚未判读，先整体遮住" in person.seen
    assert "钥匙捡到了" in person.post(f"{path}/raw", need="grievance").get_data(as_text=True)


def test_a_case_that_hides_nothing_offers_nothing_to_reveal(cases: list[Case], member: Callable[..., Browser]) -> None:
    assert "查看原文" not in member("lin").get(f"/cases/{cases[1].id}").get_data(as_text=True)


def test_personal_information_in_a_reason_is_masked_before_it_is_kept(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person, path = member("lin"), f"/cases/{cases[0].id}"
    person.get(path)
    person.post(f"{path}/decisions", ruling="remove", reason=f"公开了{RAW}", seen_version="1")
    assert review.file(cases[0].id, begin=house.begin).case.decisions[0].reason == "公开了139****1111"


def test_officers_read_the_log_and_see_that_it_holds(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person = member("lin")
    person.get(f"/cases/{cases[0].id}")
    person.post(f"/cases/{cases[0].id}/raw", need="verify", note="核对")
    assert person.get("/audit").status_code == 403
    assert "您没有这项权限" in person.seen
    officer = member("shen", Role.COMPLIANCE, None)
    page = officer.get("/audit").get_data(as_text=True)
    assert re.search(r"<b>校验通过</b> 全部 \d+ 条", page)
    assert "用途 核实是否为他人的个人信息 · 说明 核对" in page
    assert "shen" in page
    narrowed = officer.get("/audit?event=case.revealed&actor=lin&since=2026-05-01&until=2026-05-01")
    rows = re.findall(r'<td data-label="行为人">([^<]*)</td>', narrowed.get_data(as_text=True))
    assert rows == ["lin"]
    for nothing in ("subject=cas_none", "since=2026-05-02", "until=2026-04-30", "actor=system"):
        assert "没有符合条件的记录" in officer.get(f"/audit?event=case.revealed&{nothing}").get_data(as_text=True)
    assert officer.get("/audit?since=yesterday&before=x&actor=%00").status_code == 200


def test_who_looks_after_one_community_sees_the_acts_in_it(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    member("far", Role.MODERATOR, "grove")
    officer = member("shen", Role.COMPLIANCE, "tide")
    page = officer.get("/audit").get_data(as_text=True)
    assert "shen" in page
    assert "far" not in page


def test_older_rows_are_a_page_away(house: House, cases: list[Case], member: Callable[..., Browser]) -> None:
    with house.begin() as work:
        for number in range(60):
            audit.note(work, "key.made", f"key:{number}", by="cli", at=house.clock())
        work.commit()
    officer = member("zhou", Role.OPERATOR, None)
    page = officer.get("/audit?event=key.made").get_data(as_text=True)
    assert ("key:59</span>" in page, "key:10</span>" in page, "key:9</span>" in page) == (True, True, False)
    older = re.search(r'href="/console(/audit\?[^"]+)"[^>]*>更早的记录', page)
    assert older
    last = officer.get(older.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert ("key:9</span>" in last, "key:10</span>" in last, "更早的记录" in last) == (True, False, False)


def test_the_log_is_taken_away_as_a_table_and_that_is_an_act_too(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    officer = member("zhou", Role.OPERATOR, None)
    officer.get("/audit")
    answer = officer.post("/audit/export", event="member.signed-in", subject=f"member:{RAW}")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))[1:] == []
    officer.get("/audit")
    table = csv.DictReader(io.StringIO(officer.post("/audit/export").get_data(as_text=True).removeprefix("\ufeff")))
    assert [(row["actor"], row["event"]) for row in table] == [
        ("member:zhou", "audit.exported"),
        ("member:zhou", "audit.exported"),
        ("member:zhou", "member.signed-in"),
    ]
    assert acts(house, "audit.exported")[1] == ("member:zhou", "audit", {"narrowed_by": "event, subject"})
    person = member("lin")
    person.get("/")
    assert person.post("/audit/export").status_code == 403


def test_a_log_that_was_changed_is_an_alarm_on_the_page(
    house: House, cases: list[Case], member: Callable[..., Browser], tmp_path: Path
) -> None:
    officer = member("zhou", Role.OPERATOR, None)
    tamper(f"sqlite:///{tmp_path / 'riskguard.db'}", "UPDATE audit_log SET actor = 'cli' WHERE sequence = 1")
    page = officer.get("/audit").get_data(as_text=True)
    assert "校验未通过" in page
    assert "第 1 条与写入时不符" in page
