"""`riskguard evaluate sensitive` with the detectors as shipped, on rows whose figures are known beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskguard.cli.workshop import evaluate

_PLAIN, _HARMLESS = "你就是个傻逼", "今天天气真好"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of the pairs, 1 and 2 survive folding, and 3 and 4 are so disguised that nobody would know."""
    rows = {
        "evasion/width.yaml": "kind: width\npairs:\n  abuse.insult:\n"
        "    1: 你就是个⟦傻\u200b逼¦傻逼⟧啊\n    2: 他是个⟦ｓｂ¦sb⟧，你也是个⟦傻.逼¦傻逼⟧\n",
        "evasion/shuffle.yaml": "kind: shuffle\npairs:\n  abuse.insult:\n"
        "    3: 你就是个⟦天才¦傻逼⟧\n    4: 他们都是⟦好人¦傻逼⟧\n",
        "benign.yaml": "groups:\n  weather: {11: 今天⟦天气⟧真好, 12: 明天也⟦有雨⟧}\n  wrong: {13: 你就是个⟦傻逼⟧}\n",
        "labelled/dev/normal_weibo.jsonl": "".join(
            json.dumps({"text": text, "label": "normal"}) + "\n" for text in (_HARMLESS, _PLAIN, _HARMLESS, _HARMLESS)
        ),
    }
    for name, text in rows.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def _run(folder: Path, *more: str) -> Result:
    return CliRunner().invoke(evaluate, ["sensitive", "--cases", str(folder), *more])


def test_the_figures_follow_from_the_rows(folder: Path) -> None:
    out = folder / "figures.json"
    done = _run(folder, "--data", str(folder), "--json", str(out), "--missed", "--check")
    assert done.exit_code == 3, done.output
    told = json.loads(out.read_text(encoding="utf-8"))
    survived = {"pairs": 1, "plain": 1, "disguised": 1, "kept": 1, "pointed": 1}
    assert told["kinds"]["width"] == {"tune": survived, "held": survived}
    lost = {"pairs": 1, "plain": 1, "disguised": 0, "kept": 0, "pointed": 0}
    assert told["kinds"]["shuffle"] == {"tune": lost, "held": lost}
    assert told["benign"]["all"] == {"tune": {"alarms": 1, "sentences": 2}, "held": {"alarms": 0, "sentences": 1}}
    assert told["benign"]["wrong"]["tune"] == {"alarms": 1, "sentences": 1}
    ordinary = told["ordinary"]
    assert (ordinary["posts"], ordinary["blocked"] + ordinary["reviewed"]) == (4, 1)
    assert (told["missed_tune_ids"], told["false_alarm_tune_ids"]) == ([3], [13])
    assert "shuffle missed (tune): 3" in done.output
    assert {"shuffle", "benign"} & set(told["missed_goals"]) == {"shuffle"}


def test_a_missed_goal_is_no_error_unless_it_is_checked(folder: Path) -> None:
    done = _run(folder)
    assert done.exit_code == 0, done.output
    assert "Goals missed: shuffle" in done.output
    assert "Ordinary" not in done.output
