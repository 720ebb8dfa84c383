"""`riskguard evaluate pii` with the recognisers as shipped, and rows whose figures are known beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskguard.cli.workshop import evaluate

_CASES = Path(__file__).parents[2] / "assets" / "pii"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four ordinary posts, one with a number; a Weibo post that names somebody."""
    texts = ("今天天气真好", "手机16400001234找我", "订单号202003151830224417还没发货", "报警打110")
    rows = {
        "train/normal_weibo.jsonl": [{"text": text, "label": "normal"} for text in texts],
        "dev/ner_weibo.jsonl": [{"text": "晴天", "entities": [{"label": "PER.NAM", "start": 0, "end": 2}]}],
    }
    for name, lines in rows.items():
        file = tmp_path / "labelled" / name
        file.parent.mkdir(parents=True)
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return tmp_path


def _run(*more: str) -> Result:
    return CliRunner().invoke(evaluate, ["pii", "--rules", "--cases", str(_CASES), *more])


def test_the_figures_are_saved_and_a_missed_goal_is_told(data: Path, tmp_path: Path) -> None:
    out, alarms = tmp_path / "figures.json", tmp_path / "alarms.txt"
    done = _run("--data", str(data), "--json", str(out), "--alarms", str(alarms), "--check", "--missed")
    assert done.exit_code == 3, done.output
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["ordinary"]["posts"] == 4
    assert told["ordinary"]["alarmed"] == told["ordinary"]["by_label"]["pii.mobile"] == 1
    assert "false alarms per 1,000 ordinary posts" in told["missed_goals"]
    assert alarms.read_text(encoding="utf-8").endswith(" pii.mobile  # 手机«xxxxxxxxxxx»找我\n")
    mobile = told["labels"]["pii.mobile"]["kept"]["plain"]["exact"]
    assert mobile["recall"]["value"] == mobile["found"] / mobile["marked"] > 0.9
    low, high = mobile["recall"]["interval"]
    assert low < mobile["recall"]["value"] <= high
    names = [line for line in told["entities"] if line["part"] == "names"]
    assert {(line["of"], line["rows"]) for line in names} == {("Names and addresses, ner_weibo of dev, together", 1)}
    assert [line["figure"] for line in names] == ["span precision", "span recall", "span F1"]
    assert "kept-" not in done.output
    assert all(name.startswith("tuned-") for name in told["wrong_tuned"])


def test_without_data_or_check_nothing_is_asked_of_ordinary_posts() -> None:
    done = _run()
    assert done.exit_code == 0, done.output
    assert "ordinary" not in done.output
    assert "sentences (tuned: " in done.output
