"""What is kept: one transaction over all of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from riskguard.domain.alert import AlertStatus, KeptAlert
from riskguard.domain.answer import KeptAnswer
from riskguard.domain.audit import AuditEntry, AuditFilter, AuditRecord
from riskguard.domain.campaign import Campaign, Copy, Extent
from riskguard.domain.case import Case, CaseFile, CaseStatus
from riskguard.domain.erasure import Erased, Receipt
from riskguard.domain.event import Attempt, Event
from riskguard.domain.line import Ticket
from riskguard.domain.member import ApiKey, Community, Member
from riskguard.domain.notice import Group, GroupKey, Silence, Telling
from riskguard.domain.place import Place
from riskguard.domain.post import Lane, Post
from riskguard.domain.purge import Mark
from riskguard.domain.verdict import Verdict
from riskguard.services.opinion.ledger import Ledger


class Communities(Protocol):
    def add(self, community: Community) -> None:
        """Conflict when the name is taken."""

    def get(self, name: str) -> Community | None: ...
    def all(self) -> list[Community]: ...
    def save(self, community: Community) -> None: ...
    def disable_webhook(self, name: str, *, url: str, because: str) -> bool:
        """Note why the address is not used any more, and touch nothing else; False where the community has another
        address by now, or had a reason already."""


class Keys(Protocol):
    def add(self, key: ApiKey) -> None: ...
    def by_digest(self, digest: str) -> ApiKey | None:
        """The key with this digest, revoked or not."""

    def of(self, community: str) -> list[ApiKey]: ...
    def save(self, key: ApiKey) -> None: ...


class Members(Protocol):
    def add(self, member: Member) -> None:
        """Conflict when the name is taken."""

    def by_name(self, name: str) -> Member | None: ...
    def get(self, member_id: str) -> Member | None: ...
    def all(self) -> list[Member]: ...
    def save(self, member: Member) -> None: ...
    def remove(self, member_id: str) -> None: ...


class Posts(Protocol):
    def latest(self, community: str, post_ids: Sequence[str]) -> dict[str, Post]:
        """The newest revision of each of the platform's post ids that is known, in one query; of one that was changed
        in the store only what is not sealed."""

    def add(self, posts: Sequence[Post], lane: Lane, *, received_at: datetime) -> None:
        """Insert all in one statement. Conflict when a revision exists already (someone else was first)."""

    def get_many(self, ids: Sequence[str]) -> list[Post]:
        """By our ids, in the order asked for; unknown ids are left out. SealBroken, KeyMissing."""

    def readable(self, ids: Sequence[str], *, needs_keys: bool = False) -> tuple[list[Post], set[str]]:
        """As `get_many`, and the ids of those posts of which only what is not sealed can be read. To look at, never
        to be kept again. Who decides something by it `needs_keys`: KeyMissing, since another process may have the key.
        """

    def find(self, community: str, name: str) -> Post | None:
        """By our id, else the newest revision with the platform's post_id."""

    def unjudged(self, *, received_before: datetime, limit: int) -> list[Ticket]:
        """Accepted posts without a verdict, oldest first."""

    def pinned(self, ids: Sequence[str]) -> set[str]:
        """Those of our ids that are there; none of them is deleted before this transaction ends."""

    def count(self, community: str | None = None) -> int: ...


class Verdicts(Protocol):
    def add(self, verdicts: Sequence[Verdict], *, at: datetime) -> set[str]:
        """Keep each verdict whose post is there and has none yet; the ids of the posts whose verdict is new."""

    def get_many(self, post_ids: Sequence[str]) -> dict[str, Verdict]: ...
    def readable(self, post_ids: Sequence[str], *, needs_keys: bool = False) -> tuple[dict[str, Verdict], set[str]]:
        """As `get_many`, of those that can be read; and the ids of the posts whose verdict cannot."""

    def replace(self, verdicts: Sequence[Verdict]) -> None:
        """Put these in the place of the verdicts of their posts; only to take words out of them."""

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many verdicts per action word."""


class Cases(Protocol):
    def add(self, cases: Sequence[Case]) -> set[str]:
        """Insert those whose post has no case yet, and leave the others as they are; the ids of those posts."""

    def get(self, case_id: str) -> Case | None: ...
    def of_post(self, post_id: str) -> Case | None: ...
    def of_posts(self, post_ids: Sequence[str]) -> dict[str, Case]:
        """The cases of these posts by their ids, as far as they have one."""

    def readable(self, post_ids: Sequence[str], *, needs_keys: bool = False) -> tuple[dict[str, Case], set[str]]:
        """As `of_posts`, and the ids of those posts of whose case only what is not sealed can be read. To look at,
        never to be kept again."""

    def contested(self, community: str, *, after: str, limit: int) -> tuple[list[Case], set[str]]:
        """Cases behind this id with reports or appeals, by id; and the ids of those whose voices cannot be read."""

    def save(self, case: Case, *, seen_version: int) -> None:
        """Write only if the stored version is `seen_version`; StaleVersion otherwise."""

    def file(self, case_id: str) -> CaseFile | None: ...
    def queue(self, *, community: str | None, status: CaseStatus | None, limit: int, offset: int = 0) -> list[CaseFile]:
        """Most urgent first, then oldest first. No community means all."""

    def following(self, case_id: str, *, community: str | None) -> str | None:
        """The open case after this one in that order, else the first other one; None: there is no other."""

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many cases per status word."""


