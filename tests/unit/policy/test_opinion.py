"""opinion.yaml: read strictly, with place and hint; the shipped one is sound; a bad edit leaves the last good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.domain.errors import PolicyInvalid
from riskguard.policy.opinion import OpinionRules, load_opinion
from riskguard.settings import Settings


def faults_of(folder: Path, content: str) -> list[str]:
    (folder / "opinion.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(PolicyInvalid) as caught:
        load_opinion(folder)
    return [f"{fault.line}:{fault.column} {fault.message} | {fault.hint}" for fault in caught.value.faults]


def test_what_is_shipped_is_sound_and_says_all_there_is() -> None:
    folder = Settings().policy_dir
    rules = load_opinion(folder)
    assert rules.surges.windows_min == (5, 15, 60)
    assert rules.merge["新冠病毒"] == "新冠"
    written = (folder / "opinion.yaml").read_text("utf-8")
    for part in ("reading", "surges", "baseline", "topics", "keep_days", "sameness", "health"):
        assert f"\n{part}:" in written


def test_without_a_file_things_are_as_shipped(tmp_path: Path) -> None:
    assert load_opinion(tmp_path).surges == OpinionRules().surges


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "opinion.yaml").write_text("reading: {emotion: 0.5}", encoding="utf-8")
    same = load_opinion(tmp_path).version
    (tmp_path / "opinion.yaml").write_text("# 注释\nreading: {emotion: 0.50}", encoding="utf-8")
    assert load_opinion(tmp_path).version == same
    (tmp_path / "opinion.yaml").write_text("reading: {emotion: 0.6}", encoding="utf-8")
    assert load_opinion(tmp_path).version != same


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("surge: {}", "1:1 unknown key 'surge' in opinion.yaml | did you mean 'surges'?", id="key"),
        pytest.param(
            "surges:\n  volume: {account: 9}",
            "2:12 unknown key 'account' in 'volume' | did you mean 'accounts'?",
            id="key-inside",
        ),
        pytest.param(
            "surges:\n  topic: {lift: 0.5}", "2:17 'lift' of 'topic' must lie in 1.1..1000, this is 0.5 | ", id="bounds"
        ),
        pytest.param(
            "surges:\n  volume: {accounts: -8}",
            "2:22 'accounts' of 'volume' must lie in 3..1000000, this is -8 | ",
            id="large-bounds-in-full",
        ),
        pytest.param(
            "surges:\n  volume: {lift: 1.2}",
            "2:11 'volume' opens at 1.2 times the usual, and 'close' ends it under 1.3 times"
            " | a surge must open above where it closes",
            id="opens-below-where-it-closes",
        ),
        pytest.param(
            "surges:\n  windows_min: [15, 5]",
            "2:16 1 to 6 windows, shortest first | windows_min: [5, 15, 60]",
            id="windows-out-of-order",
        ),
        pytest.param(
            "surges:\n  windows_min: [7]",
            "2:16 a window is a multiple of 5 minutes | windows_min: [5, 15, 60]",
            id="window-of-seven",
        ),
        pytest.param(
            "topics:\n  merge: {新冠: [疫情], 流感: [疫情]}",
            "2:25 '疫情' stands for '新冠' already | ",
            id="merged-twice",
        ),
        pytest.param(
            "topics:\n  merge: {新冠: [疫情], 疫情: [病毒]}",
            "2:3 '疫情' stands for '新冠' itself | write '病毒' there, too",
            id="merged-in-a-chain",
        ),
    ],
)
def test_a_mistake_is_told_with_place_and_hint(tmp_path: Path, content: str, fault: str) -> None:
    assert faults_of(tmp_path, content) == [fault]
