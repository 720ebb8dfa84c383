"""Judge posts: read, think, write. No transaction is open while models run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from riskguard.domain.case import Case
from riskguard.domain.errors import NotReady, StaleVersion
from riskguard.domain.event import Event
from riskguard.domain.finding import NOTABLE, Abstention, Reading, brief
from riskguard.domain.line import Batch
from riskguard.domain.member import Community
from riskguard.domain.post import Post
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, Verdict
from riskguard.policy.engine import evaluate
from riskguard.services import campaigns
from riskguard.services.alerting import Naming, as_it_is_called, raise_alerts, verdict_alerts
from riskguard.services.disclosure import disclosed, discloses
from riskguard.services.events import announce, judged
from riskguard.services.identity import new_id
from riskguard.services.ports import Begin, Bell, Clock, Keyring, Panel, PolicyBook, UnitOfWork
from riskguard.services.redaction import treatment_of
from riskguard.services.title import in_text, words_of
from riskguard.text.mask import places_of, redact
from riskguard.text.view import TextView, fold_all

_log = logging.getLogger(__name__)

GRAVEST = 4
UNKNOWN_SEVERITY = 2
ALERT_PRIORITY = 30
DISTRESS = "self_harm"
DISTRESS_PRIORITY = 70
"""With the alert that care comes by, nothing stands above it."""

LEAST_PRIORITY = 10
"""A case that no label explains, such as one opened since a detector failed."""

PART_CHARS = 50_000
"""A batch of long posts is judged in parts of about this size, so that no lease ends over honest work."""

_ATTEMPTS = 5

Guard = Callable[[float], AbstractContextManager[object]]
"""Given the seconds that thinking may take, something to hold meanwhile."""


def judge(
    posts: Sequence[Post],
    *,
    panel: Panel,
    policies: PolicyBook,
    keys: Keyring | None = None,
    floor: float = NOTABLE,
    every_label: bool = False,
) -> list[Verdict]:
    """One verdict per post, in order, about title and text together. Stores nothing.

    Findings under `floor` may be left out. With `every_label` a label that no finding spoke of scores 0.0, unless a
    detector that abstained was to speak of it. Operators of a policy that seal or hash need `keys`.
    """
    words = [words_of(post) for post in posts]
    by_length = sorted(range(len(posts)), key=lambda at: len(words[at]))
    ordered, views = [posts[at] for at in by_length], fold_all([words[at] for at in by_length])
    readings = list(map(_disclosed, ordered, views, panel.read(ordered, views, floor=floor), [policies] * len(posts)))
    weighed = list(map(_weighed, ordered, readings, [policies] * len(posts)))
    explained = panel.explain(views, readings, list(map(_acted_on, weighed)))
    shown = [_shown(*each, policies, keys) for each in zip(ordered, explained, weighed, strict=True)]
    verdicts = dict(zip(by_length, shown, strict=True))
    given = [verdicts[at] for at in range(len(posts))]
    return [_with_every_label(verdict, panel.labels) for verdict in given] if every_label else given


def moderate(
    batch: Batch,
    *,
    begin: Begin,
    panel: Panel,
    policies: PolicyBook,
    taxonomy: Taxonomy,
    clock: Clock,
    bell: Bell,
    naming: Naming = as_it_is_called,
    keys: Keyring | None = None,
    guard: Guard = nullcontext,
    renew: Callable[[Batch], bool] = lambda _: True,
) -> int:
    """Judge the posts of a batch and keep what follows, one transaction a part; how many verdicts are new.

    Before each further part `renew` begins the lease again; where it cannot, someone else has the rest. A post that
    cannot be read or kept gets a verdict by abstention and harms no other. NotReady when the store cannot be reached:
    nothing is wrong with the batch then.
    """
    with begin() as work:
        posts, closed = work.posts.readable(batch.post_ids, needs_keys=True)
        named = {name: work.communities.get(name) for name in {post.community for post in posts}}
    desk = _Desk(begin, panel, policies, taxonomy, clock, named, naming, keys)
    new = 0
    for number, part in enumerate(_parts(posts)):
        if number and not renew(batch):
            break
        with guard(batch.lease_s):
            verdicts = _judged(part, batch, closed, desk)
        kept, events = _kept(list(zip(part, verdicts, strict=True)), desk)
        new += kept
        if events:
            announce(bell)
    return new


def priority(verdict: Verdict, taxonomy: Taxonomy) -> int:
    """How soon to look, 0..100: severity times score of the gravest label that fired; alerts raise it.

    Somebody in distress comes before whatever is merely for sale.
    """
    fired = {label for rule in verdict.rules for label in rule.labels}
    gravity = max((_severity(label, taxonomy) * verdict.labels.get(label, 0.0) for label in fired), default=0.0)
    urgency = max(LEAST_PRIORITY, round((100 - ALERT_PRIORITY) * gravity / GRAVEST))
    floor = DISTRESS_PRIORITY if any(label.startswith(DISTRESS) for label in fired) else 0
    return min(100, max(floor, urgency) + (ALERT_PRIORITY if verdict.alerts else 0))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What keeping verdicts needs."""

    begin: Begin
    panel: Panel
    policies: PolicyBook
    taxonomy: Taxonomy
    clock: Clock
    communities: Mapping[str, Community | None]
    naming: Naming
    keys: Keyring | None


