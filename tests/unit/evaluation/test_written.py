"""Posts that we wrote one by one: complete, fit to be taught from, and apart from what is measured on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from riskguard.evaluation.labelled import Row
from riskguard.evaluation.plain import innocents, violations
from riskguard.evaluation.posts import written
from riskguard.evaluation.posts.frames import FOLDS
from riskguard.evaluation.sensitive_suites import pairs, traps

ASSETS = Path(__file__).parents[2] / "assets"
LABELS = {"fraud", "gambling", "illegal_trade", "sexual", "ad", "hate", "abuse", "self_harm", "innocent"}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return written()


def test_every_label_has_its_posts_in_every_fold_and_half_of_all_are_innocent(rows: list[Row]) -> None:
    counted = Counter((row.label, row.more["fold"]) for row in rows)
    assert {label for label, _ in counted} == LABELS
    assert len(counted) == len(LABELS) * FOLDS
    assert min(counted.values()) >= 10
    assert 0.4 < sum(row.label == "innocent" for row in rows) / len(rows) < 0.6


def test_no_post_is_written_twice_and_all_are_of_the_length_of_posts(rows: list[Row]) -> None:
    texts = [row.text for row in rows]
    assert len(set(texts)) == len(texts)
    assert all(4 <= len(text) <= 120 for text in texts)


def test_a_kind_belongs_to_its_label(rows: list[Row]) -> None:
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        labels[row.more["kind"]].add(row.label)
    assert {kind: its for kind, its in labels.items() if its != {kind.partition(".")[0]}} == {}


def test_groups_and_levels_are_told(rows: list[Row]) -> None:
    assert {row.more["topic"] for row in rows if row.label == "hate"} == {"region", "race", "gender", "other"}
    assert {row.more["level"] for row in rows if row.label == "self_harm"} == {"concern", "urgent"}


def test_nothing_looks_like_a_real_number_or_address(rows: list[Row]) -> None:
    numbers = re.compile(r"\d[\d\s.\-·*]{4,}\d|@\w+\.|https?:|www\.|\.com|\.cn", re.ASCII)
    assert not [row.text for row in rows if numbers.search(row.text)]


def test_nothing_repeats_what_is_measured_on(rows: list[Row]) -> None:
    measured = {sentence.text for sentence in (*violations(ASSETS / "plain"), *innocents(ASSETS / "plain"))}
    suites = ASSETS / "sensitive"
    measured |= {text for pair in pairs(suites) for text in (pair.plain, pair.disguised)}
    measured |= {trap.text for trap in traps(suites)}
    assert measured.isdisjoint(row.text for row in rows)
