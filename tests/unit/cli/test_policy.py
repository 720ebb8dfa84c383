"""`riskguard policy` at the terminal: exit codes and what people read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskguard.cli.policy import policy
from tests.unit.policy.samples import POLICIES, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(POLICIES / "taxonomy.yaml", tmp_path)
    write(tmp_path, "default.yaml", "policy: default\nthresholds: {abuse: {review: 0.6}}\n")
    case = "cases:\n  - {name: 辱骂, scores: {abuse: 0.7}, expect: {action: review}}\n"
    write(tmp_path, "tests/cases.yaml", case)
    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(policy, [str(word) for word in words])


def test_check_says_in_one_line_that_all_is_well(folder: Path) -> None:
    result = run("check", folder)
    assert result.exit_code == 0
    assert result.output.startswith("policies are sound: default version ")


def test_check_without_a_folder_looks_at_the_shipped_one() -> None:
    result = run("check")
    assert (result.exit_code, result.output.startswith("policies are sound")) == (0, True), result.output


def test_check_tells_every_fault_and_their_number(folder: Path) -> None:
    write(folder, "default.yaml", "policy: default\nthresholds: {abus: {review: 6}}\nrulez: []\n")
    result = run("check", folder)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{folder}/default.yaml:2:14: unknown label 'abus' (did you mean 'abuse'?)",
        f"{folder}/default.yaml:3:1: unknown key 'rulez' in a policy (did you mean 'rules'?)",
        "2 faults",
    ]


def test_check_reads_the_lexicons(folder: Path) -> None:
    write(folder, "lexicons/x.yaml", "label: abus\ntier: strong\nterms: [坏话坏话]\n")
    result = run("check", folder)
    assert result.exit_code == 1
    assert "lexicons/x.yaml" in result.output
    assert "abus" in result.output


def test_test_names_what_fails_and_why(folder: Path) -> None:
    assert run("test", folder).output == "1 policy tests, 0 failed\n"
    assert "passed  辱骂" in run("test", "-v", folder).output
    write(folder, "tests/cases.yaml", "cases:\n  - {name: 辱骂, scores: {abuse: 0.7}, expect: {action: block}}\n")
    result = run("test", folder)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"FAILED  辱骂  ({folder}/tests/cases.yaml:2:5)",
        "        action: expected block, got review",
        "1 policy tests, 1 failed",
    ]


def test_no_tests_at_all_is_a_failure(folder: Path) -> None:
    (folder / "tests" / "cases.yaml").unlink()
    assert run("test", folder).exit_code == 1


def test_diff_shows_what_changes(folder: Path) -> None:
    other = write(folder, "new.yaml", "policy: default\nthresholds: {abuse: {review: 0.7}}\n")
    result = run("diff", folder / "default.yaml", other)
    assert result.exit_code == 0
    line = next(line for line in result.output.splitlines() if line.startswith("thresholds.abuse.review"))
    assert line.split() == ["thresholds.abuse.review", "0.6", "0.7", "all"]
    assert run("diff", other, other).output == "the two policies say the same\n"


@pytest.mark.parametrize("verb", ["check", "test", "diff", "explain"])
def test_every_verb_explains_itself(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_explain_tells_what_the_author_is_told_and_never_sends_control_characters(folder: Path) -> None:
    said = "care: {care: {text: 愿你有人陪, contacts: [{name: 某处, phone: 000-1234, hours: 工作日}]}}"
    file = write(folder, "c.yaml", f"policy: c\nthresholds: {{pii.mobile: {{alert: {{care: 0.5}}}}}}\n{said}\n")
    result = run("explain", "坏\x1b[2J\x07\u202e话 \x1b]0;title\x07\n第二行，电话13800138000", "--policy", file)
    assert result.exit_code == 0, result.output
    assert "alerts: care\ncare (care): 愿你有人陪\n  某处 000-1234 工作日\n" in result.output
    assert "坏\\x1b[2J\\x07\\u202e话" in result.output
    assert "\n第二行" in result.output
    assert not any(char in result.output for char in "\x1b\x07\u202e")
