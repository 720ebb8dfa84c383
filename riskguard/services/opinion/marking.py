"""From judged posts to marks, and from marks to buckets and attendances. Pure; the order of posts does not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from riskguard.policy.opinion import OpinionRules, Reading
from riskguard.services.opinion.headcount import account_of, with_accounts
from riskguard.services.opinion.topics import topics_of

REMEMBERED_DAYS = 62
"""Days of attendance in one number that every database keeps exactly."""

Known = Callable[[Collection[BucketKey]], Iterable[Bucket]]
"""Those of the buckets that exist."""

_EMOTION_LABELS = [(emotion, f"emotion.{emotion}") for emotion in EMOTIONS]
_DAY_S = int(Grain.DAY)


def marks_of(judged: Sequence[Judged], rules: OpinionRules) -> list[Mark]:
    """One mark per judged post, in order. Nothing of its text is kept but its topics, and these are taken from what
    may be shown: no name and no number that is masked becomes a topic."""
    topics = topics_of([each.text for each in judged], rules)
    return [_mark(each, said, rules.reading) for each, said in zip(judged, topics, strict=True)]


def _mark(judged: Judged, topics: tuple[str, ...], reading: Reading) -> Mark:
    return Mark(
        post_id=judged.post_id,
        community=judged.community,
        scene=judged.scene,
        at=judged.at,
        account=account_of(judged.community, judged.author_id),
        action=judged.action.word,
        sentiment=_sentiment(judged.labels, reading.sentiment),
        emotion=_emotion(judged.labels, reading.emotion),
        cluster=judged.cluster if judged.likeness >= reading.copy else "",
        topics=topics,
    )


def _sentiment(labels: Mapping[str, float], least: float) -> str:
    negative, positive = (labels.get(f"sentiment.{word}", 0.0) for word in (NEGATIVE, POSITIVE))
    if max(negative, positive) < least:
        return ""
    return NEGATIVE if negative >= positive else POSITIVE


def _emotion(labels: Mapping[str, float], least: float) -> str:
    strongest, highest = "", 0.0
    for emotion, label in _EMOTION_LABELS:
        score = labels.get(label, 0.0)
        if score > highest:
            strongest, highest = emotion, score
    return strongest if highest >= least else ""


def counted(marks: Iterable[Mark], known: Known = lambda _: ()) -> list[Bucket]:
    """The buckets after these marks: of each width the one that a mark falls into, so that all widths always agree."""
    narrow: defaultdict[BucketKey, list[Mark]] = defaultdict(list)
    for mark in marks:
        grain = Grain.FIVE_MINUTES
        narrow[mark.community, mark.scene, grain, grain.start(mark.at)].append(mark)
    tallies = {key: _Tally.of(some) for key, some in narrow.items()}
    wide: defaultdict[BucketKey, list[_Tally]] = defaultdict(list)
    for (community, scene, _, start), tally in tallies.items():
        for grain in Grain:
            wide[community, scene, grain, grain.start(start)].append(tally)
    old = {bucket.key: bucket for bucket in known(wide)}
    return [_grown(old.get(key) or Bucket(*key), some) for key, some in wide.items()]


@dataclass(frozen=True, slots=True)
class _Tally:
    """What marks add to a bucket: posts, copies, posts per word of a kind, and accounts per series."""

    posts: int
    copies: int
    words: Mapping[str, Counter[str]]
    accounts: Mapping[str, set[int]]

    @classmethod
    def of(cls, marks: Sequence[Mark]) -> _Tally:
        words = {
            "action": Counter(mark.action for mark in marks),
            "sentiment": Counter(mark.sentiment for mark in marks if mark.sentiment),
            "emotion": Counter(mark.emotion for mark in marks if mark.emotion),
        }
        accounts: defaultdict[str, set[int]] = defaultdict(set)
        for mark in marks:
            for series in {ALL, mark.emotion, mark.sentiment}:
                accounts[series].add(mark.account)
        return cls(len(marks), sum(bool(mark.cluster) for mark in marks), words, accounts)


def _grown(bucket: Bucket, tallies: Sequence[_Tally]) -> Bucket:
    words = {kind: dict(bucket.tallies.get(kind, {})) for kind in ("action", "sentiment", "emotion")}
    accounts: defaultdict[str, set[int]] = defaultdict(set)
    for tally in tallies:
        words = {kind: added(counts, tally.words[kind]) for kind, counts in words.items()}
        for series, some in tally.accounts.items():
            accounts[series] |= some
    return replace(
        bucket,
        posts=bucket.posts + sum(tally.posts for tally in tallies),
        copies=bucket.copies + sum(tally.copies for tally in tallies),
        tallies=words,
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
    before = (one.last_at, one.last_negative) <= (other.last_at, other.last_negative)
    early, late = (one, other) if before else (other, one)
    firsts = sorted(at for each in (one, other) for at in (each.first_at, each.second_at) if at is not None)
    back = int(late.last_at.timestamp()) // _DAY_S - int(early.last_at.timestamp()) // _DAY_S
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
