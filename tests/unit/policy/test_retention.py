"""retention.yaml: read strictly, and the shortest time counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from riskguard.domain.errors import PolicyInvalid
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.check import check
from riskguard.policy.retention import RETENTION, OpenCases, Retention, load_retention
from riskguard.policy.taxonomy import load_taxonomy
from riskguard.settings import Settings

DAY = timedelta(days=1)
SHIPPED = Settings().policy_dir


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy(SHIPPED / "taxonomy.yaml")


def loaded(folder: Path, said: str, taxonomy: Taxonomy) -> Retention:
    (folder / RETENTION).write_text(said, "utf-8")
    return load_retention(folder, taxonomy).of("forum")


def test_everything_is_kept_until_it_is_told(tmp_path: Path, taxonomy: Taxonomy) -> None:
    assert load_retention(tmp_path, taxonomy).of("forum") == Retention()
    assert load_retention(SHIPPED, taxonomy).of("forum").terms == ()


def test_a_community_says_only_where_it_differs(tmp_path: Path, taxonomy: Taxonomy) -> None:
    said = """
default: {posts: 90d, labels: {pii: 30d, self_harm: 60d}}
communities:
  forum: {labels: {self_harm: 7d, pii: forever}, open_cases: close}
"""
    assert loaded(tmp_path, said, taxonomy) == Retention(90 * DAY, {"self_harm": 7 * DAY}, OpenCases.CLOSE)
    assert load_retention(tmp_path, taxonomy).of("x") == Retention(90 * DAY, {"pii": 30 * DAY, "self_harm": 60 * DAY})


@pytest.mark.parametrize(
    ("fired", "kept"),
    [
        pytest.param((), 90, id="nothing-fired"),
        pytest.param(("pii.mobile",), 30, id="a-child"),
        pytest.param(("pii.mobile", "self_harm.urgent"), 7, id="the-shortest-counts"),
        pytest.param(("piix",), 90, id="no-child"),
        pytest.param(("abuse",), 90, id="never-longer-than-all"),
    ],
)
def test_the_shortest_time_counts(fired: tuple[str, ...], kept: int) -> None:
    rules = Retention(90 * DAY, {"pii": 30 * DAY, "self_harm.urgent": 7 * DAY, "abuse": 900 * DAY})
    assert rules.keeps(fired) == kept * DAY


@pytest.mark.parametrize(
    ("said", "line", "fault"),
    [
        pytest.param("default: {post: 90d}", 1, "did you mean 'posts'", id="unknown-key"),
        pytest.param("default:\n  posts: 90", 2, "whole days such as 90d, or forever", id="no-unit"),
        pytest.param("default:\n  posts: 0d", 2, "whole days such as 90d", id="no-time-at-all"),
        pytest.param("default:\n  posts: [90d]", 2, "must say how long", id="a-list"),
        pytest.param("default:\n  labels:\n    self_hram: 9d", 3, "self_harm", id="unknown-label"),
        pytest.param("default:\n  open_cases: keep", 2, "wait, close", id="unknown-choice"),
        pytest.param("defaults: {}", 1, "did you mean 'default'", id="unknown-part"),
        pytest.param("- 90d", 1, "must be a table", id="no-table"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_a_hint(
    tmp_path: Path, taxonomy: Taxonomy, said: str, line: int, fault: str
) -> None:
    with pytest.raises(PolicyInvalid) as told:
        loaded(tmp_path, said, taxonomy)
    assert fault in str(told.value)
    assert told.value.faults[0].line == line


def test_the_check_of_a_folder_reads_it(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").write_bytes((SHIPPED / "taxonomy.yaml").read_bytes())
    (tmp_path / RETENTION).write_text("default: {posts: soon}")
    assert "this is 'soon'" in str([str(each) for each in check(tmp_path)])


def test_another_saying_has_another_version() -> None:
    versions = {
        Retention().version,
        Retention(DAY).version,
        Retention(None, {"pii": DAY}).version,
        Retention(None, {}, OpenCases.CLOSE).version,
    }
    assert len(versions) == 4
