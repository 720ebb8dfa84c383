"""When a run of the stream passes, and what it prints."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from riskguard.evaluation.stream import stream
from riskguard.evaluation.stream_report import Report, show

GOOD = Report(posts=100, verdicts=100, webhooks_received=100, webhook_ids=100, actions={"allow": 97, "review": 3})


def _printed(report: Report) -> str:
    out = io.StringIO()
    show(report, Console(file=out, width=120))
    return out.getvalue()


def test_a_run_that_kept_every_promise_passes() -> None:
    assert GOOD.faults() == []
    assert _printed(GOOD).splitlines()[-1] == "PASS"
    assert "97.00%" in _printed(GOOD)


@pytest.mark.parametrize(
    ("report", "fault"),
    [
        pytest.param(Report(), "no post was accepted", id="nothing-sent"),
        pytest.param(replace(GOOD, refused={422: 1}), "posts refused: {422: 1}", id="refused"),
        pytest.param(replace(GOOD, without_verdict=1), "posts without a verdict: 1", id="no-verdict"),
        pytest.param(replace(GOOD, verdicts=101), "101 verdicts for 100 posts", id="a-verdict-too-many"),
        pytest.param(replace(GOOD, bad_signatures=1), "bad signatures: 1", id="bad-signature"),
        pytest.param(replace(GOOD, webhook_repeats=1), "webhooks received again: 1", id="received-twice"),
        pytest.param(replace(GOOD, posts_without_webhook=2), "posts without webhook: 2", id="no-webhook"),
        pytest.param(replace(GOOD, posts_with_several_webhooks=1), "posts judged twice: 1", id="judged-twice"),
    ],
)
def test_one_broken_promise_fails_the_run(report: Report, fault: str) -> None:
    assert report.faults() == [fault]
    assert _printed(report).splitlines()[-1] == f"FAIL: {fault}"


def test_a_folder_without_the_stream_is_said_with_exit_code_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(stream, ["--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "the stream is not here" in result.output
    assert "RISKGUARD_TRAINING_DATA" in result.output
