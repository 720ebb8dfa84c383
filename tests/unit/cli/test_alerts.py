"""`riskguard alerts` at the terminal: which route, why, what a receiver answered, and what is silent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskguard.cli.alerts import alerts
from tests.integration.delivery.listeners import Robot, listening
from tests.unit.policy.samples import write

PLAN = """
receivers:
  room: {type: wecom, url: env:TEST_ROOM}
  boss: {type: slack, url: env:TEST_BOSS}
route:
  to: [room]
  routes:
    - name: grave
      match: {severity: critical}
      to: [boss]
      escalate: {after: 15m, to: [room]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "alerts.yaml", PLAN)
    return tmp_path


def run(*words: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(alerts, [str(word) for word in words], env=environment)


def test_show_tells_the_tree_and_what_is_not_set(folder: Path) -> None:
    output = run("show", folder, TEST_ROOM="http://127.0.0.1:9/").output
    assert "room  wecom\n" in output
    assert "boss  slack  (not set here: TEST_BOSS)" in output
    assert "    grave  [severity=critical] -> boss, after 15m also room" in output
    assert "by kind, community; wait 30s, then every 5m, repeated after 4h" in output


def test_a_dry_run_shows_the_route_and_sends_nothing(folder: Path) -> None:
    result = run("test", folder, "--severity", "critical", "--name", "care-urgent", "--dry-run")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "alert   kind=verdict name=care-urgent severity=critical",
        "   root  [*] fits",
        "->   grave  [severity=critical] fits -> boss, after 15m also room",
    ]


def test_a_test_is_marked_and_the_answer_is_told(folder: Path) -> None:
    robot = Robot([(200, {"errcode": 0})])
    with listening(robot):
        result = run("test", folder, TEST_ROOM=f"{robot.url}/", RISKGUARD_CALLBACK_NETWORKS="127.0.0.0/8")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "room (wecom): delivered, HTTP 200, errcode 0"
    content = robot.requests[0].json["markdown"]["content"]
    assert content.startswith("**【警告·测试】这是一条测试通知，收到即可，无需处理**")


def test_a_receiver_that_refuses_ends_with_1_and_says_whether_another_try_helps(folder: Path) -> None:
    robot = Robot([(200, {"errcode": 93000, "errmsg": "invalid webhook url"})])
    with listening(robot):
        more = {"TEST_ROOM": f"{robot.url}/", "RISKGUARD_CALLBACK_NETWORKS": "127.0.0.0/8"}
        result = run("test", folder, "--receiver", "room", "--receiver", "boss", **more)
    assert result.exit_code == 1
    assert result.output.splitlines()[-2:] == [
        "room (wecom): failed, errcode 93000: invalid webhook url; another try does not help",
        "boss (slack): not tried, TEST_BOSS is not set here",
    ]


def test_an_unknown_receiver_is_named(folder: Path) -> None:
    result = run("test", folder, "--receiver", "rom")
    assert result.exit_code == 2
    assert "alerts.yaml has no receiver 'rom', but room, boss" in result.output


def test_the_shipped_plan_tells_nobody() -> None:
    assert run("test").output.endswith("nobody is told; the alert is shown in the console\n")


def test_a_silence_is_made_listed_and_ended(tmp_path: Path) -> None:
    database = {"RISKGUARD_DATABASE_URL": f"sqlite:///{tmp_path / 'r.db'}", "RISKGUARD_DATA_DIR": str(tmp_path)}
    assert run("silence", **database).output.strip() == "nothing is silent"
    made = run(
        "silence", "--match", "kind=surge", "--match", "community=demo", "--for", "2h", "--because", "大促", **database
    )
    assert "[kind=surge community=demo] is silent until" in made.output, made.output
    name = made.output.split()[0]
    listed = run("silence", **database).output
    assert f"{name}  [kind=surge community=demo]  until" in listed
    (end,) = set(re.findall(r"until (\S+ \S+)", made.output + listed))
    assert end.endswith("+08:00")
    assert timedelta(minutes=118) < datetime.fromisoformat(end) - datetime.now(UTC) < timedelta(minutes=121)
    assert run("silence", "--end", name, **database).output == f"{name} has ended\n"
    assert run("silence", **database).output.strip() == "nothing is silent"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--match", "kind=surge", "--because", "x"], "how long?", id="no-end"),
        pytest.param(["--match", "sort=surge", "--for", "1h", "--because", "x"], "alerts have no 'sort'", id="key"),
        pytest.param(["--match", "kind", "--for", "1h", "--because", "x"], "'kind' is not KEY=VALUE", id="pair"),
    ],
)
def test_a_silence_that_cannot_be_is_told(tmp_path: Path, words: list[str], said: str) -> None:
    database = {"RISKGUARD_DATABASE_URL": f"sqlite:///{tmp_path / 'r.db'}", "RISKGUARD_DATA_DIR": str(tmp_path)}
    result = run("silence", *words, **database)
    assert result.exit_code == 2
    assert said in result.output
