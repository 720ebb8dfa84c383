"""`riskguard evaluate stream` on a small invented stream: nothing lost, nothing doubled, though a worker is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from riskguard.demo.posts import posts

pytestmark = [pytest.mark.service, pytest.mark.redis]

ROUNDS = 3


def stream(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "riskguard", "evaluate", "stream", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)


def test_every_post_gets_one_verdict_and_one_webhook_though_a_worker_is_killed(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [post for seed in range(ROUNDS) for post in posts(seed)]
    rows = [
        {
            "event": f"e{number % 7}",
            "event_label": 0,
            "uid": post["author"]["id"],
            "date": f"{start + timedelta(seconds=number):%Y-%m-%d %H:%M:%S}",
            "text": post["text"],
        }
        for number, post in enumerate(made)
    ]
    (tmp_path / "stream").mkdir()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "stream" / "reposts.jsonl").write_text(lines, "utf-8")

    done = stream("--data", str(tmp_path), "--kill-worker", "--workers", "2", "--out", str(tmp_path / "figures.json"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("PASS")
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert sum(figures["actions"].values()) >= len(rows)


def test_an_absent_stream_is_said_so(tmp_path: Path) -> None:
    done = stream("--data", str(tmp_path))
    assert done.returncode == 2
    assert "reposts.jsonl" in done.stderr
    assert "RISKGUARD_TRAINING_DATA" in done.stderr
