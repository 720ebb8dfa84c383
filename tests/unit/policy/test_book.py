"""The policies in force: who is judged by which, and what happens when a file is edited."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import pytest

from riskguard.domain.errors import PolicyInvalid
from riskguard.domain.post import Scene
from riskguard.policy import watch
from riskguard.policy.book import FolderBook, open_book, single
from tests.unit.policy.samples import POLICIES, write

DEFAULT = "policy: default\nthresholds: {abuse: {review: 0.6}}\n"
GARDEN = "policy: garden\nextends: ../default.yaml\nthresholds: {abuse: {review: 0.9}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(POLICIES / "taxonomy.yaml", tmp_path)
    write(tmp_path, "default.yaml", DEFAULT)
    write(tmp_path, "communities/garden.yaml", GARDEN)
    return tmp_path


@pytest.fixture
def attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The book looks at its files whenever it is asked."""
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)


def at(book: FolderBook, community: str) -> float:
    return book.policy_for(community, Scene.POST).thresholds[0].at


def edit(folder: Path, name: str, text: str) -> None:
    """Rewrite a file so that its time certainly moves."""
    file = write(folder, name, text)
    moment = file.stat().st_mtime_ns + 5_000_000_000
    os.utime(file, ns=(moment, moment))


def test_a_community_is_judged_by_its_own_policy_else_by_the_default(folder: Path) -> None:
    book = open_book(folder)
    assert (at(book, "garden"), at(book, "any"), at(book, "../default")) == (0.9, 0.6, 0.6)


def test_an_edit_is_in_force_soon(folder: Path, attentive: None) -> None:
    book = open_book(folder)
    before = book.policy_for("any", Scene.DM).version
    edit(folder, "default.yaml", DEFAULT.replace("0.6", "0.7"))
    assert at(book, "any") == 0.7
    assert book.policy_for("any", Scene.DM).version != before


def test_a_new_community_policy_is_found(folder: Path, attentive: None) -> None:
    book = open_book(folder)
    write(folder, "communities/kitchen.yaml", GARDEN.replace("garden", "kitchen").replace("0.9", "0.8"))
    assert at(book, "kitchen") == 0.8


def test_a_community_policy_that_is_gone_no_longer_speaks(folder: Path, attentive: None) -> None:
    book = open_book(folder)
    (folder / "communities" / "garden.yaml").unlink()
    assert at(book, "garden") == 0.6


def test_an_invalid_edit_keeps_the_last_good_one_and_says_so_once(
    folder: Path, attentive: None, caplog: pytest.LogCaptureFixture
) -> None:
    book = open_book(folder)
    version = book.policy_for("any", Scene.POST).version
    edit(folder, "default.yaml", "policy: default\nthresholds: {abus: {review: 0.7}}\nrulez: []\n")
    with caplog.at_level(logging.ERROR):
        assert (at(book, "any"), at(book, "garden"), at(book, "any")) == (0.6, 0.9, 0.6)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert all(line.startswith(f"policy edit refused, version {version} stays in force: ") for line in lines)
    assert "default.yaml:2:14: unknown label 'abus' (did you mean 'abuse'?)" in lines[0]


def test_a_good_edit_after_a_bad_one_is_taken(folder: Path, attentive: None) -> None:
    book = open_book(folder)
    edit(folder, "default.yaml", "policy: [")
    assert at(book, "any") == 0.6
    edit(folder, "default.yaml", DEFAULT.replace("0.6", "0.55"))
    assert at(book, "any") == 0.55


def test_files_are_looked_at_once_a_second_at_most(folder: Path) -> None:
    book = open_book(folder)
    edit(folder, "default.yaml", DEFAULT.replace("0.6", "0.7"))
    assert at(book, "any") == 0.6


def test_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    write(folder, "default.yaml", "policy: default\nrulez: []\n")
    write(folder, "communities/garden.yaml", "policy: garden\nthresholds: {abus: {}}\n")
    with pytest.raises(PolicyInvalid) as caught:
        open_book(folder)
    assert sorted((Path(f.file).name, f.line) for f in caught.value.faults) == [("default.yaml", 2), ("garden.yaml", 2)]


def test_a_community_policy_says_what_it_extends(folder: Path) -> None:
    write(folder, "communities/garden.yaml", "policy: garden\n")
    with pytest.raises(PolicyInvalid, match=r"extends another one \(add 'extends: \.\./default\.yaml'\)"):
        open_book(folder)


def test_a_single_file_speaks_for_every_community(folder: Path) -> None:
    book = single(folder / "communities" / "garden.yaml", policy_dir=folder)
    assert book.policy_for("x", Scene.POST) == book.policy_for("y", Scene.POST)
    assert book.policy_for("x", Scene.POST).thresholds[0].at == 0.9


def test_a_single_file_far_from_any_taxonomy_uses_the_one_in_force(folder: Path, tmp_path: Path) -> None:
    own = "labels: {mud: {zh: 泥, en: mud, family: custom, severity: 1}}\n"
    write(tmp_path, "elsewhere/taxonomy.yaml", own)
    file = write(tmp_path, "a/b/c/alone.yaml", "policy: alone\nthresholds: {mud: {review: 0.5}}\n")
    book = single(file, policy_dir=tmp_path / "elsewhere")
    assert book.policy_for("x", Scene.POST).thresholds[0].label == "mud"
    with pytest.raises(PolicyInvalid, match="unknown label 'mud'"):
        single(file, policy_dir=POLICIES)


@pytest.mark.parametrize("place", ["sub/base.yaml", "../beside/base.yaml"])
def test_an_edit_of_what_is_extended_is_in_force_wherever_it_lies(folder: Path, attentive: None, place: str) -> None:
    inner = folder / "inner"
    (folder / "communities").rename(folder / "unused")
    inner.mkdir()
    shutil.copy(folder / "taxonomy.yaml", inner)
    write(inner, place, DEFAULT)
    write(inner, "default.yaml", f"policy: default\nextends: {place}\n")
    book = open_book(inner)
    edit(inner, place, DEFAULT.replace("0.6", "0.7"))
    assert at(book, "any") == 0.7


def test_a_faulty_file_that_is_newly_extended_is_watched_until_it_is_mended(folder: Path, attentive: None) -> None:
    inner = folder / "inner"
    inner.mkdir()
    shutil.copy(folder / "taxonomy.yaml", inner)
    write(inner, "default.yaml", DEFAULT)
    book = open_book(inner)
    write(folder, "outside.yaml", "policy: [")
    edit(inner, "default.yaml", "policy: default\nextends: ../outside.yaml\n")
    assert at(book, "any") == 0.6
    edit(folder, "outside.yaml", DEFAULT.replace("0.6", "0.7"))
    assert at(book, "any") == 0.7


def test_both_suffixes_are_read_but_not_for_one_community(folder: Path) -> None:
    write(folder, "communities/kitchen.yml", GARDEN.replace("garden", "kitchen").replace("0.9", "0.8"))
    assert at(open_book(folder), "kitchen") == 0.8
    write(folder, "communities/garden.yml", GARDEN)
    with pytest.raises(PolicyInvalid, match="'garden' has two policies"):
        open_book(folder)
