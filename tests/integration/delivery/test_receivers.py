"""Every type of receiver over real sockets: the exact bodies and signatures, and whether another try helps."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks import Webhook

from riskguard.delivery import Messenger
from riskguard.delivery.receivers.robots import dingtalk_query, feishu_signature
from riskguard.domain.event import RECEIVER, Answer, Event, EventType, Outcome
from riskguard.policy.alerts.model import Receiver, Secret, Value
from riskguard.policy.alerts.receivers import TYPES
from tests.integration.delivery.listeners import MailServer, Robot, listening, taking_mail

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
SECRET = "SEC0123456789"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
CARE = {
    "id": "alr_1",
    "key": "verdict:demo:treehole:care-urgent",
    "kind": "verdict",
    "name": "care-urgent",
    "severity": "critical",
    "status": "open",
    "community": "demo",
    "scene": "treehole",
    "summary": "有人可能正处在危险中",
    "labels": {},
    "count": 3,
    "starts_at": "2026-11-27T08:29:00+00:00",
    "ends_at": None,
    "last_at": "2026-11-27T08:30:00+00:00",
    "acknowledged_by": None,
    "acknowledged_at": None,
    "resolved_by": None,
    "resolved_at": None,
    "url": "https://risk.example/console/alerts/alr_1",
    "page": "https://risk.example/console/cases/cas_1",
}
SURGE = CARE | {
    "id": "alr_2",
    "key": "surge:demo",
    "kind": "surge",
    "name": "volume",
    "severity": "warning",
    "status": "resolved",
    "scene": None,
    "summary": "话题 <@all> [停水](http://evil.example) 升温",
    "labels": {"topic-name": "停水"},
    "count": 1,
    "resolved_at": "2026-11-27T08:30:00+00:00",
    "url": "https://risk.example/console/alerts/alr_2",
}
DATA = {
    "reason": "raised",
    "receiver": "room",
    "group": {"community": "demo"},
    "alerts": [SURGE, CARE],
    "stands_until": "2026-11-27T16:30:00+00:00",
}
TITLE = "【危急】有人可能正处在危险中"
CARE_LINE = "危急｜有人可能正处在危险中（demo，树洞，共 3 次）"
SURGE_LINE = "已解除｜话题 ＜@all＞ ［停水］(http://evil.example) 升温（demo）"


def notice(**more: object) -> Event:
    event = Event("msg_1", EventType.ALERT_RAISED, "demo", f"{RECEIVER}room", DATA, NOW, NOW)
    return replace(event, **more)


@contextmanager
def carrier(
    kind: str, *, timeout_s: float = 2.0, networks: tuple[str, ...] = ("127.0.0.0/8",), **options: Value
) -> Iterator[Messenger]:
    """A messenger that knows one receiver, 'room'; options that begin with 'env:' come from its environment."""
    environment = {f"V_{name}": value[4:] for name, value in options.items() if str(value).startswith("env:")}
    known = {name: Secret(f"V_{name}") if f"V_{name}" in environment else value for name, value in options.items()}
    receiver = Receiver("room", kind, {name.rstrip("_"): value for name, value in known.items()})
    sender = Messenger(
        {"room": receiver}.get, environment.get, networks_allowed=networks, timeout_s=timeout_s, clock=lambda: NOW
    )
    try:
        yield sender
    finally:
        sender.close()


@contextmanager
def messenger(kind: str, **options: Any) -> Iterator[Callable[..., Answer]]:
    """What sends one notice to the receiver and waits for the answer."""
    with carrier(kind, **options) as sender:
        yield lambda event=None: sender.submit(event or notice(), secret="").result(timeout=10)


def _ok(robot: Robot, kind: str, path: str, **options: Value) -> Robot:
    with listening(robot), messenger(kind, url=f"env:{robot.url}{path}", **options) as send:
        assert send().outcome is Outcome.DELIVERED
    return robot


def test_a_wecom_robot_gets_markdown() -> None:
    robot = _ok(Robot([(200, {"errcode": 0, "errmsg": "ok"})]), "wecom", "/cgi-bin/webhook/send?key=k1")
    (request,) = robot.requests
    assert request.path == "/cgi-bin/webhook/send?key=k1"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.json == {
        "msgtype": "markdown",
        "markdown": {
            "content": f"**{TITLE}**\n"
            f"> {CARE_LINE} [查看](https://risk.example/console/alerts/alr_1)\n"
            f"> {SURGE_LINE} [查看](https://risk.example/console/alerts/alr_2)"
        },
    }


def test_a_wecom_robot_gets_no_more_than_it_takes() -> None:
    robot = Robot([(200, {"errcode": 0})])
    many = [CARE | {"summary": "这是一条很长的摘要" * 30} for _ in range(40)]
    with listening(robot), messenger("wecom", url=f"env:{robot.url}/") as send:
        send(notice(data=DATA | {"alerts": many}))
    content = robot.requests[0].json["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith("…")


def test_a_dingtalk_robot_gets_markdown_and_a_signed_address() -> None:
    robot = _ok(
        Robot([(200, {"errcode": 0, "errmsg": "ok"})]),
        "dingtalk",
        "/robot/send?access_token=t1",
        secret=f"env:{SECRET}",
    )
    (request,) = robot.requests
    query = parse_qs(urlsplit(request.path).query)
    stamp = str(int(NOW.timestamp() * 1000))
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query == {"access_token": ["t1"], "timestamp": [stamp], "sign": [base64.b64encode(digest).decode()]}
    assert request.json == {
        "msgtype": "markdown",
        "markdown": {
            "title": TITLE,
            "text": f"### {TITLE}\n\n"
            f"- {CARE_LINE} [查看](https://risk.example/console/alerts/alr_1)\n\n"
            f"- {SURGE_LINE} [查看](https://risk.example/console/alerts/alr_2)",
        },
    }


def test_a_feishu_robot_gets_a_signed_post() -> None:
    robot = _ok(
        Robot([(200, {"code": 0, "msg": "success"})]), "feishu", "/open-apis/bot/v2/hook/h1", secret=f"env:{SECRET}"
    )
    (request,) = robot.requests
    stamp = str(int(NOW.timestamp()))
    digest = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert request.json == {
        "timestamp": stamp,
        "sign": base64.b64encode(digest).decode(),
        "msg_type": "post",
        "content": {
            "post": {
                "zh_cn": {
                    "title": TITLE,
                    "content": [
                        [
                            {"tag": "text", "text": f"{CARE_LINE} "},
                            {"tag": "a", "text": "查看", "href": "https://risk.example/console/alerts/alr_1"},
                        ],
                        [
                            {"tag": "text", "text": f"{SURGE_LINE} "},
                            {"tag": "a", "text": "查看", "href": "https://risk.example/console/alerts/alr_2"},
                        ],
                    ],
                }
            }
        },
    }


def test_each_try_is_signed_with_its_own_time() -> None:
    later = datetime(2026, 11, 27, 8, 35, tzinfo=UTC)
    assert dingtalk_query(SECRET, NOW) != dingtalk_query(SECRET, later)
    assert feishu_signature(SECRET, NOW) != feishu_signature(SECRET, later)


def test_slack_gets_its_own_markup() -> None:
    robot = _ok(Robot([(200, b"ok")]), "slack", "/services/T/B/x")
    assert robot.requests[0].json == {
        "text": f"*{TITLE}*\n• {CARE_LINE} <https://risk.example/console/alerts/alr_1|查看>\n"
        f"• {SURGE_LINE} <https://risk.example/console/alerts/alr_2|查看>"
    }


def test_alertmanager_gets_labels_that_it_takes_and_an_end_behind_the_next_repeat() -> None:
    robot = Robot([(200, {})])
    with listening(robot), messenger("alertmanager", url=f"{robot.url}/am/", token="env:t0ken") as send:
        assert send().outcome is Outcome.DELIVERED
    (request,) = robot.requests
    assert (request.path, request.headers["authorization"]) == ("/am/api/v2/alerts", "Bearer t0ken")
    assert request.json[::-1] == [
        {
            "labels": {
                "alertname": "care-urgent",
                "service": "riskguard",
                "kind": "verdict",
                "severity": "critical",
                "community": "demo",
                "scene": "treehole",
                "key": "verdict:demo:treehole:care-urgent",
            },
            "annotations": {"summary": "有人可能正处在危险中", "count": "3", "reason": "raised"},
            "startsAt": "2026-11-27T08:29:00+00:00",
            "endsAt": "2026-11-27T16:30:00+00:00",
            "generatorURL": "https://risk.example/console/alerts/alr_1",
        },
        {
            "labels": {
                "label_topic_name": "停水",
                "alertname": "volume",
                "service": "riskguard",
                "kind": "surge",
                "severity": "warning",
                "community": "demo",
                "key": "surge:demo",
            },
            "annotations": {"summary": SURGE["summary"], "count": "1", "reason": "raised"},
            "startsAt": "2026-11-27T08:29:00+00:00",
            "endsAt": "2026-11-27T08:30:00+00:00",
            "generatorURL": "https://risk.example/console/alerts/alr_2",
        },
    ]


def test_a_webhook_is_signed_as_standard_webhooks_say() -> None:
    robot = Robot([(204, b"")])
    with listening(robot), messenger("webhook", url=f"{robot.url}/hook", secret=f"env:{WEBHOOK_SECRET}") as send:
        assert send().outcome is Outcome.DELIVERED
    (request,) = robot.requests
    stamp = int(request.headers["webhook-timestamp"])
    assert stamp == int(NOW.timestamp())
    assert request.headers["webhook-signature"] == Webhook(WEBHOOK_SECRET).sign("msg_1", NOW, request.body.decode())
    assert request.json == {"type": "alert.raised", "timestamp": "2026-11-27T08:30:00Z", "data": DATA}


OK = {"errcode": 0}
FINAL, AGAIN = "final", "again"


@pytest.mark.parametrize(
    ("kind", "status", "body", "fate"),
    [
        pytest.param("wecom", 500, b"oops", AGAIN, id="wecom-5xx"),
        pytest.param("wecom", 404, b"", FINAL, id="wecom-4xx"),
        pytest.param("wecom", 429, b"", AGAIN, id="wecom-too-many-requests"),
        pytest.param("wecom", 302, b"", FINAL, id="wecom-redirect"),
        pytest.param("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, FINAL, id="wecom-wrong-key"),
        pytest.param("wecom", 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, AGAIN, id="wecom-too-often"),
        pytest.param("wecom", 200, b"<html>", AGAIN, id="wecom-is-no-robot"),
        pytest.param("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, FINAL, id="dingtalk-signature"),
        pytest.param("dingtalk", 200, {"errcode": 410100, "errmsg": "too fast"}, AGAIN, id="dingtalk-too-often"),
        pytest.param("feishu", 200, {"code": 19021, "msg": "sign match fail"}, FINAL, id="feishu-signature"),
        pytest.param("feishu", 200, {"code": 11232, "msg": "frequency limited"}, AGAIN, id="feishu-too-often"),
        pytest.param("slack", 403, b"invalid_token", FINAL, id="slack-4xx"),
        pytest.param("slack", 503, b"", AGAIN, id="slack-5xx"),
        pytest.param("alertmanager", 400, b"bad", FINAL, id="alertmanager-4xx"),
        pytest.param("alertmanager", 502, b"", AGAIN, id="alertmanager-5xx"),
        pytest.param("webhook", 410, b"", FINAL, id="webhook-gone"),
        pytest.param("webhook", 401, b"", FINAL, id="webhook-4xx"),
        pytest.param("webhook", 500, b"", AGAIN, id="webhook-5xx"),
    ],
)
def test_each_answer_says_whether_another_try_helps(kind: str, status: int, body: object, fate: str) -> None:
    robot = Robot([(status, body)])
    more: dict[str, Value] = {"secret": f"env:{WEBHOOK_SECRET}"} if kind == "webhook" else {}
    with listening(robot), messenger(kind, url=f"env:{robot.url}/", **more) as send:
        answer = send()
    assert answer.outcome is Outcome.FAILED
    assert (AGAIN if answer.retry_in else FINAL) == fate, answer.text
    assert len(robot.requests) == 1, "the outbox tries again, not the sender"


def test_a_robot_that_hangs_is_given_up_in_time_and_tried_again() -> None:
    robot = Robot([(200, OK)], hang_s=1.5)
    with listening(robot), messenger("wecom", timeout_s=0.3, url=f"env:{robot.url}/") as send:
        began = time.monotonic()
        answer = send()
        assert time.monotonic() - began < 1.2
    assert (answer.text, bool(answer.retry_in)) == ("no answer within 0.3 s", True)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu", "slack", "alertmanager", "webhook"])
def test_no_receiver_reaches_a_private_network_that_nobody_allowed(kind: str) -> None:
    robot = Robot([(200, OK)])
    more: dict[str, Value] = {"secret": f"env:{WEBHOOK_SECRET}"} if kind == "webhook" else {}
    with listening(robot), messenger(kind, networks=(), url=f"env:{robot.url}/", **more) as send:
        answer = send()
    assert (answer.outcome, answer.retry_in, robot.requests) == (Outcome.REFUSED, None, [])


def test_a_secret_that_is_not_set_is_named_and_tried_again_later() -> None:
    with messenger("wecom", url=Secret("ALERT_WECOM")) as send:
        answer = send()
    assert "ALERT_WECOM" in answer.text
    assert answer.retry_in


def test_a_receiver_that_the_file_knows_no_more_is_not_asked() -> None:
    with messenger("wecom", url="env:http://127.0.0.1:9/") as send:
        answer = send(notice(url=f"{RECEIVER}gone"))
    assert (answer.outcome, answer.text) == (Outcome.REFUSED, "alerts.yaml has no receiver 'gone'")


# --- e-mail


def _mail(server: MailServer, **options: Value) -> Answer:
    known: dict[str, Value] = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "to": ("a@x.example", "b@x.example"),
    }
    with messenger("email", timeout_s=0.5, from_="guard@x.example", **(known | options)) as send:
        return send()


def test_a_mail_carries_the_words_and_an_id_that_tells_repeats() -> None:
    with taking_mail(MailServer()) as server:
        answer = _mail(server, user="guard", password="env:pa55")
    assert (answer.outcome, answer.text) == (Outcome.DELIVERED, "SMTP 250")
    (mail,) = server.mails
    assert server.recipients == ["a@x.example", "b@x.example"]
    assert base64.b64decode(server.logins[0].split()[-1]) == b"\x00guard\x00pa55"
    assert (mail["subject"], mail["from"], mail["message-id"]) == (TITLE, "guard@x.example", "<msg_1@riskguard>")
    assert mail.get_content().splitlines() == [
        CARE_LINE,
        "  https://risk.example/console/alerts/alr_1",
        SURGE_LINE,
        "  https://risk.example/console/alerts/alr_2",
    ]


@pytest.mark.parametrize(
    ("refusals", "fate"),
    [
        pytest.param({"RCPT": "450 mailbox busy"}, AGAIN, id="4xx-passes"),
        pytest.param({"RCPT": "550 no such user"}, FINAL, id="5xx-stays"),
        pytest.param({"DATA": "451 try later"}, AGAIN, id="data-4xx"),
        pytest.param({"DATA": "554 spam"}, FINAL, id="data-5xx"),
        pytest.param({"MAIL": "hang"}, AGAIN, id="hangs"),
    ],
)
def test_the_reply_code_says_whether_another_try_helps(refusals: dict[str, str], fate: str) -> None:
    with taking_mail(MailServer(refusals)) as server:
        answer = _mail(server)
    assert answer.outcome is Outcome.FAILED
    assert (AGAIN if answer.retry_in else FINAL) == fate, answer.text


def test_a_password_that_is_refused_does_not_mend() -> None:
    with taking_mail(MailServer({"AUTH": "535 no"})) as server:
        answer = _mail(server, user="guard", password="env:wrong")
    assert (answer.outcome, answer.retry_in) == (Outcome.FAILED, None)


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    answer = _mail(MailServer(port=1))
    assert (answer.outcome, bool(answer.retry_in)) == (Outcome.FAILED, True)


def test_a_mail_server_in_a_private_network_needs_leave() -> None:
    with taking_mail(MailServer()) as server:
        known: dict[str, Value] = {"host": "127.0.0.1", "port": server.port, "tls": "none", "to": ("a@x.example",)}
        with messenger("email", networks=(), from_="guard@x.example", **known) as send:
            assert send().outcome is Outcome.REFUSED
    assert server.mails == []


def test_a_slow_mail_server_delays_no_robot() -> None:
    robot = Robot([(200, OK)])
    with taking_mail(MailServer({"MAIL": "hang"})) as server, listening(robot):
        options = {
            "host": "127.0.0.1",
            "port": server.port,
            "tls": "none",
            "from": "g@x.example",
            "to": ("a@x.example",),
        }
        receivers = {
            "mail": Receiver("mail", "email", options),
            "room": Receiver("room", "wecom", {"url": Secret("ROOM")}),
        }
        carrier = Messenger(
            receivers.get, {"ROOM": f"{robot.url}/"}.get, networks_allowed=("127.0.0.0/8",), timeout_s=1.0
        )
        slow = [carrier.submit(notice(id=f"m{n}", url=f"{RECEIVER}mail"), secret="") for n in range(3)]
        began = time.monotonic()
        assert carrier.submit(notice(), secret="").result(timeout=5).outcome is Outcome.DELIVERED
        assert time.monotonic() - began < 0.8
        assert not any(each.done() for each in slow)
        carrier.close()


# --- anything else

old_module = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Apprise still imports it where Python still has it."""


