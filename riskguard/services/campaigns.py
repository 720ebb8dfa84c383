"""Campaigns: opened by what verdicts say, and ruled on as one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from riskguard.domain.alert import Alert, Severity
from riskguard.domain.campaign import ALERT, Campaign, Copy, Extent
from riskguard.domain.case import Case, CaseStatus, Decision, Ruling
from riskguard.domain.errors import NotFound, StaleVersion
from riskguard.domain.event import Event
from riskguard.domain.finding import Cause
from riskguard.domain.member import Community
from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict
from riskguard.services.alerting import raise_alerts, resolve_alerts
from riskguard.services.audit import note
from riskguard.services.events import announce, decided, detected
from riskguard.services.identity import new_id
from riskguard.services.ports import Begin, Bell, Clock, Mask, UnitOfWork
from riskguard.services.review import stated

FAMILY = "similar."
"""Labels that speak of sameness: what a campaign's own case is about."""

DECIDED = "campaign.decided"
"""What the audit log calls a ruling on a campaign."""

_ATTEMPTS = 5
AT_ONCE = 300
"""Members that are given a ruling in one transaction."""

SEEN_VERDICTS = 300
"""The members' verdicts that a ruling rests on: the newest and the exemplar's."""

ALERT_LASTS = timedelta(hours=6)

Judged = Sequence[tuple[Post, Verdict]]


def similar_only(verdict: Verdict) -> bool:
    """Whether nothing but its campaign asks a human to look at a post: then the campaign's ruling is its ruling."""
    return (
        verdict.campaign is not None
        and not own_labels(verdict)
        and set(verdict.alerts) <= {ALERT}
        and all(each.cause is not Cause.FAILED for each in verdict.abstentions)
    )


def own_labels(verdict: Verdict) -> frozenset[str]:
    """The labels that fired, but for those of sameness."""
    fired = {label for rule in verdict.rules for label in rule.labels if label in verdict.labels}
    return frozenset(label for label in fired if not label.startswith(FAMILY))


def without_alert(judged: Judged) -> list[tuple[Post, Verdict]]:
    """The verdicts without the alert that a campaign raises by itself."""
    return [
        (post, replace(verdict, alerts=tuple(name for name in verdict.alerts if name != ALERT)))
        if verdict.campaign
        else (post, verdict)
        for post, verdict in judged
    ]


@dataclass(frozen=True, slots=True)
class Joined:
    """What the campaigns of a batch brought with them: cases already ruled on, and events."""

    ruled: tuple[Case, ...]
    events: tuple[Event, ...]


def join(fresh: Judged, *, work: UnitOfWork, communities: Mapping[str, Community | None], now: datetime) -> Joined:
    """Keep which posts are copies of which, open campaigns that the policies speak of, raise their alerts, and give
    later members the ruling that stands. Inside the transaction that keeps the verdicts."""
    copies = [copy for post, verdict in fresh if (copy := _copy(post, verdict)) is not None]
    if not copies:
        return Joined((), ())
    work.campaigns.add_copies(copies)
    members = {post.id: (post, verdict) for post, verdict in fresh if verdict.campaign}
    if not members:
        return Joined((), ())
    cluster_of = {copy.post_id: copy.cluster for copy in copies}
    wanted = {str(verdict.campaign): (post, cluster_of[post.id]) for post, verdict in members.values()}
    opened = work.campaigns.add([Campaign(id_, post.community, of, now) for id_, (post, of) in wanted.items()])
    work.campaigns.add_copies(_exemplars({wanted[id_][1] for id_ in opened}, work))
    standing = work.campaigns.held(sorted(wanted))
    extents = work.campaigns.extents(sorted(wanted))
    _alert(standing, extents, members.values(), work=work, now=now)
    ruled, told = _ruled(members.values(), standing, communities, now)
    found = (
        detected(standing[id_], extents[id_], community=communities.get(standing[id_].community), at=now)
        for id_ in opened
    )
    return Joined(tuple(ruled), (*told, *(event for event in found if event is not None)))