class Campaigns(Protocol):
    """One whose rulings cannot be opened is given as `unreadable`, and hides no other."""

    def add_copies(self, copies: Sequence[Copy]) -> None:
        """Keep those that are not kept yet."""

    def add(self, campaigns: Sequence[Campaign]) -> set[str]:
        """Insert those that are new; the ids of those inserted."""

    def get(self, campaign_id: str) -> Campaign | None: ...
    def held(self, ids: Sequence[str]) -> dict[str, Campaign]:
        """By id; nobody rules on them until this transaction ends, so that no member misses a ruling. KeyMissing
        where the key of a ruling is."""

    def save(self, campaign: Campaign, *, seen_version: int) -> None:
        """Write only if the stored version is `seen_version`; StaleVersion otherwise."""

    def listed(
        self,
        *,
        community: str | None,
        status: CaseStatus | None,
        limit: int,
        offset: int = 0,
        within: tuple[datetime, datetime] | None = None,
    ) -> list[Campaign]:
        """The newest first. No community means all, no status means any; `within` leaves those of which anything was
        posted in [from, to)."""

    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many campaigns per status word."""

    def extents(self, ids: Collection[str], *, within: tuple[datetime, datetime] | None = None) -> dict[str, Extent]:
        """How large each is, or was in [from, to); those of which no post is left are left out."""

    def members(self, cluster: str, *, after: str, limit: int) -> list[str]:
        """Ids of the posts of a cluster, in their order, from the one after `after`."""

    def copies(self, cluster: str, *, limit: int) -> list[Copy]:
        """The first post of a cluster and its newest ones, oldest first."""

    def taken_part(self, community: str, accounts: Collection[str]) -> list[tuple[str, str]]:
        """Each of these accounts with each campaign of the community that it posted in."""


class Outbox(Protocol):
    def add(self, events: Sequence[Event]) -> None: ...
    def claim_due(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Event]:
        """Waiting events whose time has come, oldest first; their next attempt moves to `leased_until`, so no one
        else takes them meanwhile, and they come back if this process dies. What cannot be read holds up no other."""

    def record(self, attempts: Sequence[Attempt]) -> None:
        """Keep what became of each event, and add one to its `attempts` if the try was made.

        Answers may come late and out of order: what was delivered stays so, and only a delivery ends a giving up.
        """

    def put_off(self, url: str, *, until: datetime) -> None:
        """Waiting events for this address are not due before `until`; their attempts are not counted."""

    def revive(self, *, community: str | None, now: datetime) -> int:
        """Events that were given up wait again from `now` on, as if new; how many."""

    def redirect(self, community: str, old: str, new: str) -> None:
        """Undelivered events of the community that were to go to `old` go to `new`."""

    def due(self, now: datetime) -> bool:
        """Whether any waiting event has come of age."""

    def drop_delivered(self, *, created_before: datetime, limit: int) -> int:
        """Forget up to `limit` of the events that arrived and are older than that; how many they were."""

    def recent(self, *, community: str | None, limit: int) -> list[Event]: ...
    def tally(self, community: str | None = None) -> Mapping[str, int]:
        """How many events per status word."""


class Alerts(Protocol):
    """Alerts and their fate. Of one key at most one is not resolved."""

    def standing(self, keys: Collection[str]) -> dict[str, KeptAlert]:
        """Those of the keys that are not resolved, by key; nobody else changes them until this transaction ends."""

    def raised(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that some alert has, whatever became of it."""

    def add(self, alerts: Sequence[KeptAlert]) -> set[str]:
        """Insert those whose key no other alert has that is not resolved; the keys of those inserted."""

    def save(self, alerts: Sequence[KeptAlert]) -> None:
        """Write their fate and newest words; they must be `standing` or taken `for_change`."""

    def get(self, alert_id: str) -> KeptAlert | None: ...
    def for_change(self, alert_id: str) -> KeptAlert | None:
        """As `get`, and nobody else changes it until this transaction ends."""

    def unresolved(self, *, for_change: bool = False) -> list[KeptAlert]:
        """All that are not resolved; `for_change`, nobody else changes them until this transaction ends."""

    def by_ids(self, ids: Collection[str]) -> dict[str, KeptAlert]: ...
    def listed(
        self, *, community: str | None, statuses: Collection[AlertStatus], kind: str | None, limit: int, offset: int = 0
    ) -> list[KeptAlert]:
        """Gravest first, then the newest; no community means all, no statuses mean any, no kind means every one."""

    def tally(self, community: str | None = None) -> Mapping[tuple[str, str], int]:
        """How many alerts that are not resolved per status word and severity word."""

    def drop_resolved(self, *, before: datetime, limit: int) -> int:
        """Forget up to `limit` of the alerts that were last raised before that and are resolved; how many."""


