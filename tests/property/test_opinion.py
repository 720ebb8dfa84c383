"""Laws of opinion: counting knows no order, totals are the posts, and more accounts never look calmer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.opinion import ALL, EMOTIONS, Attendance, Bucket, Grain, Mark
from riskguard.domain.post import Scene
from riskguard.services.opinion.headcount import EMPTY, count, joined, with_accounts
from riskguard.services.opinion.marking import attended, counted, together
from riskguard.services.opinion.surprise import rise, surprise

START = datetime(2026, 11, 1, tzinfo=UTC)

means = st.floats(0, 500)
sizes = st.one_of(st.just(inf), st.floats(0.5, 200))
times = st.integers(0, 3 * 86_400).map(lambda second: START + timedelta(seconds=second))
marks = st.builds(
    Mark,
    post_id=st.uuids().map(str),
    community=st.sampled_from(["a", "b"]),
    scene=st.sampled_from([Scene.POST, Scene.COMMENT]),
    at=times,
    account=st.integers(0, 12),
    action=st.sampled_from(["allow", "block"]),
    sentiment=st.sampled_from(["", "negative", "positive"]),
    emotion=st.sampled_from(["", *EMOTIONS]),
    cluster=st.sampled_from(["", "c1"]),
)
posts = st.lists(marks, max_size=30, unique_by=lambda mark: mark.post_id)


@given(st.integers(0, 400), means, sizes)
def test_more_accounts_never_lower_the_surprise(accounts: int, expected: float, size: float) -> None:
    assert surprise(accounts + 1, expected, size) >= surprise(accounts, expected, size)


@given(st.integers(0, 400), means, st.floats(0, 50), sizes)
def test_a_higher_usual_never_raises_the_surprise(accounts: int, expected: float, more: float, size: float) -> None:
    assert surprise(accounts, expected + more, size) <= surprise(accounts, expected, size) + 1e-6


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 30)), min_size=1, max_size=40), st.data())
def test_more_accounts_in_any_bin_never_lower_a_slow_rise(bins: list[tuple[int, float]], data: st.DataObject) -> None:
    counts, expected = [count for count, _ in bins], [mean for _, mean in bins]
    at = data.draw(st.integers(0, len(bins) - 1))
    higher = [*counts[:at], counts[at] + 1, *counts[at + 1 :]]
    assert rise(higher, expected, lift=1.8).evidence >= rise(counts, expected, lift=1.8).evidence


@given(posts, st.randoms(use_true_random=False), st.integers(0, 30))
def test_counting_knows_no_order_and_no_batches(said: list[Mark], chance: object, cut: int) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    at_once = {bucket.key: bucket for bucket in counted(said)}
    in_parts = {bucket.key: bucket for bucket in counted(shuffled[:cut])}
    in_parts |= {bucket.key: bucket for bucket in counted(shuffled[cut:], lambda _: [*in_parts.values()])}
    assert {key: _plain(bucket) for key, bucket in in_parts.items()} == {k: _plain(b) for k, b in at_once.items()}


@given(posts)
def test_totals_equal_the_posts_at_every_width(said: list[Mark]) -> None:
    buckets = counted(said)
    for grain in Grain:
        some = [bucket for bucket in buckets if bucket.grain is grain]
        assert sum(bucket.posts for bucket in some) == len(said)
        assert sum(sum(bucket.tallies["action"].values()) for bucket in some) == len(said)
        assert sum(bucket.copies for bucket in some) == sum(bool(mark.cluster) for mark in said)
    for bucket in buckets:
        inside = [mark for mark in said if bucket.start <= mark.at < bucket.start + bucket.grain.width]
        own = {m.account for m in inside if (m.community, m.scene) == (bucket.community, bucket.scene)}
        assert count(bucket.heads[ALL]) == len(own)


@given(st.lists(st.integers(0, 2**63 - 1), max_size=60), st.randoms(use_true_random=False))
def test_heads_are_counted_once_in_any_order(accounts: list[int], chance: object) -> None:
    shuffled = [*accounts, *accounts]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    parts = joined([with_accounts(EMPTY, shuffled[::2]), with_accounts(EMPTY, shuffled[1::2])])
    assert parts == with_accounts(EMPTY, accounts)
    assert abs(count(parts) - len(set(accounts))) <= 3


@given(posts, st.randoms(use_true_random=False))
def test_attendance_knows_no_order(said: list[Mark], chance: object) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _by_account(attended(said)) == _by_account(attended(shuffled))


@given(times, times)
def test_attendance_remembers_both_days(one: datetime, other: datetime) -> None:
    both = together(Attendance("a", 1, one, one), Attendance("a", 1, other, other))
    days = abs((Grain.DAY.start(one) - Grain.DAY.start(other)).days)
    assert both.days == 1 | (1 << days)
    assert (both.first_at, both.last_at) == (min(one, other), max(one, other))


def _plain(bucket: Bucket) -> tuple[object, ...]:
    return bucket.posts, bucket.copies, bucket.tallies, {name: count(sketch) for name, sketch in bucket.heads.items()}


def _by_account(found: list[Attendance]) -> dict[tuple[str, int], Attendance]:
    return {(each.community, each.account): each for each in found}
