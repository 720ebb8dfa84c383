"""`riskguard lexicon` at the terminal: what is written, what people read, and that the service takes it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from riskguard.cli.lexicon import lexicon
from riskguard.cli.policy import policy
from riskguard.detectors.lexicon import WatchedLexicon
from riskguard.domain.errors import Conflict, InvalidInput, NotFound
from riskguard.policy import watch
from tests.unit.detectors.posts import read_by
from tests.unit.evaluation.test_mining import LOANS, ORDINARY, data
from tests.unit.policy.samples import POLICIES, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small policy folder with a list of its own."""
    place = tmp_path / "policies"
    place.mkdir()
    shutil.copy(POLICIES / "taxonomy.yaml", place)
    write(place, "default.yaml", "policy: default\nthresholds:\n  custom: {review: 0.5}\n")
    write(place, "tests/own.yaml", "cases:\n  - {name: 自定义, scores: {custom: 0.5}, expect: {action: review}}\n")
    write(
        place, "lexicons/vulgar.yaml", "label: vulgar\ntier: weak\nterms: [粗话粗话, {term: 脏话脏话, tier: strong}]\n"
    )
    write(place, "lexicons/allow.yaml", "phrases: [对面论坛]\n")
    return place


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(lexicon, [str(word) for word in words])


def words_file(folder: Path, content: str = "隔壁论坛\n对面论坛\n隔壁 论坛\n") -> Path:
    return write(folder.parent, "words.txt", content)


def test_an_imported_list_is_sound_and_is_found_by_the_running_service(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.0)
    service = WatchedLexicon(folder / "lexicons")
    result = run("import", words_file(folder), "--label", "custom.rivals", "--tier", "strong", "--into", folder)
    assert result.exit_code == 0, result.output
    assert "took 2 terms of words.txt (UTF-8): 2 strong" in result.stdout
    assert "left out: line 3, '隔壁 论坛' is searched like '隔壁论坛' of line 1" in result.stderr
    assert "warning: '对面论坛' is a benign phrase" in result.stderr
    assert "strong (0.9) -> review, medium (0.6) -> review, weak (0.3) -> allow" in result.stdout
    assert CliRunner().invoke(policy, ["check", str(folder)]).exit_code == 0
    service.refresh()
    assert [[f.label for f in found] for found in read_by(service, "都去隔壁论坛吧")] == [["custom.rivals"]]
    assert service.version in result.stdout


def test_the_lines_that_the_next_step_names_are_sound(folder: Path) -> None:
    told = run("import", words_file(folder), "--label", "custom.rivals", "--into", folder).stdout.splitlines()
    threshold, case, name = (
        next(line for line in told if line.startswith(f"    {start}"))
        for start in ("custom.rivals: {review", "- {name", "custom.rivals: {zh")
    )
    for file, line in (("default.yaml", threshold[2:]), ("tests/own.yaml", case[2:]), ("taxonomy.yaml", name[2:])):
        (folder / file).write_text((folder / file).read_text("utf-8") + f"{line}\n", encoding="utf-8")
    checked = CliRunner().invoke(policy, ["check", str(folder)])
    assert checked.exit_code == 0, checked.output


def test_faulty_lines_are_all_told_and_nothing_is_written(folder: Path) -> None:
    file = words_file(folder, "隔壁论坛\n麻\n草\n")
    target = folder / "lexicons" / "custom.rivals.yaml"
    refused = run("import", file, "--label", "custom.rivals", "--into", folder)
    assert isinstance(refused.exception, InvalidInput)
    said = str(refused.exception)
    assert said.startswith(f"nothing was written, 2 lines of {file} cannot be taken")
    assert all(f"{file}:{line}:1: '{term}' is too short" in said for line, term in ((2, "麻"), (3, "草")))
    assert not target.exists()
    taken = run("import", file, "--label", "custom.rivals", "--into", folder, "--skip-faulty")
    assert taken.exit_code == 0, taken.output
    assert f"left out: {file}:3:1: '草' is too short" in taken.stderr
    assert target.read_text("utf-8").splitlines()[-1] == "  - 隔壁论坛"


@pytest.mark.parametrize("label", ["drugs", "custom", "custom.", "custom.Rivals", "custom.../x", "customer.x"])
def test_a_label_of_our_own_or_of_no_form_is_refused(folder: Path, label: str) -> None:
    refused = run("import", words_file(folder), "--label", label, "--into", folder)
    assert isinstance(refused.exception, InvalidInput)
    assert "custom.NAME" in refused.exception.hint