class Notices(Protocol):
    """What is told of alerts: silences, what each group was told of, and by which events."""

    def take_turn(self) -> bool:
        """Whether this transaction alone may tell; others that ask get False, or wait until it ends."""

    def groups(self) -> list[Group]: ...
    def save_groups(self, groups: Sequence[Group]) -> None: ...
    def drop_groups(self, keys: Sequence[GroupKey]) -> None: ...
    def note(self, told: Sequence[Telling]) -> None:
        """Remember that events told of alerts."""

    def told_of(self, alert_id: str) -> list[Telling]:
        """Oldest first, each with what became of its event as far as that is still known."""

    def tally(self) -> Mapping[tuple[str, str], int]:
        """How many events for receivers there are per receiver and status word."""

    def add_silence(self, silence: Silence) -> None: ...
    def silences(self, now: datetime) -> list[Silence]:
        """Those that have not ended, soonest end first."""

    def drop_silences(self, *, ended_before: datetime) -> None: ...
    def end_silence(self, silence_id: str, now: datetime) -> bool:
        """End it now; False where there is none that still stands."""


class KeptAnswers(Protocol):
    def get(self, community: str, key: str) -> KeptAnswer | None: ...
    def add(self, community: str, answer: KeptAnswer) -> None:
        """Conflict when the key is kept already."""

    def page(self, community: str, *, after: str, limit: int) -> list[KeptAnswer]:
        """Answers of the community behind this key, by key."""

    def remove(self, community: str, keys: Sequence[str]) -> int:
        """Forget the answers under these keys; how many."""

    def drop(self, *, created_before: datetime) -> int: ...


class AuditLog(Protocol):
    def add(self, entries: Sequence[AuditEntry]) -> None:
        """Append to the log when this transaction commits; an act that is rolled back leaves no entry."""

    def after(self, sequence: int | None, *, limit: int) -> list[AuditRecord]:
        """Rows that follow this one in the order of the chain; None: the first ones."""

    def find(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> list[AuditRecord]:
        """The newest rows that fit, of those that stand before this one, newest first."""

    def count(self) -> int:
        """The number of rows."""

    def tally(self, wanted: AuditFilter) -> Mapping[str, int]:
        """How many of the rows that fit tell of each event, by name of the event."""


class Sealing(Protocol):
    def stale(self) -> int:
        """Rows that anything of is sealed with an older key."""

    def renew(self, after: Place | None, *, limit: int) -> Place | None:
        """Seal the next rows behind this place with the newest key; the place it got to, None at the end. Rows that
        cannot be read are left, and named there."""

    def retire(self) -> list[str]:
        """The ids of the older keys, which are asked for no more; none while any row is sealed with one of them."""


class Authors(Protocol):
    def digest(self, community: str, author_id: str) -> str:
        """What an author is called where the id must not stand."""

    def post_ids(
        self, community: str, author_id: str, *, received_before: datetime, after: str = "", limit: int
    ) -> list[str]:
        """Our ids of the author's posts behind `after`, in the order of the ids."""

    def erase(self, post_ids: Sequence[str]) -> Erased:
        """Delete these posts and all that hangs on them, also what is being added to them now."""

    def forget_account(self, community: str, account: int) -> None:
        """Forget when this account wrote; accounts are numbered by `account_of`."""

    def attest(self, receipt: Receipt) -> None: ...
    def receipts(self, community: str | None = None, *, limit: int) -> list[Receipt]:
        """The newest first."""

    def overwrite(self) -> bool:
        """Leave nothing of what was deleted in the files of an embedded database; False where that must wait. Only
        between transactions."""


class Retaining(Protocol):
    def mark(self, community: str, rule: str) -> Mark | None:
        """How far the rule has looked through the posts; None: it has not begun."""

    def advance(self, community: str, rule: str, to: Mark) -> None: ...
    def due(self, community: str, *, after: Mark | None, until: datetime, limit: int) -> list[Mark]:
        """The next posts that were received until then and have their words."""

    def hold(self, post_ids: Sequence[str]) -> None:
        """Remember posts whose time is over and that wait for a ruling."""

    def released(self, community: str, *, limit: int) -> list[str]:
        """Held posts of the community that wait for no ruling any more."""

    def purge(self, post_ids: Sequence[str], *, at: datetime) -> None:
        """Take the words and the author's name out of posts, and forget their events."""


class UnitOfWork(Protocol):
    """One transaction. Leaving the block without `commit()` rolls back."""

    @property
    def communities(self) -> Communities: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def members(self) -> Members: ...
    @property
    def posts(self) -> Posts: ...
    @property
    def verdicts(self) -> Verdicts: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def answers(self) -> KeptAnswers: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def sealing(self) -> Sealing: ...
    @property
    def authors(self) -> Authors: ...
    @property
    def retention(self) -> Retaining: ...
    @property
    def notices(self) -> Notices: ...

    @property
    def opinion(self) -> Ledger: ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def commit(self) -> None: ...


Begin = Callable[[], UnitOfWork]
"""Starts a transaction: `with begin() as work: ...; work.commit()`."""
