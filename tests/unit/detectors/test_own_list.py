"""A deployer's own list: what is read from its file, and the lexicon file that it becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.detectors.lexicon import Tier
from riskguard.detectors.lexicon.own import LONGEST, OwnList, as_lexicon, read_own, rendered
from riskguard.domain.errors import InvalidInput

STRONG, MEDIUM, WEAK = Tier.STRONG, Tier.MEDIUM, Tier.WEAK


def own(folder: Path, content: str | bytes, name: str = "words.txt") -> OwnList:
    """The list in a file of this content."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_own(file)


def terms(found: OwnList) -> list[tuple[str, Tier | None, str]]:
    """What was taken."""
    return [(each.term, each.tier, each.note) for each in found.entries]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("隔壁论坛\n對面 论坛\n".encode(), id="utf-8"),
        pytest.param("\ufeff隔壁论坛\r\n\r\n  對面 论坛\u3000\r\n".encode(), id="windows-with-a-bom"),
        pytest.param("隔壁论坛\r對面 论坛".encode("gb18030"), id="gb18030"),
        pytest.param("# 竞品\n#\n隔壁论坛\n對面 论坛\n".encode(), id="remarks"),
        pytest.param("词条\n隔壁论坛\n對面 论坛\n".encode(), id="a-heading-alone"),
    ],
)
def test_one_term_a_line(tmp_path: Path, content: bytes) -> None:
    found = own(tmp_path, content)
    assert terms(found) == [("隔壁论坛", None, ""), ("對面 论坛", None, "")]
    assert [each.key for each in found.entries] == ["隔壁论坛", "对面论坛"]
    assert found.faults == ()


def test_a_line_of_text_may_hold_commas_and_look_like_a_topic(tmp_path: Path) -> None:
    assert [each.term for each in own(tmp_path, "来,就送\n#抽奖#\n").entries] == ["来,就送", "#抽奖#"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("w.csv", "隔壁论坛,strong,竞品\n对面论坛,,\n", id="no-heading"),
        pytest.param("w.csv", "term,tier,note\n隔壁论坛,strong,竞品\n对面论坛\n", id="english-heading"),
        pytest.param("w.CSV", "备注,敏感词,Level\n竞品,隔壁论坛,高\n,对面论坛,\n", id="other-order-and-words"),
        pytest.param("w.tsv", "隔壁论坛\tstrong\t竞品\n对面论坛\n", id="tabs"),
        pytest.param("w.csv", "term;level;note\n隔壁论坛;强;竞品\n对面论坛;;\n", id="semicolons"),
        pytest.param("w.txt", "word,level,remark\n隔壁论坛,strong,竞品\n对面论坛,,\n", id="a-heading-makes-a-table"),
        pytest.param("w.csv", '"term","tier","note"\n"隔壁论坛","strong","竞\n品"\n"对面论坛"\n', id="quoted"),
    ],
)
def test_a_table(tmp_path: Path, name: str, content: str) -> None:
    found = own(tmp_path, content, name)
    assert [(term, tier, note.replace(" ", "")) for term, tier, note in terms(found)] == [
        ("隔壁论坛", STRONG, "竞品"),
        ("对面论坛", None, ""),
    ]
    assert found.faults == ()


def test_columns_of_other_names_are_left_out_and_named(tmp_path: Path) -> None:
    found = own(tmp_path, "id,term,author\n1,隔壁论坛,me\n", "w.csv")
    assert (terms(found), found.ignored) == ([("隔壁论坛", None, "")], ("id", "author"))


def test_terms_that_fold_to_the_same_are_taken_once(tmp_path: Path) -> None:
    found = own(tmp_path, "加ＶＸ领\n隔壁论坛\n加 vx 领\n加vx領\n")
    assert [each.term for each in found.entries] == ["加ＶＸ领", "隔壁论坛"]
    assert [(again.line, first.line) for again, first in found.repeated] == [(3, 1), (4, 1)]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        pytest.param("w.txt", "隔壁论坛\n\n麻\n", "3:1: '麻' is too short (one character", id="one-character"),
        pytest.param("w.txt", "*-麻-*\n", "1:1: '*-麻-*' is too short", id="one-character-and-signs"),
        pytest.param("w.txt", "🔥🔥\n", "1:1: '🔥🔥' has no letter or digit", id="emoji"),
        pytest.param("w.txt", "长" * (LONGEST + 1), f"1:1: '{'长' * 10}…' has more than {LONGEST}", id="a-text"),
        pytest.param("w.csv", "隔壁论坛,strong\n对面论坛,3\n", "2:1: unknown tier '3' (choose from strong", id="tier"),
        pytest.param("w.csv", "隔壁论坛,weak,a,b\n", "1:1: more columns than term, tier and note", id="columns"),
        pytest.param("w.csv", 'term\n"隔壁\n论坛"\n', "3:1: the term goes over several lines", id="several-lines"),
        pytest.param("w.csv", "term,tier\n,strong\n", "2:1: no term", id="no-term"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_line(tmp_path: Path, name: str, content: str, fault: str) -> None:
    found = own(tmp_path, content, name)
    assert [str(each).removeprefix(f"{tmp_path / name}:")[: len(fault)] for each in found.faults] == [fault]
    assert len(found.entries) == content.count("隔壁论坛") - ("a,b" in content)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("w.txt", "隔壁论坛\n".encode("utf-16"), "no text in UTF-8 or GB18030", id="utf-16"),
        pytest.param("w.txt", "ab\n".encode("utf-16-le"), "no text in UTF-8 or GB18030", id="utf-16-without-bom"),
        pytest.param("w.csv", '隔壁论坛,"strong\n', "no table: unexpected end of data", id="open-quote"),
        pytest.param("w.csv", "tier,note\nstrong,x\n", "the first line names 0 columns of terms", id="no-term-column"),
        pytest.param("w.csv", "term,word\n甲乙,丙丁\n", "the first line names 2 columns of terms", id="two-of-them"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        own(tmp_path, content, name)


def test_the_lexicon_file_reads_like_those_of_the_house(tmp_path: Path) -> None:
    found = own(tmp_path, "隔壁论坛,strong,竞品\n对面论坛,medium\n楼下论坛\n", "w.csv")
    assert rendered(found, label="custom.rivals", tier=MEDIUM).splitlines()[1:] == [
        "label: custom.rivals",
        "tier: medium",
        "terms:",
        "  - {term: 隔壁论坛, tier: strong, note: 竞品}",
        "  - 对面论坛",
        "  - 楼下论坛",
    ]


def test_terms_that_yaml_would_misread_come_through(tmp_path: Path) -> None:
    odd = [
        "yes",
        "110",
        "- 加我",
        "key: value",
        "a #b",
        "{xy}",
        "[戊己]",
        "'引号",
        '"双双"',
        "*甲乙",
        "&甲丙",
        "12:30",
        "甲\u2028丁",
        "💊药丸",
    ]
    text = rendered(own(tmp_path, "\n".join(odd)), label="custom.odd", tier=WEAK)
    lexicon = as_lexicon(text)
    assert [term.written for term in lexicon.terms] == odd
    assert {(term.label, term.tier) for term in lexicon.terms} == {("custom.odd", WEAK)}
