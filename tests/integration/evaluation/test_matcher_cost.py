"""What finding many terms costs is told of matchers that find the same, and what is not installed is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from riskguard.detectors.lexicon import Lexicon, load_lexicon
from riskguard.evaluation.matcher_cost import (
    Find,
    check_agreement,
    enlarged,
    matcher_rows,
    ours,
    plain,
    pyahocorasick,
    trie,
)

KEYS = ["刷单", "刷单返利", "返利", "利"]
LISTS = Path("policies/lexicons")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(LISTS)


@pytest.mark.parametrize(
    "find",
    [
        pytest.param(ours(KEYS), id="ours"),
        pytest.param(trie(KEYS), id="trie"),
        pytest.param(pyahocorasick(KEYS), id="pyahocorasick"),
    ],
)
def test_every_matcher_finds_terms_inside_terms(find: Find) -> None:
    assert find("日刷单返利") == [(1, 0), (1, 1), (3, 2), (4, 3)]
    assert find("晴天") == []


def test_matchers_that_disagree_are_told() -> None:
    check_agreement({"one": ours(KEYS), "other": trie(KEYS)}, ["刷单"])
    with pytest.raises(RuntimeError, match="one 1, other 0"):
        check_agreement({"one": ours(KEYS), "other": trie(KEYS[1:])}, ["刷单"])


def test_terms_are_invented_beside_ours_and_the_same_each_time(lexicon: Lexicon) -> None:
    size = len({term.key for term in lexicon.terms}) + 50
    larger = enlarged(lexicon, size)
    assert len({term.key for term in larger.terms}) == size
    assert larger.terms[: len(lexicon.terms)] == lexicon.terms
    assert larger == enlarged(lexicon, size)


def test_a_batch_is_one_text_without_noise() -> None:
    assert plain(["刷 单！", "晴天", "返*利"], 2) == ["刷单\0晴天", "返利"]


def test_each_matcher_has_a_row_and_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ahocorasick", None)
    rows = matcher_rows(LISTS, ["今天刷单返利", "晴天"] * 8, [4, 8])
    assert rows.pop("20,000 terms, pyahocorasick") == ["pyahocorasick is not installed: pip install 'riskguard[bench]'"]
    assert len(rows) == 4
    assert all(float(cell) > 0 for cells in rows.values() for cell in cells)
