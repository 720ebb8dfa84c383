"""Laws of sameness and of scores."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskguard.detectors.linear.ngrams import ngrams
from riskguard.detectors.similar import MemoryLookAlikes, SimilarDetector
from riskguard.detectors.similar.copypasta import Copypasta, Phrase
from riskguard.detectors.similar.likeness import overlap
from riskguard.detectors.similar.residue import residue
from riskguard.detectors.similar.sketch import sketches
from riskguard.domain.post import Author, Post
from riskguard.evaluation.calibration import platt, sigmoid
from riskguard.text.view import fold_all

NOW = datetime(2026, 11, 22, tzinfo=UTC)
texts = st.text(alphabet="今天福利领取朋友火锅@#[]/ab1", max_size=40)
any_texts = st.text(max_size=60)


@given(texts, texts)
def test_similarity_is_symmetric_and_full_with_oneself(one: str, other: str) -> None:
    first, second = sketches([one, other])
    if first is not None and second is not None:
        there, back = overlap(first, second), overlap(second, first)
        assert (there is None) == (back is None)
        if there is not None and back is not None:
            assert (there.jaccard, there.alike) == (back.jaccard, back.alike)
        itself = overlap(first, first)
        assert itself is not None
        assert (itself.jaccard, itself.alike) == (1.0, True)


@given(texts)
def test_only_listed_words_are_ever_taken_out(text: str) -> None:
    left = Copypasta([Phrase(("今天", "火锅")), Phrase(("福利",))]).taken_out_of(text)
    letters = iter(text)
    assert all(char in letters for char in left)
    assert left in ("", text) or len(left) >= 4


@given(st.lists(any_texts, max_size=6))
def test_a_sketch_does_not_depend_on_the_company(batch: list[str]) -> None:
    assert sketches(batch) == [sketches([text])[0] for text in batch]


@given(any_texts)
def test_taking_the_residue_twice_takes_no_more(text: str) -> None:
    once = residue(text)
    assert residue(once) == once


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["ann", "bob", ""]), texts), max_size=12))
def test_meeting_the_same_posts_again_counts_nobody_twice(said: list[tuple[int, str, str]]) -> None:
    unique = {number: (author, text) for number, author, text in said}
    posts = [
        Post(f"pst_{n}", "garden", str(n), text, NOW, Author(author)) for n, (author, text) in sorted(unique.items())
    ]
    detector = SimilarDetector(MemoryLookAlikes())
    views = fold_all([post.text for post in posts])
    first = detector.read(posts, views, floor=0.0)
    again = detector.read(posts, views, floor=0.0)
    assert [bool(found) for found in again] == [bool(found) for found in first]
    assert all(finding.facts.get("copies", 0) <= len(posts) for found in again for finding in found)  # type: ignore[operator]


@given(st.lists(any_texts, min_size=1, max_size=6))
def test_ngrams_of_a_text_do_not_depend_on_the_company(batch: list[str]) -> None:
    together = ngrams(batch, longest=3)
    for at, text in enumerate(batch):
        alone = ngrams([text], longest=3)
        for size in range(3):
            here = together.hashes[size][together.starts[at] : together.ends[at]]
            assert np.array_equal(here, alone.hashes[size][alone.starts[0] : alone.ends[0]])


@given(st.lists(st.tuples(st.floats(-20, 20), st.booleans(), st.floats(0.01, 5)), min_size=2, max_size=30))
def test_calibration_keeps_the_order_of_margins(rows: list[tuple[float, bool, float]]) -> None:
    margins, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    slope, shift = platt(margins, truth, weights)
    scores = sigmoid(slope * np.sort(margins) + shift)
    assert (np.diff(scores) >= 0).all()
    assert ((scores >= 0) & (scores <= 1)).all()