_Judged = Sequence[tuple[Post, Verdict]]


def _parts(posts: Sequence[Post]) -> Iterator[Sequence[Post]]:
    """The posts in order, cut where more than PART_CHARS characters come together."""
    first, chars = 0, 0
    for at, post in enumerate(posts):
        size = len(post.title) + len(post.text)
        if at > first and chars + size > PART_CHARS:
            yield posts[first:at]
            first, chars = at, 0
        chars += size
    if posts:
        yield posts[first:]


def _judged(posts: Sequence[Post], batch: Batch, closed: Set[str], desk: _Desk) -> list[Verdict]:
    """`closed` are the posts whose words the store cannot open."""
    if batch.hopeless:
        return [_unread(post, "reading this post ended the worker", desk.panel, desk.policies) for post in posts]
    verdicts = iter(_judged_apart([post for post in posts if post.id not in closed], desk))
    reason = "the words of this post were changed in the database, or their key is missing"
    return [_unread(post, reason, desk.panel, desk.policies) if post.id in closed else next(verdicts) for post in posts]


def _disclosed(post: Post, view: TextView, reading: Reading, policies: PolicyBook) -> Reading:
    if not discloses(reading):
        return reading
    taxonomy = policies.policy_for(post.community, post.scene).taxonomy
    return disclosed(reading, view=view, at=post.created_at.date(), taxonomy=taxonomy)


def _weighed(post: Post, reading: Reading, policies: PolicyBook) -> Verdict:
    return evaluate(policies.policy_for(post.community, post.scene), post, in_text(reading, post))


def _acted_on(verdict: Verdict) -> frozenset[str]:
    """The labels of what fired, where it has consequences: these are worth an explanation."""
    if verdict.action is Action.ALLOW and not verdict.alerts:
        return frozenset()
    return frozenset(label for rule in verdict.rules for label in rule.labels)


def _shown(post: Post, reading: Reading, verdict: Verdict, policies: PolicyBook, keys: Keyring | None) -> Verdict:
    """The verdict with what people are shown of its reading."""
    findings = in_text(reading, post).findings
    asked = {label for rule in verdict.rules if rule.action is Action.MASK for label in rule.labels}
    masked = post.text
    if places := places_of(post.text, findings, asked=asked):  # all places, of which some are kept
        policy = policies.policy_for(post.community, post.scene)
        masked = redact(post.text, places, treatment_of(policy, keys)).text
    return replace(verdict, masked_text=masked, findings=brief(findings))


def _with_every_label(verdict: Verdict, labels: frozenset[str]) -> Verdict:
    open_ = {label for abstention in verdict.abstentions for label in abstention.labels}
    return replace(verdict, labels=dict.fromkeys(sorted(labels - open_), 0.0) | dict(verdict.labels))


def _judged_apart(posts: Sequence[Post], desk: _Desk) -> list[Verdict]:
    """One verdict per post; a batch that breaks is halved until the post that breaks it is alone."""
    if not posts:
        return []
    try:
        return judge(posts, panel=desk.panel, policies=desk.policies, keys=desk.keys)
    except Exception as error:
        if len(posts) == 1:
            _log.exception("post %s could not be read", posts[0].id)
            return [_unread(posts[0], f"reading this post failed: {type(error).__name__}", desk.panel, desk.policies)]
    middle = len(posts) // 2
    return [*_judged_apart(posts[:middle], desk), *_judged_apart(posts[middle:], desk)]


