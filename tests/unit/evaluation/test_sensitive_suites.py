"""How the evasion and benign suites are written and read, and what ours hold."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from riskguard.domain.errors import InvalidInput, NotFound
from riskguard.evaluation.plain import innocents, violations
from riskguard.evaluation.sensitive_suites import Half, Kind, Marked, Pair, Trap, pairs, read_marks, traps
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.settings import Settings

_ASSETS = Path(__file__).parents[2] / "assets"
_SUITES = _ASSETS / "sensitive"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("玩⟦菠菜¦博彩⟧的", Marked("玩菠菜的", "玩博彩的", ((1, 3),), 0), id="one-term"),
        pytest.param(
            "⟦贝者¦赌⟧与⟦威❤¦微信⟧", Marked("贝者与威❤", "赌与微信", ((0, 2), (3, 5)), 0), id="terms-of-other-lengths"
        ),
        pytest.param("⟪線上¦线上⟫⟦賭場¦赌场⟧", Marked("線上賭場", "线上赌场", ((2, 4),), 0), id="changed-but-no-term"),
        pytest.param("路⟦口交⟧通", Marked("路口交通", "路口交通", ((1, 3),), 1), id="means-what-it-says"),
        pytest.param("网\u200b·[赌]【】", Marked("网\u200b·[赌]【】", "网\u200b·[赌]【】", (), 0), id="other-brackets"),
        pytest.param("", Marked("", "", (), 0), id="nothing"),
    ],
)
def test_signs_are_taken_out_and_marks_are_places_of_what_is_shown(written: str, read: Marked) -> None:
    assert read_marks(written) == read


@pytest.mark.parametrize(
    "written", ["玩⟦菠菜", "菠菜⟧", "⟦菠⟦菜¦博彩⟧⟧", "⟦¦博彩⟧", "⟦菠菜¦⟧", "⟪菠菜⟫", "菠¦菜", "⟦菠菜¦博彩⟫"]
)
def test_signs_that_do_not_close_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="do not close"):
        read_marks(written)


def _suites(folder: Path, *, pair: str = "⟦菠菜¦博彩⟧", trap: str = "买⟦菠菜⟧", kind: str = "homophone") -> Path:
    evasion = folder / "evasion"
    evasion.mkdir(exist_ok=True)
    Path(evasion, "one.yaml").write_text(f'kind: {kind}\npairs:\n  gambling: {{7: "{pair}"}}\n', encoding="utf-8")
    Path(folder, "benign.yaml").write_text(f'groups:\n  food: {{8: "{trap}"}}\n', encoding="utf-8")
    return folder


def test_a_suite_becomes_pairs_and_traps(tmp_path: Path) -> None:
    folder = _suites(tmp_path)
    assert pairs(folder) == [Pair(7, Kind.HOMOPHONE, "gambling", "博彩", "菠菜", ((0, 2),))]
    assert traps(folder) == [Trap(8, "food", "买菠菜", ((1, 3),))]
    assert traps(folder)[0].terms == ["菠菜"]
    assert (Half.of(7), Half.of(8)) == (Half.TUNE, Half.HELD)


def test_pairs_come_in_the_order_of_kinds(tmp_path: Path) -> None:
    folder = _suites(tmp_path, kind="shuffle")
    Path(folder, "evasion", "two.yaml").write_text("kind: width\npairs: {drugs: {9: ⟦冰.毒¦冰毒⟧}}\n", encoding="utf-8")
    assert [pair.kind for pair in pairs(folder)] == [Kind.WIDTH, Kind.SHUFFLE]


@pytest.mark.parametrize("pair", ["菠菜", "⟦菠菜⟧", "⟪菠菜¦博彩⟫", "⟦菠菜¦博彩⟧⟦微信⟧", "⟦菠菜"])
def test_a_pair_without_a_disguised_term_is_refused_by_its_id(tmp_path: Path, pair: str) -> None:
    with pytest.raises(InvalidInput, match=r"one\.yaml, 7"):
        pairs(_suites(tmp_path, pair=pair))


@pytest.mark.parametrize("trap", ["菠菜", "⟦菠菜¦博彩⟧", "⟦菠菜⟧⟪嗎¦吗⟫", "菠菜⟧"])
def test_a_benign_sentence_marks_what_misleads_and_disguises_nothing(tmp_path: Path, trap: str) -> None:
    with pytest.raises(InvalidInput, match=r"benign\.yaml, 8"):
        traps(_suites(tmp_path, trap=trap))


def test_suites_that_are_missing_misshapen_or_use_an_id_twice_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        pairs(tmp_path)
    with pytest.raises(NotFound):
        traps(tmp_path)
    with pytest.raises(InvalidInput):
        pairs(_suites(tmp_path, kind="whisper"))
    folder = _suites(tmp_path)
    Path(folder, "evasion", "two.yaml").write_text("kind: width\npairs: {drugs: {7: ⟦冰.毒¦冰毒⟧}}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="id 7"):
        pairs(folder)


def test_ours_hold_enough_of_every_kind_in_halves_of_one_size() -> None:
    counts = Counter((pair.kind, Half.of(pair.id)) for pair in pairs(_SUITES))
    assert min(counts[kind, half] for kind in Kind for half in Half) >= 20
    assert all(counts[kind, Half.TUNE] == counts[kind, Half.HELD] for kind in Kind)
    assert len(traps(_SUITES)) >= 300


def test_ours_carry_known_labels() -> None:
    known = load_taxonomy(Settings().policy_dir / "taxonomy.yaml")
    assert [pair.id for pair in pairs(_SUITES) if pair.label not in known] == []


def test_no_sentence_of_ours_is_lost_or_stands_twice() -> None:
    files = [*(_SUITES / "evasion").glob("*.yaml"), _SUITES / "benign.yaml"]
    written = sum(len(re.findall(r"^    \d+: ", file.read_text(encoding="utf-8"), re.MULTILINE)) for file in files)
    both, benign = pairs(_SUITES), traps(_SUITES)
    assert len(both) + len(benign) == written
    assert len({pair.id for pair in both} | {trap.id for trap in benign}) == written
    texts = [pair.plain for pair in both] + [pair.disguised for pair in both] + [trap.text for trap in benign]
    plain = _ASSETS / "plain"
    elsewhere = {sentence.text for sentence in (*violations(plain), *innocents(plain))}
    assert len(set(texts) - elsewhere) == len(texts)
