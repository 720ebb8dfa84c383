"""Many accounts, one text: campaigns, their timeline, what varies in them, and which accounts appear together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from riskguard.domain.case import CaseStatus, Decision, Ruling
from riskguard.domain.errors import InvalidInput, SealBroken, StaleVersion

ALERT = "campaign"
"""The alert by which a policy says that look-alikes have become a campaign: from how many accounts is its to say."""

BUCKET = timedelta(minutes=5)
FEWEST_SHARED = 2
"""Campaigns that two accounts must share to be shown as appearing together: once is chance."""

MOST_TOGETHER = 200
"""Accounts between which pairs are looked for, those with most campaigns first: pairs grow with the square."""


def campaign_id(exemplar_id: str) -> str:
    """The id of the campaign whose first post has this id of ours: the same wherever it is asked."""
    return f"cmp_{exemplar_id.removeprefix('pst_')}"


@dataclass(frozen=True, slots=True)
class Campaign:
    """Posts that say nearly the same, by many accounts; it is also the case that is ruled on for all of them.

    `cluster` is our id of the first post. `labels` are those that had fired on its posts when it was last ruled on.
    `version` counts rulings: the optimistic lock. `unreadable`: its rulings were changed, or their key is missing; none
    is known here. It says nothing of who is behind it.
    """

    id: str
    community: str
    cluster: str
    opened_at: datetime
    status: CaseStatus = CaseStatus.OPEN
    decisions: tuple[Decision, ...] = ()
    labels: tuple[str, ...] = ()
    version: int = 1
    unreadable: bool = False

    @property
    def standing(self) -> Decision | None:
        """The ruling in force for its posts, later ones too; None: nobody has ruled, or the ruling was taken back."""
        last = self.decisions[-1] if self.decisions else None
        return last if last and last.ruling is not Ruling.WITHDRAW else None

    def decide(self, decision: Decision, *, labels: Collection[str], seen_version: int) -> Campaign:
        """The campaign after this ruling on all its posts, which carried these labels; WITHDRAW takes the standing one
        back and opens it again. StaleVersion, or InvalidInput where nothing can be taken back. SealBroken where the
        rulings before cannot be read: a new one would write over them."""
        if self.unreadable:
            raise SealBroken(f"what was ruled on campaign {self.id} cannot be read")
        if seen_version != self.version:
            raise StaleVersion(f"campaign {self.id} is at version {self.version}, not {seen_version}")
        withdrawn = decision.ruling is Ruling.WITHDRAW
        if withdrawn and self.standing is None:
            raise InvalidInput("there is no ruling to take back", field="ruling")
        return replace(
            self,
            status=CaseStatus.OPEN if withdrawn else CaseStatus.DECIDED,
            decisions=(*self.decisions, replace(decision, campaign=self.id)),
            labels=tuple(sorted(labels)),
            version=self.version + 1,
        )

    def covers(self, fired: Set[str]) -> bool:
        """Whether the standing ruling speaks for a post on which these labels fired. A removal does for all; an
        approval does not for a post in which more was found than the moderator had seen."""
        standing = self.standing
        return standing is not None and (standing.ruling is Ruling.REMOVE or fired <= set(self.labels))


@dataclass(frozen=True, slots=True)
class Copy:
    """A post that joined a cluster; `account` is a keyed digest of its author, empty where nobody is named."""

    post_id: str
    cluster: str
    posted_at: datetime
    account: str = ""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a campaign is by now. `accounts` counts distinct authors."""

    posts: int
    accounts: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was posted in one stretch of five minutes; `fresh` accounts had not posted in the campaign before."""

    at: datetime
    posts: int
    fresh: int


def timeline(copies: Iterable[Copy]) -> list[Bucket]:
    """The stretches that saw posts, oldest first."""
    found: dict[datetime, list[int]] = {}
    seen: set[str] = set()
    for copy in sorted(copies, key=lambda copy: copy.posted_at):
        start = copy.posted_at - (copy.posted_at - datetime.min.replace(tzinfo=copy.posted_at.tzinfo)) % BUCKET
        counts = found.setdefault(start, [0, 0])
        counts[0] += 1
        if copy.account and copy.account not in seen:
            seen.add(copy.account)
            counts[1] += 1
    return [Bucket(at, posts, fresh) for at, (posts, fresh) in found.items()]


@dataclass(frozen=True, slots=True)
class Bond:
    """Two accounts that posted in the same campaigns, so many of them."""

    one: str
    other: str
    shared: int


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts that bonds hold together, the most bound first."""

    accounts: tuple[str, ...]
    bonds: tuple[Bond, ...]

    @property
    def strength(self) -> int:
        """Campaigns shared, over all bonds."""
        return sum(bond.shared for bond in self.bonds)


def groups(campaigns_of: Mapping[str, Set[str]]) -> list[Group]:
    """Accounts that appear together in at least two campaigns, strongest group first, from the campaigns of each
    account. It tells that they posted alike, not that they know each other."""
    often = sorted(campaigns_of, key=lambda account: (-len(campaigns_of[account]), account))
    often = [account for account in often if len(campaigns_of[account]) >= FEWEST_SHARED][:MOST_TOGETHER]
    bonds = [
        Bond(one, other, shared)
        for one, other in combinations(sorted(often), 2)
        if (shared := len(campaigns_of[one] & campaigns_of[other])) >= FEWEST_SHARED
    ]
    return sorted(map(_group, _joined(bonds)), key=lambda group: (-group.strength, group.accounts))


def _joined(bonds: Sequence[Bond]) -> list[list[Bond]]:
    """The bonds, those together that lead from one to another."""
    leader: dict[str, str] = {}

    def found(account: str) -> str:
        while leader.setdefault(account, account) != account:
            account = leader[account]
        return account

    for bond in bonds:
        leader[found(bond.one)] = found(bond.other)
    together: dict[str, list[Bond]] = defaultdict(list)
    for bond in bonds:
        together[found(bond.one)].append(bond)
    return list(together.values())


def _group(bonds: Sequence[Bond]) -> Group:
    weight: Counter[str] = Counter()
    for bond in bonds:
        weight[bond.one] += bond.shared
        weight[bond.other] += bond.shared
    accounts = sorted(weight, key=lambda account: (-weight[account], account))
    return Group(tuple(accounts), tuple(sorted(bonds, key=lambda bond: (-bond.shared, bond.one, bond.other))))
