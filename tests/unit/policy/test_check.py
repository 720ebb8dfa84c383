"""What `policy check` says of a folder beside the faults of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskguard.policy.check import check
from tests.unit.policy.samples import POLICIES, write

OWN = "policy: {}\nextends: ../default.yaml\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(POLICIES / "taxonomy.yaml", tmp_path)
    write(tmp_path, "default.yaml", "policy: default\nthresholds: {abuse: {review: 0.6}}\n")
    write(tmp_path, "tests/cases.yaml", "cases: [{name: 辱骂, scores: {abuse: 0.7}, expect: {action: review}}]\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "policy", "fault"),
    [
        pytest.param("garden.yaml", "garden", "", id="sound"),
        pytest.param("garden.yml", "garden", "", id="the-other-suffix"),
        pytest.param(".garden.yaml.swp", "x", "", id="what-an-editor-leaves"),
        pytest.param("my garden.yaml", "my garden", "no community can be called 'my garden' (use", id="no-name"),
        pytest.param("garden.txt", "garden", "this file is not read (a community's policy is", id="another-suffix"),
        pytest.param("garden.YAML", "garden", "this file is not read (a community's policy is", id="capitals"),
        pytest.param(
            "garden.yaml", "kitchen", "judged by a policy called 'kitchen' (write 'policy: garden'", id="copy"
        ),
    ],
)
def test_a_file_that_no_community_would_be_judged_by_is_a_fault(
    folder: Path, name: str, policy: str, fault: str
) -> None:
    write(folder, f"communities/{name}", OWN.format(policy))
    faults = [str(each) for each in check(folder)]
    assert bool(faults) is bool(fault), faults
    assert all(fault in each and f"communities/{name}" in each for each in faults)
