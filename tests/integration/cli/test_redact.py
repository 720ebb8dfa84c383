"""`riskguard redact` and `riskguard admin reveal` as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskguard.cli.admin import admin
from riskguard.cli.redact import redact
from riskguard.domain.audit import AuditFilter
from riskguard.domain.member import Role
from riskguard.services import accounts
from riskguard.services.audit import page_of
from riskguard.services.ports import Begin


def _run(*words: str, said: str | bytes = "", data: Path | None = None, models: str = "--no-models") -> Result:
    env = {"RISKGUARD_DATA_DIR": str(data)} if data else {}
    return CliRunner(env=env).invoke(redact, [*words, models], input=said)


def test_lines_of_text_stay_lines(tmp_path: Path) -> None:
    file = tmp_path / "chat.txt"
    file.write_bytes("\ufeff打16400001234\r\n\n晴天\n邮箱li@example.com".encode())
    out = tmp_path / "out.txt"
    done = _run(str(file), "--operator", "replace", "--operator", "pii.email=keep", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert out.read_text(encoding="utf-8") == "打<手机号>\n\n晴天\n邮箱li@example.com\n"
    assert "1 pii.mobile, 1 pii.email" in done.stderr


def test_lines_of_json_become_results_and_a_broken_one_an_error() -> None:
    said = '{"id": "p1", "text": "打16400001234", "phone": "16400001234"}\nnot json\n{"text": 7}\n{"text": "晴天"}\n'
    done = _run("--jsonl", "--labels", "pii.mobile", said=said)
    assert done.exit_code == 3
    first, second, third, fourth = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["text"]) == ("p1", "打164****1234")
    assert "phone" not in first
    assert first["findings"][0]["spans"][0]["redacted"] == {"start": 1, "end": 12}
    assert [(each["line"], each["error"]["title"]) for each in (second, third)] == [(2, "not valid"), (3, "not valid")]
    assert fourth == {"id": None, "text": "晴天", "findings": []}


@pytest.mark.parametrize(
    ("words", "said", "message"),
    [
        pytest.param(["--operator", "hide"], "晴天", "'hide' is no operator", id="operator"),
        pytest.param(["--operator", "pii.mobil=mask"], "晴天", "'pii.mobil'", id="operator-of-nothing"),
        pytest.param(["--labels", "pii.mobile,abuse"], "晴天", "'abuse'", id="label"),
        pytest.param([], "晴天\n".encode("gb18030"), "line 1 is not UTF-8", id="encoding"),
        pytest.param(["gone.txt"], "", "no file", id="file"),
    ],
)
def test_what_is_refused(words: list[str], said: str | bytes, message: str) -> None:
    done = _run(*words, said=said)
    assert done.exit_code == 1
    assert message in str(done.exception)


def test_names_are_found_with_the_encoder_and_only_when_asked_for(tmp_path: Path) -> None:
    said = "我叫张建国，今年大三\n"
    assert _run(said=said, data=tmp_path, models="--models").stdout == said
    told = _run("--operator", "pii.name=replace", said=said, data=tmp_path, models="--models")
    assert told.stdout == "我叫<姓名>，今年大三\n"


def test_no_key_is_made_where_none_is_needed(tmp_path: Path) -> None:
    _run(said="打16400001234\n", data=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_was_made_on_the_way_is_told_of_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RISKGUARD_DATA_KEYS")
    tells = [
        "a new key was made in" in _run("--operator", operator, said="打16400001234\n", data=tmp_path).stderr
        for operator in ("mask", "hash", "encrypt")
    ]
    assert tells == [False, True, False]


def test_a_compliance_officer_turns_tokens_back_and_the_audit_log_tells(
    database_url: str, begin: Begin, tmp_path: Path
) -> None:
    sealed = _run("--operator", "encrypt", said="打16400001234\n邮箱li@example.com\n", data=tmp_path).stdout
    assert "16400001234" not in sealed
    assert "example" not in sealed
    _, password = accounts.create_member("lan", role=Role.COMPLIANCE, community=None, begin=begin)
    env = {
        "RISKGUARD_DATABASE_URL": database_url,
        "RISKGUARD_DATA_DIR": str(tmp_path),
        "RISKGUARD_MEMBER_PASSWORD": password,
    }
    words = ["reveal", "-", "--member", "lan", "--reason", "警方调证 2020-17，事主15412345678"]
    done = CliRunner(env=env).invoke(admin, words, input=sealed + "<手机号:rg1:00000000:xx>", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert done.stdout == "打16400001234\n邮箱li@example.com\n<手机号:rg1:00000000:xx>"
    assert "2 tokens were turned back; 1 could not be opened" in done.stderr
    (row,) = page_of(AuditFilter(event="redaction.revealed"), begin=begin, limit=9)
    told = "警方调证 2020-17，事主154****5678"
    assert (row.actor, row.facts) == ("member:lan", {"reason": told, "opened": 2, "closed": 1})


@pytest.mark.parametrize(
    ("role", "community", "reason", "message"),
    [
        pytest.param(Role.MODERATOR, None, "为什么", "may not turn tokens back", id="a-moderator"),
        pytest.param(Role.OPERATOR, "forum", "为什么", "may not turn tokens back", id="of-one-community"),
        pytest.param(Role.OPERATOR, None, " ", "a reason is needed", id="without-a-reason"),
    ],
)
def test_who_may_not_turn_tokens_back(
    role: Role, community: str | None, reason: str, message: str, database_url: str, begin: Begin, tmp_path: Path
) -> None:
    if community:
        accounts.create_community(community, begin=begin)
    _, password = accounts.create_member("lan", role=role, community=community, begin=begin)
    env = {
        "RISKGUARD_DATABASE_URL": database_url,
        "RISKGUARD_DATA_DIR": str(tmp_path),
        "RISKGUARD_MEMBER_PASSWORD": password,
    }
    words = ["reveal", "-", "--member", "lan", "--reason", reason]
    done = CliRunner(env=env).invoke(admin, words, input="晴天")
    assert done.exit_code == 1
    assert message in str(done.exception)
    assert page_of(AuditFilter(event="redaction.revealed"), begin=begin, limit=9) == []


def test_what_is_not_utf_8_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "sealed.txt"
    file.write_bytes("晴天".encode("gb18030"))
    words = ["reveal", str(file), "--member", "lan", "--reason", "为什么"]
    done = CliRunner(env={"RISKGUARD_MEMBER_PASSWORD": "p"}).invoke(admin, words)
    assert done.exit_code == 1
    assert "is not UTF-8" in str(done.exception)


@pytest.fixture
def asked(database_url: str, begin: Begin, tmp_path: Path) -> tuple[dict[str, str], list[str], str]:
    """The environment, a command that turns back a text without tokens, and the member's password."""
    _, password = accounts.create_member("lan", role=Role.COMPLIANCE, community=None, begin=begin)
    text = tmp_path / "sealed.txt"
    text.write_text("晴天")
    env = {"RISKGUARD_DATABASE_URL": database_url, "RISKGUARD_DATA_DIR": str(tmp_path)}
    return env, ["reveal", str(text), "--member", "lan", "--reason", "为什么"], password