@old_module
def test_apprise_reaches_the_services_that_it_knows() -> None:
    robot = Robot([(200, b"")])
    with listening(robot), messenger("apprise", url="env:" + robot.url.replace("http://", "json://") + "/in") as send:
        answer = send()
    assert answer.outcome is Outcome.DELIVERED
    assert robot.requests[0].json["title"] == TITLE
    assert robot.requests[0].json["message"].startswith(CARE_LINE)


@old_module
def test_apprise_says_no_more_than_no() -> None:
    robot = Robot([(500, b"")])
    with listening(robot), messenger("apprise", url="env:" + robot.url.replace("http://", "json://") + "/in") as send:
        answer = send()
    assert (answer.text, bool(answer.retry_in)) == ("Apprise: not sent", True)


@old_module
def test_an_address_that_apprise_does_not_know_is_final() -> None:
    with messenger("apprise", url="env:nonsense") as send:
        answer = send()
    assert (answer.outcome, answer.retry_in) == (Outcome.REFUSED, None)


def test_every_type_of_the_file_can_be_sent_to() -> None:
    """But the platform's own webhook, which the outbox knows by its address."""
    tested = {"webhook", "email", "wecom", "dingtalk", "feishu", "slack", "alertmanager", "apprise"}
    assert set(TYPES) - {"platform"} == tested
