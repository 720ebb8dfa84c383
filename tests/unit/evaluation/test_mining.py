"""Candidate terms, from a train split in the shape of the real one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from riskguard.detectors.lexicon import Lexicon
from riskguard.detectors.lexicon.own import as_lexicon
from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.examples import Library
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.mining import Candidate, minable, mine, sides, z_score
from riskguard.evaluation.ordinary import everyday

LISTS = as_lexicon("label: fraud.loan\nterms: [贷款, 无抵押]\n")
ORDINARY = [
    f"{day}和同事去公园散步，聊了聊{topic}" for day in ("周一", "周三", "周日") for topic in ("天气", "贷款", "电影")
]
LOANS = [
    f"{head}办理无抵押贷款，{tail}" for head in ("专业", "快速", "本地") for tail in ("当天放款", "手机13800138000")
]


def data(folder: Path, sets: Mapping[str, Sequence[tuple[str, str]]]) -> Path:
    """DATA with labelled/train of these sets of (text, label)."""
    target = folder / "labelled" / "train"
    target.mkdir(parents=True)
    for name, rows in sets.items():
        lines = (json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n" for text, label in rows)
        (target / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Loan adverts, others of whom some speak of politics, and ordinary posts; nobody's own words but ours."""
    sms = [(text, "AD_Loan") for text in LOANS]
    sms += [("本店新款女装大促销", "AD_Retail"), ("贷款的政治口号", "IL_Political_propaganda")]
    ordinary = [(text, "normal") for text in ORDINARY]
    return Library(data(tmp_path, {"risk_fbs_sms": sms, "normal_weibo": ordinary}), Split.TRAIN)


def by_term(found: Sequence[Candidate]) -> dict[str, Candidate]:
    return {each.term: each for each in found}


def test_rows_of_the_nearest_kind_say_yes_and_political_ones_nothing(library: Library) -> None:
    found = sides("fraud.loan", library)
    assert sorted(view.raw for view in found.yes)[0] == "专业办理无抵押贷款，当天放款"
    assert len(found.yes) == len(LOANS)
    assert sorted(found.no) == sorted(["本店新款女装大促销", *(text.replace("，", ",") for text in ORDINARY)])
    assert found.sources == ("risk_fbs_sms", "normal_weibo")


def test_what_only_the_label_says_comes_before_what_all_say(library: Library) -> None:
    found = mine(sides("fraud.loan", library), LISTS, top=50)
    terms = by_term(found)
    assert terms["无抵押"].yes == 6
    assert terms["无抵押"].no == 0
    assert "贷款" not in terms or terms["贷款"].z < terms["无抵押"].z
    assert "抵押贷款" in terms, "two neighbours are a candidate"
    assert not any("散步" in term for term in terms)
    assert [each.z for each in found] == sorted((each.z for each in found), reverse=True)


def test_lists_and_benign_phrases_are_named(library: Library) -> None:
    benign = Lexicon(LISTS.terms, (), (), frozenset({"抵押贷款合同", "别的"}), LISTS.reports, "")
    terms = by_term(mine(sides("fraud.loan", library), benign, top=50))
    assert (terms["无抵押"].listed, terms["无抵押"].inside) == (("fraud.loan",), ())
    assert (terms["抵押贷款"].listed, terms["抵押贷款"].inside) == ((), ("贷款",))
    assert (terms["抵押贷款"].allowed, terms["无抵押"].allowed) == (("抵押贷款合同",), ())
    assert "无抵押" not in by_term(mine(sides("fraud.loan", library), LISTS, top=50, unlisted=True))


def test_top_keeps_the_surest_and_every_text_is_told(library: Library) -> None:
    found = sides("fraud.loan", library)
    told: list[int] = []
    every = mine(found, LISTS, top=50, told=told.append)
    assert sum(told) == len(found)
    assert mine(found, LISTS, top=2) == every[:2]


def test_snippets_and_terms_hide_personal_information(library: Library) -> None:
    terms = by_term(mine(sides("fraud.loan", library), LISTS, top=50))
    shown = "".join(text for each in terms.values() for text in each.context)
    assert "办理无抵押贷款" in shown
    assert "138****" in shown
    assert "13800138000" not in shown
    assert not any(char.isdigit() for term in terms for char in term)


def test_words_of_people_in_distress_are_counted_and_never_shown(tmp_path: Path) -> None:
    rows = [(f"周{day}又失眠到天亮", "die") for day in "一二三四五六日天"]
    folder = data(tmp_path, {"selfharm_treehole": rows, "normal_weibo": [(text, "normal") for text in ORDINARY]})
    found = sides("self_harm", Library(folder, Split.TRAIN))
    assert {view.raw for view in found.yes} == set(found.private)
    terms = by_term(mine(found, LISTS, top=50))
    assert terms["失眠"].yes == 8
    assert all(each.context == () for each in terms.values())


def test_a_rare_word_says_less_than_a_frequent_one_and_none_of_a_common_one() -> None:
    assert z_score(3, 0, all_yes=1000, all_no=9000) < z_score(30, 0, all_yes=1000, all_no=9000)
    assert z_score(30, 30, all_yes=1000, all_no=9000) < z_score(30, 0, all_yes=1000, all_no=9000)
    assert z_score(10, 90, all_yes=1000, all_no=9000) == pytest.approx(0)
    assert z_score(10, 900, all_yes=1000, all_no=9000) < 0
    assert 0 <= z_score(3, 0, all_yes=3, all_no=0) < 1


def test_a_label_that_no_set_knows_is_answered_with_those_that_can_be_mined(library: Library) -> None:
    with pytest.raises(InvalidInput, match=r"'fraud.prize' cannot be mined") as caught:
        sides("fraud.prize", library)
    assert all(label in caught.value.hint for label in minable())


def test_sets_without_a_row_of_the_label_are_named(library: Library) -> None:
    with pytest.raises(InvalidInput, match="no row of the train sets is about 'rumour'") as caught:
        sides("rumour", library)
    assert "rumour_ced" in caught.value.hint


def test_what_ordinary_posts_hold_often_is_told_as_the_service_would_find_it(tmp_path: Path) -> None:
    posts = ["前面路口交通不好", "路边卖大麻花", *ORDINARY]
    folder = data(tmp_path, {"normal_weibo": [(text, "normal") for text in posts]})
    own = as_lexicon("label: custom.x\nterms: [口交, 大麻, 公园, 公园散步, 火星]\n")
    found = {
        each.term.written: (each.hits, each.posts) for each in everyday(own, folder, allowed=frozenset({"大麻花"}))
    }
    assert found == {"公园": (9, 11), "公园散步": (9, 11)}