def _copy(post: Post, verdict: Verdict) -> Copy | None:
    for finding in verdict.findings:
        if finding.label == f"{FAMILY}near_duplicate" and "accounts" in finding.facts:
            return Copy(post.id, str(finding.facts["cluster"]), post.created_at)
    return None


def _exemplars(clusters: Collection[str], work: UnitOfWork) -> list[Copy]:
    return [Copy(post.id, post.id, post.created_at) for post in work.posts.get_many(sorted(clusters))]


def _alert(
    standing: Mapping[str, Campaign],
    extents: Mapping[str, Extent],
    members: Collection[tuple[Post, Verdict]],
    *,
    work: UnitOfWork,
    now: datetime,
) -> None:
    scene_of = {str(verdict.campaign): post.scene.value for post, verdict in members}
    waiting = [each for each in standing.values() if each.status is CaseStatus.OPEN or each.unreadable]
    raise_alerts([_alert_of(each, extents[each.id], scene_of[each.id], now) for each in waiting], work=work, now=now)


def _alert_of(campaign: Campaign, extent: Extent, scene: str, now: datetime) -> Alert:
    return Alert(
        key=_alert_key(campaign.id),
        kind="campaign",
        name=ALERT,
        severity=Severity.WARNING,
        community=campaign.community,
        scene=scene,
        summary=told(extent),
        page=f"campaigns/{campaign.id}",
        labels={"campaign": campaign.id},
        starts_at=extent.first_at,
        ends_at=now + ALERT_LASTS,
    )


def told(extent: Extent) -> str:
    """A campaign in one sentence, which says nothing of who is behind it."""
    return f"{extent.accounts} 个账号发布了 {extent.posts} 篇近似内容"


def _alert_key(campaign_id: str) -> str:
    return f"campaign:{campaign_id}"


def _ruled(
    members: Collection[tuple[Post, Verdict]],
    standing: Mapping[str, Campaign],
    communities: Mapping[str, Community | None],
    now: datetime,
) -> tuple[list[Case], list[Event]]:
    """Cases that come decided, since the ruling on their campaign speaks for them; and what the platform is told."""
    cases: list[Case] = []
    events: list[Event] = []
    for post, verdict in members:
        campaign = standing[str(verdict.campaign)]
        decision = campaign.standing
        if decision is None or not _speaks_for(campaign, verdict):
            continue
        case = _fresh_case(post, now).decide(replace(decision, at=now), seen_version=1)
        cases.append(case)
        community = communities.get(post.community)
        event = decided(case, case.decisions[-1], post=post, community=community) if community else None
        events += [event] if event else []
    return cases, events


def _fresh_case(post: Post, now: datetime) -> Case:
    return Case(id=new_id("cas"), post_id=post.id, community=post.community, priority=0, opened_at=now)


def decide(
    campaign_id: str,
    *,
    ruling: Ruling,
    reason: str,
    by: str,
    actor: str,
    seen_version: int,
    begin: Begin,
    clock: Clock,
    bell: Bell,
    mask: Mask,
    community: str | None = None,
) -> Campaign:
    """The campaign after this ruling, which every member is given that has none of its own; WITHDRAW takes it back.

    Personal information in the reason is masked. `by` is who decided; `actor` is the member or key that they came with,
    for the audit log. The ruling stands for later members from the first transaction on; the members so far follow
    AT_ONCE at a time, each with its event. Where that breaks off, ruling again goes on. Raises NotFound, StaleVersion,
    InvalidInput, TooLarge.
    """
    now = clock()
    with begin() as work:
        seen = campaign_of(work, campaign_id, community)
        labels = _labels(seen_verdicts(seen, work))
        decision = Decision(ruling, mask(stated(reason)), by, now)
        campaign = seen.decide(decision, labels=labels, seen_version=seen_version)
        work.campaigns.save(campaign, seen_version=seen_version)
        if campaign.status is CaseStatus.DECIDED:
            resolve_alerts([_alert_key(campaign.id)], work=work, now=now, by=actor)
        note(
            work,
            DECIDED,
            campaign.id,
            by=actor,
            at=now,
            community=campaign.community,
            ruling=ruling.value,
            version=campaign.version,
        )
        work.commit()
    for part in _members(campaign, begin):
        _give_all(campaign, part, begin)
        announce(bell)
    return campaign


