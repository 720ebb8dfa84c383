"""Tests of alerts.yaml say what was told and should not have been, and the other way round."""

from __future__ import annotations

from pathlib import Path

from riskguard.policy.alerts.testing import MOST_COMPLAINTS, run_alert_tests
from riskguard.policy.check import check
from tests.unit.policy.samples import POLICIES, write

PLAN = "receivers: {room: {type: slack, url: env:ROOM}}\nroute: {to: [room]}\n"
CASE = """
cases:
  - name: 一次
    alerts: [{{at: 0s, name: a, community: demo, acknowledged: 1m}}]
    expect: {expect}
"""


def complaints(folder: Path, expect: str) -> list[str]:
    write(folder, "alerts.yaml", PLAN)
    write(folder, "tests/alerts/case.yaml", CASE.format(expect=expect))
    return [complaint for outcome in run_alert_tests(folder) for complaint in outcome.complaints]


def test_what_is_expected_and_told_is_well(tmp_path: Path) -> None:
    assert complaints(tmp_path, "[{at: 30s, to: room, reason: raised, raised: [a]}]") == []


def test_silence_is_asserted_by_an_empty_list(tmp_path: Path) -> None:
    assert complaints(tmp_path, "[]") == ["told, and not expected: 30s to room, raised; raised a"]


def test_another_time_is_another_telling(tmp_path: Path) -> None:
    assert complaints(tmp_path, "[{at: 31s, to: room, reason: raised, raised: [a]}]") == [
        "not told: 31s to room, raised; raised a",
        "told, and not expected: 30s to room, raised; raised a",
    ]


def test_of_what_repeats_the_first_times_are_told(tmp_path: Path) -> None:
    write(tmp_path, "alerts.yaml", PLAN.replace("[room]", "[room], repeat_interval: 30m"))
    case = "cases: [{name: 一次, alerts: [{at: 0s, name: a, community: demo}], until: 12h, expect: []}]"
    write(tmp_path, "tests/alerts/case.yaml", case)
    (outcome,) = run_alert_tests(tmp_path)
    assert (len(outcome.complaints), outcome.complaints[-1].endswith("more like it")) == (MOST_COMPLAINTS + 1, True)


def test_a_failing_test_and_a_broken_file_are_faults_of_the_check(tmp_path: Path) -> None:
    for name in ("taxonomy.yaml", "default.yaml"):
        (tmp_path / name).write_bytes((POLICIES / name).read_bytes())
    complaints(tmp_path, "[]")
    assert "test '一次' fails" in "\n".join(str(fault) for fault in check(tmp_path))
    write(tmp_path, "tests/alerts/case.yaml", "cases: [{name: x, alerts: [{at: 0s}], expect: []}]")
    assert "an alert lacks 'name'" in "\n".join(str(fault) for fault in check(tmp_path))
    write(tmp_path, "alerts.yaml", "route: []")
    assert "alerts.yaml:1:8: 'route' must be a table" in "\n".join(str(fault) for fault in check(tmp_path))
