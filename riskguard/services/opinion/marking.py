"""From judged posts to marks, and from marks to buckets and attendances. Pure; the order of posts does not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from riskguard.domain.opinion import (
    ALL,
    EMOTIONS,
    NEGATIVE,
    POSITIVE,
    Attendance,
    Bucket,
    BucketKey,
    Grain,
    Judged,
    Mark,
)
from riskguard.domain.verdict import Verdict
from riskguard.policy.opinion import OpinionRules, Reading
from riskguard.services.opinion.headcount import account_of, with_accounts
from riskguard.services.opinion.topics import topics_of

NEAR_DUPLICATE = "similar.near_duplicate"
REMEMBERED_DAYS = 62
"""Days of attendance in one number that every database keeps exactly."""


def marks_of(judged: Sequence[Judged], rules: OpinionRules) -> list[Mark]:
    """One mark per judged post, in order. Nothing of its text is kept but its topics, and these are taken from what
    may be shown: no name and no number that is masked becomes a topic."""
    topics = topics_of([each.verdict.masked_text for each in judged], rules)
    return [_mark(each, said, rules.reading) for each, said in zip(judged, topics, strict=True)]


def _mark(judged: Judged, topics: tuple[str, ...], reading: Reading) -> Mark:
    post, verdict = judged.post, judged.verdict
    return Mark(
        post_id=post.id,
        community=post.community,
        scene=post.scene,
        at=min(post.created_at, judged.received_at),
        account=account_of(post.community, post.author.id),
        action=verdict.action.word,
        sentiment=_sentiment(verdict.labels, reading.sentiment),
        emotion=_emotion(verdict.labels, reading.emotion),
        cluster=_cluster(verdict, reading.copy),
        topics=topics,
    )


def _sentiment(labels: Mapping[str, float], least: float) -> str:
    negative, positive = (labels.get(f"sentiment.{word}", 0.0) for word in (NEGATIVE, POSITIVE))
    if max(negative, positive) < least:
        return ""
    return NEGATIVE if negative >= positive else POSITIVE


def _emotion(labels: Mapping[str, float], least: float) -> str:
    scored = {emotion: labels.get(f"emotion.{emotion}", 0.0) for emotion in EMOTIONS}
    strongest = max(EMOTIONS, key=lambda emotion: scored[emotion])
    return strongest if scored[strongest] >= least else ""


def _cluster(verdict: Verdict, least: float) -> str:
    for finding in verdict.findings:
        if finding.label == NEAR_DUPLICATE and finding.score >= least:
            return str(finding.facts.get("cluster", ""))
    return ""


def keys_of(mark: Mark) -> list[BucketKey]:
    """The buckets that count a post: one of each width, so that all widths always agree."""
    return [(mark.community, mark.scene, grain, grain.start(mark.at)) for grain in Grain]


def counted(marks: Iterable[Mark], known: Iterable[Bucket] = ()) -> list[Bucket]:
    """The buckets after these marks; `known` are those that exist of them."""
    new: defaultdict[BucketKey, list[Mark]] = defaultdict(list)
    for mark in marks:
        for key in keys_of(mark):
            new[key].append(mark)
    old = {bucket.key: bucket for bucket in known}
    return [_grown(old.get(key) or Bucket(*key), some) for key, some in new.items()]


def _grown(bucket: Bucket, marks: Sequence[Mark]) -> Bucket:
    words: dict[str, Counter[str]] = {
        "action": Counter(mark.action for mark in marks),
        "sentiment": Counter(mark.sentiment for mark in marks if mark.sentiment),
        "emotion": Counter(mark.emotion for mark in marks if mark.emotion),
    }
    accounts: defaultdict[str, set[int]] = defaultdict(set)
    for mark in marks:
        for series in {ALL, mark.emotion, mark.sentiment}:
            accounts[series].add(mark.account)
    return replace(
        bucket,
        posts=bucket.posts + len(marks),
        copies=bucket.copies + sum(bool(mark.cluster) for mark in marks),
        tallies={kind: added(bucket.tallies.get(kind, {}), more) for kind, more in words.items()},
        heads=dict(bucket.heads)
        | {series: with_accounts(bucket.heads.get(series, b""), some) for series, some in accounts.items()},
    )


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Sums by word."""
    return {word: one.get(word, 0) + other.get(word, 0) for word in sorted({*one, *other})}


def attended(marks: Iterable[Mark], known: Iterable[Attendance] = ()) -> list[Attendance]:
    """The attendances of these marks' accounts; `known` are those that exist of them."""
    found = {(each.community, each.account): each for each in known}
    for mark in marks:
        key = (mark.community, mark.account)
        once = Attendance(mark.community, mark.account, mark.at, mark.at, None, mark.sentiment == NEGATIVE)
        found[key] = together(found[key], once) if key in found else once
    return list(found.values())


def together(one: Attendance, other: Attendance) -> Attendance:
    """What two attendances of one account say together, whichever came first."""
    early, late = sorted((one, other), key=lambda each: (each.last_at, each.last_negative))
    firsts = sorted(at for each in (one, other) for at in (each.first_at, each.second_at) if at is not None)
    back = (Grain.DAY.start(late.last_at) - Grain.DAY.start(early.last_at)).days
    days = late.days | (early.days << back if back < REMEMBERED_DAYS else 0)
    return replace(late, first_at=firsts[0], second_at=firsts[1], days=days & ((1 << REMEMBERED_DAYS) - 1))


def wrote_within(attendance: Attendance, *, since: datetime, until: datetime) -> bool:
    """Whether the account wrote on any day that begins in [since, until), as far back as days are remembered."""
    last = Grain.DAY.start(attendance.last_at)
    newest = max(0, (last - until) // timedelta(days=1) + 1)
    oldest = (last - since) // timedelta(days=1)
    if oldest < newest:
        return False
    return bool((attendance.days >> newest) & ((1 << (oldest - newest + 1)) - 1))