def _members(campaign: Campaign, begin: Begin) -> Iterator[list[str]]:
    """The ids of all members, AT_ONCE at a time."""
    after = ""
    while True:
        with begin() as work:
            part = work.campaigns.members(campaign.cluster, after=after, limit=AT_ONCE)
        if part:
            yield part
        if len(part) < AT_ONCE:
            return
        after = part[-1]


def _give_all(campaign: Campaign, post_ids: Sequence[str], begin: Begin) -> None:
    """Give the newest ruling to these members in one transaction; begin again where a colleague changes one of them."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with begin() as work:
                _give(campaign, post_ids, work)
                work.commit()
            return
        except StaleVersion:
            if attempt == _ATTEMPTS:
                raise


def _give(campaign: Campaign, post_ids: Sequence[str], work: UnitOfWork) -> None:
    """Give the newest ruling to these members, unless they were ruled on by themselves, or cannot be read: nothing of
    them may be written over, and nobody has seen whether they need care."""
    decision = campaign.decisions[-1]
    posts, closed = work.posts.readable(post_ids, needs_keys=True)
    verdicts, unread = work.verdicts.readable(post_ids, needs_keys=True)
    known, shut = work.cases.readable(post_ids, needs_keys=True)
    closed = closed | unread | shut
    community = work.communities.get(campaign.community)
    fresh: list[Case] = []
    events: list[Event] = []
    for post in posts:
        before = known.get(post.id)
        verdict = verdicts.get(post.id)
        if post.id in closed or not _takes(campaign, before, verdict):
            continue
        case = before or _fresh_case(post, decision.at)
        after = case.decide(decision, seen_version=case.version)
        if before is None:
            fresh.append(after)
        else:
            work.cases.save(after, seen_version=before.version)
        event = decided(after, decision, post=post, community=community) if community else None
        events += [event] if event else []
    if fresh:
        work.cases.add(fresh)
    if events:
        work.outbox.add(events)


def _takes(campaign: Campaign, case: Case | None, verdict: Verdict | None) -> bool:
    """Whether the newest ruling on the campaign reaches a member: one of its own stays, and a report or an appeal that
    nobody has answered waits for a person."""
    last = case.decisions[-1] if case and case.decisions else None
    if campaign.standing is None:
        return last is not None and last.campaign == campaign.id and last.ruling is not Ruling.WITHDRAW
    if last is not None and last.campaign != campaign.id:
        return False
    if case is not None and any(last is None or heard.at > last.at for heard in case.grievances):
        return False
    return verdict is None or _speaks_for(campaign, verdict)


def _speaks_for(campaign: Campaign, verdict: Verdict) -> bool:
    """Whether the standing ruling decides this post, too. Whoever may need care is always seen by a person."""
    return verdict.care is None and campaign.covers(own_labels(verdict))


def campaign_of(work: UnitOfWork, campaign_id: str, community: str | None) -> Campaign:
    """The campaign; NotFound where it belongs to another community."""
    found = work.campaigns.get(campaign_id)
    if found is None or community not in (None, found.community):
        raise NotFound(f"no campaign {campaign_id}")
    return found


def seen_verdicts(campaign: Campaign, work: UnitOfWork) -> list[Verdict]:
    """Of its first post and of the newest, as far as they can be read: what a moderator judges it by."""
    copies = work.campaigns.copies(campaign.cluster, limit=SEEN_VERDICTS)
    verdicts, _ = work.verdicts.readable([copy.post_id for copy in copies])
    return list(verdicts.values())


def _labels(verdicts: Sequence[Verdict]) -> frozenset[str]:
    return frozenset[str]().union(*map(own_labels, verdicts))