def test_a_list_is_overwritten_only_when_that_is_asked(folder: Path) -> None:
    first = words_file(folder)
    assert run("import", first, "--label", "custom.rivals", "--into", folder).exit_code == 0
    other = words_file(folder, "楼上论坛\n")
    refused = run("import", other, "--label", "custom.rivals", "--into", folder)
    assert isinstance(refused.exception, Conflict)
    assert "隔壁论坛" in (folder / "lexicons" / "custom.rivals.yaml").read_text("utf-8")
    assert run("import", other, "--label", "custom.rivals", "--into", folder, "--force").exit_code == 0
    assert "隔壁论坛" not in (folder / "lexicons" / "custom.rivals.yaml").read_text("utf-8")
    assert sorted(file.name for file in (folder / "lexicons").iterdir()) == [
        "allow.yaml",
        "custom.rivals.yaml",
        "vulgar.yaml",
    ]


def test_a_folder_without_policies_and_a_file_without_terms_are_refused(folder: Path, tmp_path: Path) -> None:
    nowhere = run("import", words_file(folder), "--label", "custom.rivals", "--into", tmp_path)
    assert isinstance(nowhere.exception, NotFound)
    assert "no policy folder" in str(nowhere.exception)
    empty = run("import", words_file(folder, "# nothing yet\n"), "--label", "custom.rivals", "--into", folder)
    assert isinstance(empty.exception, InvalidInput)
    assert "no term that can be taken" in str(empty.exception)


def test_terms_of_ordinary_posts_are_warned_of(folder: Path, tmp_path: Path) -> None:
    rows = data(tmp_path / "data", {"normal_weibo": [(text, "normal") for text in ORDINARY]})
    file = words_file(folder, "公园\n隔壁论坛\n")
    result = run("import", file, "--label", "custom.rivals", "--into", folder, "--data", rows)
    assert result.exit_code == 0, result.output
    assert "warning: '公园' (medium) stands in 100.00% of ordinary posts (9 of 9)" in result.stderr
    assert "隔壁论坛" not in result.stderr


def test_show_lists_the_lists_and_whose_they_are(folder: Path) -> None:
    run("import", words_file(folder), "--label", "custom.rivals", "--into", folder)
    lines = [line.split() for line in run("show", "--policies", folder).stdout.splitlines()]
    assert lines[0] == ["label", "strong", "medium", "weak", "pairs", "file", "version", "origin"]
    assert [lines[1][:6], lines[1][7:]] == [["custom.rivals", "0", "2", "0", "0", "custom.rivals.yaml"], ["own"]]
    assert [lines[2][:6], lines[2][7:]] == [["vulgar", "1", "0", "1", "0", "vulgar.yaml"], ["changed", "here"]]
    assert lines[3][:2] == ["allow.yaml:", "version"]
    assert "4 terms, 0 pairs and 1 benign phrases" in " ".join(lines[4])


def test_show_of_a_label_has_its_terms_and_those_of_its_children(folder: Path) -> None:
    run("import", words_file(folder), "--label", "custom.rivals", "--into", folder)
    lines = [line.split() for line in run("show", "custom", "--policies", folder).stdout.splitlines()]
    assert ["custom.rivals", "medium", "隔壁论坛"] in lines
    assert not any("vulgar" in line for line in lines)
    missed = run("show", "vulgr", "--policies", folder)
    assert isinstance(missed.exception, NotFound)
    assert missed.exception.hint == "did you mean 'vulgar'?"


def test_the_shipped_lists_are_said_to_be_shipped() -> None:
    shown = run("show").stdout.splitlines()
    assert next(line for line in shown if line.startswith("fraud.loan ")).endswith("shipped")


def test_mining_prints_a_table_and_no_file_gets_a_snippet(folder: Path, tmp_path: Path) -> None:
    rows = {
        "risk_fbs_sms": [(text, "AD_Loan") for text in LOANS],
        "normal_weibo": [(text, "normal") for text in ORDINARY],
    }
    before = {file: file.read_bytes() for file in folder.rglob("*.yaml")}
    as_json, as_csv = tmp_path / "found.json", tmp_path / "found.csv"
    result = run("mine", "fraud.loan", "--data", data(tmp_path / "data", rows), "--policies", folder, "--top", "3",
                 "--json", as_json, "--csv", as_csv)  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].split() == ["term", "yes", "no", "z", "listed", "allowed"]
    assert "3 candidates from 6 rows of the label and 9 others" in result.stdout
    kept = json.loads(as_json.read_text("utf-8"))
    table = list(csv.DictReader(as_csv.read_text("utf-8").splitlines()))
    assert [row["term"] for row in table] == [row["term"] for row in kept["candidates"]]
    assert len(table) == 3
    assert kept["candidates"][0].keys() == table[0].keys() == {"term", "yes", "no", "z", "listed", "inside", "allowed"}
    said = result.stdout + as_json.read_text("utf-8") + as_csv.read_text("utf-8")
    assert "办理无抵押贷款" not in said, "three words are a snippet, not a candidate"
    assert {file: file.read_bytes() for file in folder.rglob("*.yaml")} == before