def _unread(post: Post, reason: str, panel: Panel, policies: PolicyBook) -> Verdict:
    """What the policy says to silence. Its rules do not get to see the text either: they may be what broke."""
    silence = Abstention("panel", reason, labels=tuple(sorted(panel.labels)))
    policy = policies.policy_for(post.community, post.scene)
    return evaluate(policy, replace(post, text="", title="", metadata={}), Reading(abstentions=(silence,)))


def _kept(judged_: _Judged, desk: _Desk) -> tuple[int, int]:
    """How many verdicts and events are new. What the store refuses is halved until the post to blame is alone."""
    if not judged_:
        return 0, 0
    try:
        return _write(judged_, desk)
    except NotReady:
        raise
    except Exception as error:
        if len(judged_) == 1:
            post = judged_[0][0]
            _log.exception("the verdict of post %s could not be kept", post.id)
            reason = f"keeping the verdict failed: {type(error).__name__}"
            return _write_unread(post, _unread(post, reason, desk.panel, desk.policies), desk)
    middle = len(judged_) // 2
    first, second = _kept(judged_[:middle], desk), _kept(judged_[middle:], desk)
    return first[0] + second[0], first[1] + second[1]


def _write_unread(post: Post, verdict: Verdict, desk: _Desk) -> tuple[int, int]:
    """Keep this verdict; without its case and event where they cannot be kept, lest the post comes back for ever."""
    try:
        return _write([(post, verdict)], desk)
    except NotReady:
        raise
    except Exception:
        _log.exception("post %s gets a verdict that no moderator and no platform hears of", post.id)
    with desk.begin() as work:
        new = work.verdicts.add([verdict], at=desk.clock())
        work.commit()
    return len(new), 0


def _write(judged_: _Judged, desk: _Desk) -> tuple[int, int]:
    """One transaction: verdicts, and cases, events and alerts of the verdicts that are new."""
    now = desk.clock()
    with desk.begin() as work:
        new = work.verdicts.add([verdict for _, verdict in judged_], at=now)
        fresh = [(post, verdict) for post, verdict in judged_ if post.id in new]
        joined = campaigns.join(fresh, work=work, communities=desk.communities, now=now)
        case_ids = {case.post_id: case.id for case in joined.ruled}
        cases = [
            _case(post, verdict, now, desk.taxonomy)
            for post, verdict in fresh
            if verdict.needs_human and post.id not in case_ids and not campaigns.similar_only(verdict)
        ]
        events = [*_events(fresh, desk.communities, now), *joined.events]
        if joined.ruled:
            work.cases.add(joined.ruled)
        case_ids |= _open(cases, work) if cases else {}
        if events:
            work.outbox.add(events)
        alerts = verdict_alerts(campaigns.without_alert(fresh), case_ids, naming=desk.naming, now=now)
        raise_alerts(alerts, work=work, now=now)
        work.commit()
    return len(new), len(events)


def _open(cases: Sequence[Case], work: UnitOfWork) -> dict[str, str]:
    """Add the cases; one whose post has a case already, from a report, makes that one open and as urgent. The ids of
    the cases by those of their posts."""
    opened = work.cases.add(cases)
    return {case.post_id: case.id if case.post_id in opened else _join(case, work) for case in cases}


def _join(case: Case, work: UnitOfWork) -> str:
    """The id of the case that the post had already; it is open and as urgent as this one."""
    for attempt in range(1, _ATTEMPTS + 1):
        known = work.cases.of_post(case.post_id)
        if known is None:
            break
        try:
            work.cases.save(known.flag(priority=case.priority), seen_version=known.version)
            return known.id
        except StaleVersion:  # a moderator or a reporter was first
            if attempt == _ATTEMPTS:
                raise
    return case.id


def _case(post: Post, verdict: Verdict, now: datetime, taxonomy: Taxonomy) -> Case:
    return Case(
        id=new_id("cas"),
        post_id=post.id,
        community=post.community,
        priority=priority(verdict, taxonomy),
        opened_at=now,
    )


def _events(fresh: _Judged, communities: Mapping[str, Community | None], now: datetime) -> list[Event]:
    found = [
        judged(post, verdict, community=community, at=now)
        for post, verdict in fresh
        if (community := communities.get(post.community)) is not None
    ]
    return [event for event in found if event is not None]


def _severity(label: str, taxonomy: Taxonomy) -> int:
    return taxonomy.label(label).severity if label in taxonomy else UNKNOWN_SEVERITY
