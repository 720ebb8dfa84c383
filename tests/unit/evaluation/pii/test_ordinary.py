"""What a person judged right of ordinary posts is no false alarm, and nothing of a post is told in judging."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.pii.ordinary import Unjudged, judged_right, key, unjudged
from riskguard.evaluation.pii.sentence import Mark

_TEXT = "王某3月找我：\n16400001234，急"
_MARK = Mark("pii.mobile", 8, 19)


def test_a_line_to_judge_hides_what_was_found_and_every_digit() -> None:
    line = Unjudged(_TEXT, "pii.mobile", (_MARK,)).line
    assert line == f"{key(_TEXT, 'pii.mobile')} pii.mobile  # 王某0月找我： «xxxxxxxxxxx»，急"


def test_a_judged_line_is_read_back(tmp_path: Path) -> None:
    line = Unjudged(_TEXT, "pii.mobile", (_MARK,)).line
    Path(tmp_path, "ordinary.txt").write_text(f"# heading\n\n{line}\n0123456789ab pii.qq\n", encoding="utf-8")
    right = judged_right(tmp_path)
    assert right == {key(_TEXT, "pii.mobile"), "0123456789ab"}
    told = [(_MARK, Mark("pii.qq", 8, 19)), ()]
    left = unjudged([_TEXT, "晴天"], told, ["pii.mobile", "pii.qq"], right)
    assert [each.label for each in left] == ["pii.qq"]
    assert unjudged([_TEXT, "晴天"], told, ["pii.mobile"], right) == []


def test_without_a_file_nothing_was_judged(tmp_path: Path) -> None:
    assert judged_right(tmp_path) == frozenset()


@pytest.mark.parametrize("line", ["16400001234", "0123456789AB pii.qq", "0123456789ab", "0123456789ab pii.qq 164"])
def test_a_line_that_names_no_post_is_refused(tmp_path: Path, line: str) -> None:
    Path(tmp_path, "ordinary.txt").write_text(line, encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 1"):
        judged_right(tmp_path)
