from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.detectors.similar import Copypasta, copypasta_faults, load_copypasta
from riskguard.detectors.similar.residue import residue
from riskguard.text.view import fold

_SHIPPED = Path(__file__).parents[4] / "policies" / "copypasta.yaml"


@pytest.fixture(scope="module")
def shipped() -> Copypasta:
    return load_copypasta(_SHIPPED)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("祝小王同学生日快乐！", "", id="a-wish-to-somebody"),
        pytest.param("新年快樂，身體健康", "", id="traditional"),
        pytest.param("新年快乐！加我领红包名额有限", "加我领红包名额有限", id="a-lure-behind-a-wish"),
        pytest.param("转发关注，抽三位朋友送手机", "手机", id="too-little-is-left-to-compare"),
        pytest.param("市气象台发布雷电黄色预警", "市气象台", id="a-notice-with-a-place"),
        pytest.param("祝福的话说了很多很多很多很多很多很多很多很多生日快乐", None, id="a-gap-is-no-more-than-20"),
        pytest.param("我们去吃火锅吧", None, id="nothing-listed"),
    ],
)
def test_what_is_left_of_a_post(shipped: Copypasta, text: str, left: str | None) -> None:
    own = residue(fold(text).folded)
    expected = own.replace("生日快乐", "") if left is None else left if len(left) >= 4 else ""
    assert shipped.taken_out_of(own) == expected


def test_without_a_file_nothing_is_taken_out(tmp_path: Path) -> None:
    kept = load_copypasta(tmp_path / "copypasta.yaml")
    assert (kept.version, kept.taken_out_of("新年快乐")) == ("none", "新年快乐")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param("groups: [{id: a, phrases: [好]}]", ":1:28: '好' is too short (what is", id="one-character"),
        pytest.param(
            "groups: [{id: a, phrases: [祝…]}]",
            ":1:28: '祝…' begins or ends with a gap (words stand",
            id="a-gap-at-the-end",
        ),
        pytest.param(
            "groups: [{id: a, phrases: [祝...快乐]}]", ":1:28: '...' in '祝...快乐' is no gap (write '…')", id="dots"
        ),
        pytest.param("groups: [{id: a, phrases: ['!!']}]", ":1:28: '!!' holds no words (signs", id="signs-alone"),
        pytest.param(
            "groups:\n- {id: a, phrases: [新年快乐]}\n- {id: a, phrases: [中秋快乐]}\n",
            ":3:8: group 'a' stands twice (the first is on line 2; join them, or rename one)",
            id="a-group-twice",
        ),
        pytest.param(
            "groups: [{id: 7, phrases: [新年快乐]}]",
            """:1:15: 'id' must be a text, this is a number (7) (write it in quotes: "7")""",
            id="a-number-for-a-name",
        ),
        pytest.param(
            "groups: [{id: a, note: [], phrases: [新年快乐]}]", ":1:24: 'note' must be a text", id="a-list-for-a-note"
        ),
        pytest.param("groups: [{id: a, phrases: []}]", ":1:27: 'phrases' is empty (list at least one", id="no-phrases"),
        pytest.param(
            "groups: [{id: a, phrases: [一…二…三…四…五…六]}]", ":1:28: '一…二…三…四…五…六' has more", id="too-many-gaps"
        ),
        pytest.param(
            "groups: [{id: a, phrases: [新年 快乐]}, {id: b, phrases: [新年快乐!]}]",
            ":1:55: '新年快乐!' is listed before as '新年 快乐' (the first is on line 1; leave one of them out)",
            id="listed-twice",
        ),
        pytest.param("groups: [{id: a, phrase: [新年快乐]}]", "did you mean 'phrases'?", id="a-slip-of-the-pen"),
        pytest.param("groups: [{phrases: [新年快乐]}]", ":1:10: a group lacks 'id' (add 'id: ...')", id="no-name"),
        pytest.param("phrases: [新年快乐]", "'groups'", id="no-groups"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, written: str, told: str) -> None:
    file = tmp_path / "copypasta.yaml"
    file.write_text(written, "utf-8")
    assert told in "\n".join(map(str, copypasta_faults(file)))


def test_a_gap_may_be_written_as_chinese_keyboards_do(tmp_path: Path) -> None:
    (tmp_path / "copypasta.yaml").write_text("groups: [{id: a, phrases: [祝……新年快乐]}]", "utf-8")
    kept = load_copypasta(tmp_path / "copypasta.yaml")
    assert kept.taken_out_of("祝大家新年快乐图书馆见") == "图书馆见"


def test_the_shipped_file_is_sound() -> None:
    assert copypasta_faults(_SHIPPED) == []
