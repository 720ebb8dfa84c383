"""A human's turn: cases, decisions, and the reports and appeals that open them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from riskguard.domain.errors import InvalidInput, StaleVersion
from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict

PURGED = "（已过保存期限）"
"""Stands where the reason of a ruling was, once the time of its post is over."""


class CaseStatus(StrEnum):
    """OPEN waits for a moderator; DECIDED has a ruling; an appeal, a report or a verdict opens it again."""

    OPEN = "open"
    DECIDED = "decided"


class Ruling(StrEnum):
    """What a moderator decides about a post. WITHDRAW takes back what was decided for a whole campaign: nothing is
    decided then."""

    APPROVE = "approve"
    REMOVE = "remove"
    WITHDRAW = "withdraw"


class Origin(StrEnum):
    """What brought a case before a moderator."""

    VERDICT = "verdict"
    REPORT = "report"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class Decision:
    """A moderator's ruling with its reason; history is the truth, so decisions are added, never changed.

    `campaign` is the id of the campaign that it was given for as a whole; empty where it was given for one post.
    """

    ruling: Ruling
    reason: str
    by: str
    at: datetime
    campaign: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidInput("a decision needs a reason", field="reason")


@dataclass(frozen=True, slots=True)
class Grievance:
    """Another member's report of a post, or its author's appeal: who said what, and when."""

    origin: Origin
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One post before a human. One case per post revision: further signals merge into it.

    `priority` is 0..100, the higher the sooner. `version` counts changes: the optimistic lock.
    """

    id: str
    post_id: str
    community: str
    priority: int
    opened_at: datetime
    origin: Origin = Origin.VERDICT
    status: CaseStatus = CaseStatus.OPEN
    decisions: tuple[Decision, ...] = ()
    grievances: tuple[Grievance, ...] = ()
    version: int = 1

    @property
    def decision(self) -> Decision | None:
        """The ruling in force; None where nobody has ruled, or it was taken back."""
        last = self.decisions[-1] if self.decisions else None
        return last if last and last.ruling is not Ruling.WITHDRAW else None

    def decide(self, decision: Decision, *, seen_version: int) -> Case:
        """The case after this ruling; the moderator must have seen the latest version. InvalidInput where there is
        nothing to take back."""
        if seen_version != self.version:
            raise StaleVersion(f"case {self.id} is at version {self.version}, not {seen_version}")
        withdrawn = decision.ruling is Ruling.WITHDRAW
        if withdrawn and not decision.campaign:
            raise InvalidInput("only the ruling on a campaign can be taken back", field="ruling")
        return replace(
            self,
            status=CaseStatus.OPEN if withdrawn else CaseStatus.DECIDED,
            decisions=(*self.decisions, decision),
            version=self.version + 1,
        )

    def flag(self, *, priority: int) -> Case:
        """The case after a verdict that asks for a human; it is open (again), at least as urgent as `priority`."""
        return replace(self, status=CaseStatus.OPEN, priority=max(self.priority, priority), version=self.version + 1)

    def hear(self, grievance: Grievance, *, priority: int = 0) -> Case:
        """The case with one more voice; it is open (again), at least as urgent as `priority`."""
        return replace(
            self,
            status=CaseStatus.OPEN,
            grievances=(*self.grievances, grievance),
            priority=max(self.priority, priority),
            version=self.version + 1,
        )

    def without(self, by: str) -> Case:
        """The case without what this member or author said, as if it had never been heard."""
        left = tuple(each for each in self.grievances if each.by != by)
        return replace(self, grievances=left, version=self.version + 1)

    def purged(self) -> Case:
        """The case when the words of its post are gone: decided, with its rulings, without anybody's words."""
        return replace(
            self,
            status=CaseStatus.DECIDED,
            decisions=tuple(replace(each, reason=PURGED) for each in self.decisions),
            grievances=(),
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with what a moderator looks at. `unreadable`: what is sealed of it was changed, or its key is missing; all
    of that is empty here, and the rest stands."""

    case: Case
    post: Post
    verdict: Verdict | None
    unreadable: bool = False
