from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.evaluation.labelled import Row, Split
from riskguard.evaluation.lures import lures
from riskguard.evaluation.plain import innocents, violations
from riskguard.evaluation.posts import compose
from riskguard.evaluation.posts.composition import NEAREST, character_pairs, near
from riskguard.evaluation.posts.disguise import adorn, disguise
from riskguard.evaluation.posts.frames import FOLDS, PARTS, read_frames

PLAIN = Path(__file__).parents[2] / "assets" / "plain"


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return compose()


def test_the_same_seed_gives_the_same_posts(rows: list[Row]) -> None:
    assert [(row, row.more) for row in rows] == [(row, row.more) for row in compose(seed=7)]
    assert rows != compose(seed=8)


@pytest.mark.parametrize(
    ("label", "least"),
    [
        ("gambling", 450),
        ("fraud", 700),
        ("ad", 450),
        ("illegal_trade", 450),
        ("sexual", 400),
        ("abuse", 200),
        ("hate", 400),
        ("self_harm", 200),
        ("innocent", 3400),
    ],
)
def test_there_are_enough_posts_of_a_label(rows: list[Row], label: str, least: int) -> None:
    assert Counter(row.label for row in rows)[label] >= least


@pytest.mark.parametrize(
    ("kinds", "least"),
    [
        pytest.param(
            ("contrast.against_prejudice", "contrast.names_group", "contrast.quotes", "hate"), 800, id="groups"
        ),
        pytest.param(("contrast.self_directed", "contrast.reported", "contrast.literal", "abuse"), 300, id="insults"),
        pytest.param(("self_harm", "innocent.self_harm"), 300, id="self-harm"),
    ],
)
def test_there_are_enough_posts_of_a_contrast(rows: list[Row], kinds: tuple[str, ...], least: int) -> None:
    assert sum(row.more["kind"].startswith(kinds) for row in rows) >= least


def test_innocent_posts_are_as_many_as_risky_ones_about_the_same_things(rows: list[Row]) -> None:
    risky = ("gambling", "fraud", "ad", "illegal_trade", "sexual")
    talk = sum(row.more["kind"].startswith("innocent.") for row in rows)
    assert len(rows) >= 4500
    assert talk >= sum(row.label in risky for row in rows)


def test_posts_are_distinct_complete_and_of_the_length_of_posts(rows: list[Row]) -> None:
    texts = [row.text for row in rows]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if "{" in text or "}" in text]
    assert not [text for text in texts if text != text.strip()]
    assert min(map(len, texts)) >= 4
    assert max(map(len, texts)) <= 160


def test_posts_of_a_frame_say_different_things(rows: list[Row]) -> None:
    """Sampled before disguise: a disguise only drives them further apart."""
    families: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if not row.more["disguise"]:
            families[row.more["frame"], row.label].append(row.text)
    nearness = [
        near(character_pairs(one), character_pairs(other))
        for texts in families.values()
        for one, other in combinations(texts, 2)
    ]
    assert sum(each > NEAREST for each in nearness) < 0.01 * len(nearness)
    assert max(nearness) < 0.85


def test_any_two_posts_are_seldom_alike(rows: list[Row]) -> None:
    dice = random.Random(1)
    pairs = [dice.sample(rows, 2) for _ in range(5000)]
    alike = sum(near(character_pairs(one.text), character_pairs(other.text)) > 0.5 for one, other in pairs)
    assert alike < 10


def test_a_frame_lies_in_one_fold_and_the_folds_are_of_a_size(rows: list[Row]) -> None:
    folds: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        folds[row.more["frame"]].add(row.more["fold"])
    assert all(len(its) == 1 for its in folds.values())
    sizes = Counter(row.more["fold"] for row in rows)
    assert set(sizes) == {str(fold) for fold in range(FOLDS)}
    assert max(sizes.values()) < 1.25 * min(sizes.values())


def test_every_label_stands_in_every_fold(rows: list[Row]) -> None:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        seen[row.label].add(row.more["fold"])
    assert {label: len(folds) for label, folds in seen.items()} == dict.fromkeys(seen, FOLDS)


def test_a_contrast_pair_has_an_innocent_and_a_harsh_half(rows: list[Row]) -> None:
    halves: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if "pair" in row.more:
            halves[row.more["pair"]].append(row.label)
    assert len(halves) >= 500
    assert all(sorted(labels) in (["hate", "innocent"], ["abuse", "innocent"]) for labels in halves.values())


def test_levels_of_distress_are_told(rows: list[Row]) -> None:
    levels = {row.more.get("level") for row in rows if row.label == "self_harm"}
    assert levels == {"concern", "urgent"}
    assert {row.more["level"] for row in rows if row.more["kind"] == "innocent.self_harm"} == {"none"}


def test_nothing_looks_like_a_real_number_or_address(rows: list[Row]) -> None:
    numbers = re.compile(r"\d[\d\s.\-·*]{4,}\d|@\w+\.|https?:|www\.|\.com|\.cn", re.ASCII)
    assert not [row.text for row in rows if numbers.search(row.text)]


def test_nothing_repeats_what_is_measured_on(rows: list[Row]) -> None:
    measured = {sentence.text for sentence in (*violations(PLAIN), *innocents(PLAIN))}
    measured |= {row.text for row in lures(Split.DEV)}
    assert measured.isdisjoint(row.text for row in rows)


def test_a_part_of_the_lures_is_disguised_in_each_way(rows: list[Row]) -> None:
    risky = [row for row in rows if row.label in {"gambling", "sexual", "illegal_trade", "fraud", "ad"}]
    ways = Counter(row.more["disguise"] for row in risky)
    assert set(ways) == {"", "homophone", "split", "symbol", "spaced"}
    assert 0.15 < 1 - ways[""] / len(risky) < 0.4
    assert {row.more["disguise"] for row in rows if row.label == "innocent"} == {""}


def test_every_gap_of_a_frame_has_words() -> None:
    """Each frame can be filled from any seed; an unknown gap would raise."""
    frames = read_frames()
    assert {frame.id.partition(".")[0] for frame in frames} == set(PARTS)
    for frame in frames:
        for seed in range(20):
            assert all("{" not in text for text in frame.fill(random.Random(seed)))


@given(st.text(alphabet="加微信兼职日结贷款好的今天天气", max_size=30), st.integers())
def test_a_disguise_is_named_only_if_it_changes_the_text(text: str, seed: int) -> None:
    changed, way = disguise(text, random.Random(seed))
    assert (changed != text) is bool(way)


@given(st.text(alphabet="今天吃菠菜，好吃。", min_size=1, max_size=30), st.integers())
def test_adorning_keeps_the_words(text: str, seed: int) -> None:
    def words(of: str) -> str:
        return "".join(char for char in of if char in "今天吃菠菜")

    assert words(adorn(text, random.Random(seed))).startswith(words(text))
