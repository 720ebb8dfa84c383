"""Policy tests as officers write them, and the check that nothing goes untested."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskguard.domain.errors import PolicyInvalid
from riskguard.policy.check import check
from riskguard.policy.testing import run_tests
from tests.unit.policy.samples import POLICIES, TAXONOMY, write

DEFAULT = """\
policy: default
thresholds:
  abuse: {review: 0.6}
  pii.mobile: {mask: 0.5}
rules:
  - {id: pushed, when: 'fact("similar.flood", "posts", 0) >= 5 and author.age_known', then: limit, alert: flood}
scenes:
  dm: {thresholds: {abuse: {block: 0.6}}}
"""
CASES = """\
cases:
  - name: 辱骂
    scores: {abuse: 0.6}
    expect: {action: review, rules: [thresholds.abuse.review]}
  - name: 手机号
    scores: {pii.mobile: 0.9}
    expect: {action: mask}
  - name: 刷屏
    author: {trust: 2, age_days: 1}
    facts: {similar.flood: {posts: 6}}
    expect: {action: limit, alerts: [flood]}
  - name: 私信里的辱骂
    scene: dm
    scores: {abuse: 0.6}
    expect: {action: block}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(POLICIES / "taxonomy.yaml", tmp_path)
    write(tmp_path, "default.yaml", DEFAULT)
    write(tmp_path, "tests/cases.yaml", CASES)
    return tmp_path


def faults(folder: Path) -> list[str]:
    return [str(fault).replace(f"{folder}/", "") for fault in check(folder)]


def test_a_sound_folder_has_no_faults(folder: Path) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("case", "complaints"),
    [
        pytest.param("expect: {}", [], id="silence-is-kept"),
        pytest.param("scores: {abuse: 0.7}, expect: {action: review}", [], id="rules-are-not-compared-unless-given"),
        pytest.param(
            "scores: {abuse: 0.7}, expect: {}",
            ["action: expected allow, got review", "rules: also fired thresholds.abuse.review"],
            id="an-empty-expectation-asserts-silence",
        ),
        pytest.param(
            "scores: {abuse: 0.7}, expect: {action: review, rules: [pushed]}",
            ["rules: did not fire pushed, also fired thresholds.abuse.review"],
            id="missing-and-extra-rules",
        ),
        pytest.param(
            "facts: {similar.flood: {posts: 9}}, author: {age_days: 3}, expect: {action: limit}",
            ["alerts: expected none, got flood"],
            id="an-alert-nobody-expected",
        ),
        pytest.param(
            "scores: {abuse: 0.7}, expect: {action: review}, must_not_fire: [thresholds.abuse.review]",
            ["must not fire: thresholds.abuse.review"],
            id="a-rule-that-must-not-fire",
        ),
        pytest.param(
            "expect: {}, must_not_fire: [pusht]", ["the policy has no pusht"], id="a-misspelt-rule-never-passes"
        ),
        pytest.param(
            "scores: {abuse: 0.7}, expect: {action: review, care: help}",
            ["care: expected help, got none"],
            id="words-that-nobody-says",
        ),
        pytest.param("failed: [linear], expect: {action: review, rules: [on_abstention]}", [], id="a-failed-detector"),
        pytest.param("facts: {similar.flood: {posts: 9}}, expect: {}", [], id="the-age-is-unknown-unless-given"),
    ],
)
def test_a_case_is_judged_and_compared(folder: Path, case: str, complaints: list[str]) -> None:
    write(folder, "tests/cases.yaml", f"cases:\n  - {{name: 一例, {case}}}\n")
    outcomes = run_tests(folder, TAXONOMY)
    assert [list(outcome.complaints) for outcome in outcomes] == [complaints]


def test_what_an_author_is_told_is_always_compared(folder: Path) -> None:
    write(folder, "default.yaml", f"{DEFAULT}care: {{flood: {{text: 歇一歇}}}}\n")
    assert faults(folder) == ["tests/cases.yaml:8:5: test '刷屏' fails, care: expected none, got flood"]
    write(folder, "tests/cases.yaml", CASES.replace("alerts: [flood]", "alerts: [flood], care: flood"))
    assert faults(folder) == []


def test_a_failing_test_is_a_fault_at_its_place(folder: Path) -> None:
    write(folder, "tests/cases.yaml", CASES.replace("action: mask", "action: block"))
    assert faults(folder) == ["tests/cases.yaml:5:5: test '手机号' fails, action: expected block, got mask"]


def test_what_no_test_fires_is_a_fault_at_its_place(folder: Path) -> None:
    write(folder, "tests/cases.yaml", CASES.partition("  - name: 手机号")[0])
    assert faults(folder) == [
        f"default.yaml:{place}: no policy test fires '{name}' (add a case to tests/)"
        for place, name in (
            ("4:3", "thresholds.pii.mobile.mask"),
            ("6:10", "pushed"),
            ("8:21", "thresholds.abuse.block"),
        )
    ]


def test_a_test_may_name_its_policy(folder: Path) -> None:
    write(folder, "communities/x.yaml", "policy: x\nextends: ../default.yaml\nthresholds: {abuse: {}}\n")
    write(
        folder,
        "tests/x.yaml",
        "policy: ../communities/x.yaml\ncases:\n  - {name: 不管, scores: {abuse: 1.0}, expect: {}}\n",
    )
    assert faults(folder) == []


def test_faults_in_test_files_are_told_at_once(folder: Path) -> None:
    text = """\
        cases:
          - name: 一
            scores: {abus: 0.5, abuse: 2}
            scene: tree
            expects: {}
          - {name: 二, author: {trust: 9}, expect: {action: stop}}
          - 三
        """
    write(folder, "tests/cases.yaml", text)
    with pytest.raises(PolicyInvalid) as caught:
        run_tests(folder, TAXONOMY)
    assert sorted(str(fault).partition("cases.yaml:")[2] for fault in caught.value.faults) == [
        "2:5: a case lacks 'expect' (add 'expect: ...')",
        "3:14: unknown label 'abus' (did you mean 'abuse'?)",
        "3:32: the score must lie in 0..1, this is 2",
        "4:12: unknown scene 'tree' (did you mean 'treehole'?)",
        "5:5: unknown key 'expects' in a case (did you mean 'expect'?)",
        "6:31: 'trust' must lie in 0..4, this is 9",
        "6:52: unknown action 'stop' (choose from allow, mask, limit, review, block)",
        "7:5: a case must be a table, this is a text (三) (key: value)",
    ]


def test_a_broken_policy_and_a_broken_test_are_both_told(folder: Path) -> None:
    write(folder, "default.yaml", "policy: default\nrulez: []\n")
    write(folder, "tests/cases.yaml", "casez: []\n")
    assert [line.partition(":")[0] for line in faults(folder)] == [
        "default.yaml",
        "tests/cases.yaml",
        "tests/cases.yaml",
    ]


def test_without_a_taxonomy_nothing_else_is_judged(folder: Path) -> None:
    (folder / "taxonomy.yaml").unlink()
    assert faults(folder) == ["taxonomy.yaml: the file does not exist"]


def test_the_shipped_policies_are_sound() -> None:
    assert [str(fault) for fault in check(POLICIES)] == []
