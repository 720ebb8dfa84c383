"""alerts.yaml: every fault with its place and a hint, all at once; and what a good file means."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from riskguard.domain.alert import Severity
from riskguard.domain.errors import PolicyInvalid
from riskguard.policy import watch
from riskguard.policy.alerts.book import FolderAlertBook
from riskguard.policy.alerts.load import load_plan, plan_of
from riskguard.policy.alerts.model import Secret
from tests.unit.policy.samples import POLICIES

EXAMPLE = POLICIES / "examples" / "alerts.yaml"


def faults(folder: Path, text: str) -> list[str]:
    file = folder / "alerts.yaml"
    file.write_text(text, "utf-8")
    try:
        load_plan(file)
    except PolicyInvalid as error:
        return [str(fault).removeprefix(f"{file}:") for fault in error.faults]
    return []


ROOM = "receivers: {room: {type: wecom, url: env:ROOM}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("rout: {}", "1:1: unknown key 'rout' in alerts.yaml (did you mean 'route'?)", id="key"),
        pytest.param(
            "receivers:\n  room: {type: wecom, url: https://qyapi.example/send/k}",
            "2:28: 'url' is a secret and must not stand in this file "
            "(name an environment variable that holds it: url: env:ALERT_URL)",
            id="secret-in-the-file",
        ),
        pytest.param(
            "receivers: {room: {type: wecon}}",
            "1:26: unknown type of receiver 'wecon' (did you mean 'wecom'?)",
            id="type",
        ),
        pytest.param(
            "receivers: {room: {type: wecom}}",
            "1:19: receiver 'room' of type wecom lacks 'url' (add 'url: ...')",
            id="lacks",
        ),
        pytest.param(
            "receivers: {room: {type: wecom, url: env:A, secret: env:B}}",
            "1:45: unknown key 'secret' in receiver 'room' of type wecom (choose from type, url)",
            id="option-of-another-type",
        ),
        pytest.param(
            "receivers: {room: {type: wecom, url: env:A B}}",
            "1:38: 'A B' cannot name an environment variable (env:ALERT_URL)",
            id="variable",
        ),
        pytest.param(
            "receivers: {am: {type: alertmanager, url: am.example}}",
            "1:43: 'url' must be a web address or env:NAME (https://host/path)",
            id="address",
        ),
        pytest.param(
            ROOM + "route: {to: [rom]}", "2:14: unknown receiver 'rom' (did you mean 'room'?)", id="unknown-receiver"
        ),
        pytest.param(
            "route: {group_wait: 30}",
            "1:21: 'group_wait' must be a duration, this is a number (30) (such as 30s, 5m, 4h or 1h30m)",
            id="duration",
        ),
        pytest.param(
            "route: {group_interval: 1h, repeat_interval: 5m}",
            "1:46: repeats come no sooner than 'group_interval' (make it longer)",
            id="repeat-within-interval",
        ),
        pytest.param(
            "route: {routes: [{match: {sevrity: critical}}]}",
            "1:27: alerts have no 'sevrity' (did you mean 'severity'?)",
            id="match-key",
        ),
        pytest.param(
            "route: {routes: [{match: {severity: grave}}]}",
            "1:37: unknown severity 'grave' (choose from info, warning, critical)",
            id="severity",
        ),
        pytest.param(
            "route:\n  routes:\n    - {name: all}\n    - {match: {kind: surge}}",
            "4:7: no alert comes this far: 'all' takes every one (move it up)",
            id="never-reached",
        ),
        pytest.param(
            "route: {routes: [{continue: 1}]}",
            "1:29: 'continue' must be true or false, this is a number (1)",
            id="switch",
        ),
        pytest.param(
            "route: {quiet: [night]}", "1:17: unknown quiet hours 'night' (there is none yet)", id="unknown-quiet-hours"
        ),
        pytest.param("route: {to: [room]}", "1:14: unknown receiver 'room' (there is none yet)", id="no-receivers"),
        *[
            pytest.param(
                text,
                f"{place}: not YAML: a full-width colon ends no key (write ': ' with a blank, in half width)",
                id=f"full-width-colon-{name}",
            )
            for name, text, place in (
                ("inside", "route:\n  group_wait：30s\n  group_interval: 5m\n", "2:13"),
                ("above", "keep: 90d\nroute：\n  group_wait: 30s\n", "2:6"),
            )
        ],
        pytest.param(
            'quiet_hours: {night: {zone: Asia/Bejing, from: "23:00", to: "08:00"}}',
            "1:29: unknown time zone 'Asia/Bejing' (such as Asia/Shanghai)",
            id="zone",
        ),
        pytest.param(
            'quiet_hours: {night: {zone: Asia/Shanghai, from: "25:00", to: "08:00"}}',
            "1:50: 'from' must be a time of day, this is a text (25:00) (such as \"22:30\")",
            id="clock",
        ),
        pytest.param(
            ROOM + "route: {escalate: {after: 5m}}",
            "2:19: 'escalate' lacks 'to' (add 'to: ...')",
            id="escalation-to-nobody",
        ),
        pytest.param(
            "silences: [{match: {kind: a}, until: 2026-01-01T00:00, because: x}]",
            "1:38: 'until' must be a moment, this is a text (2026-01-01T00:00) "
            "(write the offset: 2026-11-27T22:30+08:00)",
            id="moment-without-offset",
        ),
        pytest.param(
            "silences: [{match: {kind: a}, until: 2026-01-01T00:00+08:00}]",
            "1:12: a silence lacks 'because' (add 'because: ...')",
            id="silence-without-reason",
        ),
        pytest.param(
            "named: {care: {severity: critical}}",
            "1:15: the alert 'care' lacks 'title' (add 'title: ...')",
            id="untitled",
        ),
        pytest.param("keep: 1h", "1:7: 'keep' must be at least 86400 s and at most ten years", id="keep-too-short"),
    ],
)
def test_a_fault_has_its_place_and_a_hint(tmp_path: Path, text: str, said: str) -> None:
    assert faults(tmp_path, text) == [said]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    assert len(faults(tmp_path, "route: {to: [a, b], group_wait: x}\nkeep: never\n")) == 4


def test_branches_have_what_the_branch_above_says(tmp_path: Path) -> None:
    root = load_plan(EXAMPLE).root
    life = next(route for route in root.routes if route.name == "a-life-at-risk")
    assert (life.to, life.group_wait, life.quiet) == (("care-team", "platform"), timedelta(0), root.quiet)
    opinion = root.routes[-1]
    assert opinion.routes[0].to == ("opinion-desk",)
    assert opinion.routes[0].repeat_interval == timedelta(days=1)
    (night,) = root.quiet
    assert (night.start, night.end) == (time(23), time(8))


def test_secrets_are_names_and_nothing_else(tmp_path: Path) -> None:
    receivers = load_plan(EXAMPLE).receivers
    assert receivers["care-team"].options["secret"] == Secret("ALERT_DINGTALK_SECRET")
    assert receivers["supervisor"].secrets == ("ALERT_SMTP_PASSWORD",)


def test_the_shipped_file_tells_nobody_and_names_the_alerts_of_the_shipped_policy() -> None:
    plan = plan_of(POLICIES)
    assert (plan.receivers, plan.root.to) == ({}, ())
    assert plan.naming("care-urgent").severity is Severity.CRITICAL
    assert plan.naming("unheard-of").title == "策略提醒 unheard-of"


def test_without_a_file_nobody_is_told(tmp_path: Path) -> None:
    assert plan_of(tmp_path).root.to == ()


def test_a_running_service_takes_a_good_edit_and_refuses_a_bad_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    file = tmp_path / "alerts.yaml"
    file.write_text("named: {care: {title: 一}}", "utf-8")
    book = FolderAlertBook(tmp_path)
    file.write_text("named: {care: {title: 二二}}", "utf-8")
    assert book.now().naming("care").title == "二二"
    file.write_text("nmaed: {}", "utf-8")
    assert book.now().naming("care").title == "二二"
    assert "unknown key 'nmaed'" in caplog.text
    file.unlink()
    assert book.now().naming("care").title == "策略提醒 care"