def test_the_password_is_asked_for_and_never_shown(asked: tuple[dict[str, str], list[str], str]) -> None:
    env, words, password = asked
    done = CliRunner(env=env).invoke(admin, words, input=f"{password}\n", catch_exceptions=False)
    assert done.stdout == "晴天"
    assert password not in done.output


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_password_comes_from_a_file(asked: tuple[dict[str, str], list[str], str], tmp_path: Path, end: str) -> None:
    env, words, password = asked
    file = tmp_path / "password"
    file.write_text(password + end, newline="")
    runner = CliRunner(env=env)
    assert runner.invoke(admin, [*words, "--password-file", str(file)], catch_exceptions=False).stdout == "晴天"
    given = runner.invoke(admin, [*words, "--password-file", "-"], input=password + end, catch_exceptions=False)
    assert given.stdout == "晴天"


def test_no_option_takes_the_password_itself(asked: tuple[dict[str, str], list[str], str]) -> None:
    env, words, password = asked
    refused = CliRunner(env=env).invoke(admin, [*words, "--password", password])
    assert (refused.exit_code, "No such option" in refused.output) == (2, True)
    both = CliRunner(env=env).invoke(admin, ["reveal", "-", *words[2:], "--password-file", "-"], input="晴天")
    assert (both.exit_code, "standard input is the text already" in both.output) == (2, True)


def test_where_nobody_can_be_asked_it_says_what_to_do(asked: tuple[dict[str, str], list[str], str]) -> None:
    env, words, _ = asked
    command = [sys.executable, "-m", "riskguard", "admin", *words]
    alone = subprocess.run(
        command, env=os.environ | env, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True
    )
    assert alone.returncode != 0
    assert "there is no terminal to ask for the password at" in alone.stderr
    assert "RISKGUARD_MEMBER_PASSWORD" in alone.stderr
