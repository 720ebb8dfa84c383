"""Who gets in, how long they stay, and that nobody acts in their name."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis
from werkzeug.test import Client

from riskguard.bootstrap import House, open_counter
from riskguard.console import create_app
from riskguard.console.doorkeeper import STRAYS, Doorkeeper
from riskguard.domain.case import Case
from riskguard.domain.errors import NotAuthenticated
from riskguard.domain.member import Role
from riskguard.services import accounts, review
from riskguard.web import create_web
from tests.integration.console.visitor import Browser, Clock


def test_a_stranger_is_led_to_the_door_and_back_to_where_they_wanted_to_go(
    house: House, cases: list[Case], browser: Callable[[], Browser]
) -> None:
    _, password = accounts.create_member("lin", role=Role.MODERATOR, begin=house.begin, community="tide")
    stranger = browser()
    assert stranger.get(f"/cases/{cases[0].id}").location == "/console/sign-in"
    answer = stranger.sign_in("lin", password)
    assert answer.location == f"/console/cases/{cases[0].id}"
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/console"))
    assert "Secure" not in cookie
    assert stranger.get(f"/cases/{cases[0].id}").status_code == 200


def test_a_stray_request_on_the_way_does_not_make_the_door_forget(
    house: House, cases: list[Case], browser: Callable[[], Browser]
) -> None:
    _, password = accounts.create_member("lin", role=Role.MODERATOR, begin=house.begin, community="tide")
    stranger = browser()
    stranger.get("/?status=all&page=2")
    stranger.get("/favicon.ico")
    assert stranger.sign_in("lin", password).location == "/console/?status=all&page=2"


def test_a_public_https_address_makes_the_cookie_secure_only(house: House) -> None:
    settings = replace(house.settings, public_url="https://console.tide.example")
    client = create_app(replace(house, settings=settings)).test_client()
    assert "; Secure;" in client.get("/sign-in", base_url="https://localhost/console").headers["Set-Cookie"]


def test_after_five_failures_a_name_must_wait_at_this_address_only(
    house: House, cases: list[Case], browser: Callable[[], Browser]
) -> None:
    _, password = accounts.create_member("lin", role=Role.MODERATOR, begin=house.begin)
    thief = browser()
    assert [thief.sign_in("lin", "guess").status_code for _ in range(5)] == [401] * 5
    refused = thief.sign_in("lin", password)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "请 5 分钟后再试" in thief.seen
    assert thief.sign_in("someone", "guess").status_code == 401
    elsewhere = browser()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert elsewhere.sign_in("lin", password).status_code == 302


def test_names_nobody_can_have_are_neither_counted_nor_checked(
    house: House, browser: Callable[[], Browser], redis_connection: Redis
) -> None:
    thief = browser()
    assert [thief.sign_in(name, "guess").status_code for name in ("x" * 60_000, "a b", "../x") * 12] == [401] * 36
    assert list(redis_connection.scan_iter("*sign-in*")) == []


def test_fresh_names_from_one_address_come_to_an_end_in_every_process(
    house: House, browser: Callable[[], Browser]
) -> None:
    _, password = accounts.create_member("lin", role=Role.MODERATOR, begin=house.begin)
    elsewhere = Doorkeeper(open_counter(house.settings, "sign-in"))
    for number in range(STRAYS.amount):
        with suppress(NotAuthenticated), elsewhere.attempt(f"n{number}", "127.0.0.1"):
            raise NotAuthenticated("wrong")
    assert browser().sign_in("lin", password).status_code == 429
    neighbour = browser()
    neighbour.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert neighbour.sign_in("lin", password).status_code == 302


@pytest.mark.parametrize(("proxies", "counted"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.4")])
def test_behind_trusted_proxies_the_address_that_they_saw_is_counted(
    house: House, redis_connection: Redis, proxies: int, counted: str
) -> None:
    client = Client(create_web(replace(house, settings=replace(house.settings, trusted_proxies=proxies))))
    page = client.get("/console/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token.group(1), "name": "lin", "password": "guess"}
    client.post(
        "/console/sign-in",
        data=form,
        headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.4, 203.0.113.9"},
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    keys = [key.decode() for key in redis_connection.scan_iter("*sign-in*")]
    assert keys
    assert all(counted in key for key in keys)


def test_a_good_password_forgets_earlier_slips(house: House, cases: list[Case], browser: Callable[[], Browser]) -> None:
    _, password = accounts.create_member("lin", role=Role.MODERATOR, begin=house.begin)
    for _ in range(2):
        person = browser()
        assert [person.sign_in("lin", "slip").status_code for _ in range(4)] == [401] * 4
        assert person.sign_in("lin", password).status_code == 302


def test_a_session_lasts_twelve_hours_and_ends_with_sign_out(member: Callable[..., Browser], clock: Clock) -> None:
    person = member("lin")
    clock.now += timedelta(hours=12)
    assert person.get("/").status_code == 200
    clock.now += timedelta(seconds=1)
    assert person.get("/").location == "/console/sign-in"
    other = member("chen")
    other.get("/")
    assert other.post("/sign-out").location == "/console/sign-in"
    assert other.get("/").location == "/console/sign-in"


def test_a_new_password_ends_the_sessions_elsewhere_but_not_here(
    house: House, cases: list[Case], browser: Callable[[], Browser]
) -> None:
    _, password = accounts.create_member("lin", role=Role.MODERATOR, begin=house.begin)
    here, there = browser(), browser()
    here.sign_in("lin", password)
    there.sign_in("lin", password)
    here.get("/account")
    for form, fault in (
        ({"old": "wrong", "new": "long enough now", "again": "long enough now"}, "当前密码不正确"),
        ({"old": password, "new": "long enough now", "again": "another"}, "两次输入的新密码不一致"),
        ({"old": password, "new": "short", "again": "short"}, "至少要有 10 个字符"),
    ):
        assert here.post("/account", **form).status_code == 400
        assert fault in here.seen
    assert here.post("/account", old=password, new="long enough now", again="long enough now").status_code == 302
    assert "密码已更改" in here.get("/account").get_data(as_text=True)
    assert there.get("/").location == "/console/sign-in"
    assert there.sign_in("lin", "long enough now").status_code == 302


def test_who_is_removed_is_out_and_who_has_another_role_has_it_at_the_next_click(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    gone, moved = member("lin"), member("chen")
    accounts.remove_member("lin", begin=house.begin)
    accounts.create_member("lin", role=Role.OPERATOR, begin=house.begin)
    assert gone.get("/").location == "/console/sign-in"
    accounts.set_role("chen", role=Role.COMPLIANCE, community="tide", begin=house.begin)
    assert "您可以查看案件" in moved.get(f"/cases/{cases[0].id}").get_data(as_text=True)


def test_a_form_without_its_token_changes_nothing(
    house: House, cases: list[Case], member: Callable[..., Browser]
) -> None:
    person = member("lin")
    form = {"ruling": "remove", "reason": "人身攻击", "seen_version": "1", "csrf_token": "forged"}
    answer = person.post(f"/cases/{cases[0].id}/decisions", **form)
    assert answer.status_code == 400
    assert "这次提交没有成功" in person.seen
    assert review.file(cases[0].id, begin=house.begin).case == cases[0]
