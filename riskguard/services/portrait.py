"""Campaigns as a moderator sees them: the list, and one laid out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from riskguard.domain.audit import AuditFilter
from riskguard.domain.campaign import Bucket, Campaign, Copy, Extent, Group, groups, timeline
from riskguard.domain.case import Case, CaseStatus
from riskguard.domain.errors import Gone
from riskguard.domain.template import MOST_TEXTS, Part, template
from riskguard.domain.verdict import Action, Verdict
from riskguard.services.campaigns import DECIDED, campaign_of, own_labels, seen_verdicts
from riskguard.services.ports import Begin, UnitOfWork

MOST_COPIES = 20_000
"""Copies that a page reads; a larger campaign is counted in full and shown from its newest."""

LISTED_MEMBERS, LISTED_ACCOUNTS = 100, 12
MOST_SPELLS = 1000
"""The newest campaigns that are told of some time."""

MOST_BOUND = 500
"""The busiest accounts whose other campaigns are looked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign in a list, with the masked words of its first post that is still kept. `unreadable`: these words were
    changed, or their key is missing."""

    campaign: Campaign
    extent: Extent
    words: str
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the list; `more` says whether another follows."""

    lines: tuple[Line, ...]
    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """A campaign over some time; `posts` and `accounts` are those of that time, none where it was only ruled on."""

    line: Line
    posts: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Member:
    """One post of a campaign, in masked words. `verdict` and `case` are None until there is one. `unreadable`: some of
    what is sealed of it cannot be opened, and is empty here."""

    copy: Copy
    post_id: str
    words: str
    verdict: Verdict | None
    case: Case | None
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Portrait:
    """A campaign laid out: how it went, what is fixed and what varies, who took part, who appears together elsewhere.

    `accounts` are the busiest with their posts here, and in how many campaigns of the community they took part.
    """

    campaign: Campaign
    extent: Extent
    timeline: tuple[Bucket, ...]
    pattern: tuple[Part, ...]
    members: tuple[Member, ...]
    accounts: tuple[tuple[str, int, int], ...]
    groups: tuple[Group, ...]
    actions: Mapping[Action, int]
    labels: tuple[str, ...]

    @property
    def exemplar(self) -> Member:
        """The first post that is still kept."""
        return self.members[0]


def listed(
    *, begin: Begin, community: str | None, status: CaseStatus | None = CaseStatus.OPEN, page: int = 1, size: int = 25
) -> Leaf:
    """Page `page` (from 1) of the campaigns, the newest first; no community means all."""
    with begin() as work:
        found = work.campaigns.listed(community=community, status=status, limit=size + 1, offset=(page - 1) * size)
        lines = _lines(found, work)
    return Leaf(tuple(lines[:size]), page, more=len(found) > size)


def spells(community: str, *, since: datetime, until: datetime, begin: Begin) -> list[Spell]:
    """The campaigns of a community of which anything was posted in [since, until), or that were ruled on in it; those
    with most accounts in that time first."""
    within = (since, until)
    with begin() as work:
        found = {
            each.id: each
            for each in work.campaigns.listed(community=community, status=None, limit=MOST_SPELLS, within=within)
        }
        for each in _ruled_on(community, since, until, work):
            found.setdefault(each.id, each)
        extents = work.campaigns.extents(list(found), within=within)
        lines = _lines(list(found.values()), work)
    told = [
        Spell(line, extent.posts if extent else 0, extent.accounts if extent else 0)
        for line in lines
        for extent in [extents.get(line.campaign.id)]
    ]
    return sorted(told, key=lambda each: (-each.accounts, -each.posts, each.line.campaign.id))


def _ruled_on(community: str, since: datetime, until: datetime, work: UnitOfWork) -> list[Campaign]:
    """The log tells: what was decided is sealed, and nothing else knows when."""
    wanted = AuditFilter(since=since, until=until, event=DECIDED, community=community)
    ids = {record.subject for record in work.audit.find(wanted, limit=MOST_SPELLS)}
    return [each for id_ in sorted(ids) if (each := work.campaigns.get(id_)) is not None]


def _lines(found: Sequence[Campaign], work: UnitOfWork) -> list[Line]:
    """A line for each; those of which no post is left are left out."""
    extents = work.campaigns.extents([each.id for each in found])
    first = {each.id: work.campaigns.members(each.cluster, after="", limit=1) for each in found}
    verdicts, closed = work.verdicts.readable([ids[0] for ids in first.values() if ids])
    words = {post_id: verdict.masked_text for post_id, verdict in verdicts.items()} | dict.fromkeys(closed, "")
    return [
        Line(each, extents[each.id], words[first[each.id][0]], unreadable=first[each.id][0] in closed)
        for each in found
        if each.id in extents and first[each.id][0] in words
    ]


def portrait(campaign_id: str, *, begin: Begin, community: str | None = None) -> Portrait:
    """Everything a moderator sees of a campaign; NotFound where it belongs to another community, Gone where all its
    posts are."""
    with begin() as work:
        campaign = campaign_of(work, campaign_id, community)
        copies = work.campaigns.copies(campaign.cluster, limit=MOST_COPIES)
        extent = work.campaigns.extents([campaign.id]).get(campaign.id)
        if extent is None:
            raise Gone(f"all posts of campaign {campaign_id} were deleted")
        members = _laid_out(copies, work)
        posted = Counter(copy.account for copy in copies if copy.account)
        taken_part = work.campaigns.taken_part(
            campaign.community, [account for account, _ in posted.most_common(MOST_BOUND)]
        )
        actions, labels = _tally(seen_verdicts(campaign, work))
    campaigns_of: dict[str, set[str]] = defaultdict(set)
    for account, other in taken_part:
        campaigns_of[account].add(other)
    busiest = sorted(posted, key=lambda account: (-len(campaigns_of[account]), -posted[account], account))
    return Portrait(
        campaign=campaign,
        extent=extent,
        timeline=tuple(timeline(copies)),
        pattern=tuple(_pattern(members)),
        members=tuple(members),
        accounts=tuple((each, posted[each], len(campaigns_of[each])) for each in busiest[:LISTED_ACCOUNTS]),
        groups=tuple(groups(campaigns_of)),
        actions=actions,
        labels=labels,
    )


def _laid_out(copies: Sequence[Copy], work: UnitOfWork) -> list[Member]:
    """The first post that is kept, then the newest."""
    shown = [copies[0], *reversed(copies[1:][-LISTED_MEMBERS:])]
    ids = [copy.post_id for copy in shown]
    posts, closed = work.posts.readable(ids)
    names = {post.id: post.post_id for post in posts}
    verdicts, unread = work.verdicts.readable(ids)
    cases, shut = work.cases.readable(ids)
    closed = closed | unread | shut
    return [
        Member(
            copy,
            names[copy.post_id],
            verdicts[copy.post_id].masked_text if copy.post_id in verdicts else "",
            verdicts.get(copy.post_id),
            cases.get(copy.post_id),
            unreadable=copy.post_id in closed,
        )
        for copy in shown
    ]


def _pattern(members: Sequence[Member]) -> list[Part]:
    """Of those that can be read, the first laid beside the others."""
    words = [each.words for each in members if not each.unreadable]
    return template(words[0], words[1 : MOST_TEXTS + 1]) if words else []


def _tally(verdicts: Sequence[Verdict]) -> tuple[dict[Action, int], tuple[str, ...]]:
    """How many members got which action, and the labels that fired, most frequent first."""
    labels = Counter(label for verdict in verdicts for label in own_labels(verdict))
    return dict(Counter(verdict.action for verdict in verdicts)), tuple(label for label, _ in labels.most_common())
