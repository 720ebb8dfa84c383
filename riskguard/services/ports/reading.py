"""What reads and weighs posts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from riskguard.domain.finding import NOTABLE, Abstention, Finding, Reading
from riskguard.domain.post import Post, Scene
from riskguard.policy.alerts.model import AlertPlan
from riskguard.policy.model import Policy
from riskguard.text.view import TextView

Clock = Callable[[], datetime]
"""Now, as an aware UTC datetime."""

Mask = Callable[[str], str]
"""Words with the personal information hidden that can be told without a panel."""


class Detector(Protocol):
    """One way of reading texts. Holds no threshold; loads everything in its constructor; reads in batches."""

    @property
    def name(self) -> str:
        """Short name, as it stands in findings: 'pii'."""

    @property
    def version(self) -> str:
        """What was loaded: a content hash or model version."""

    @property
    def labels(self) -> frozenset[str]:
        """Every label that this detector can emit."""

    @property
    def absences(self) -> tuple[Abstention, ...]:
        """Heads that it should have and has no model for; constant, copied into every reading."""

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> Sequence[Sequence[Finding]]:
        """Findings per post, in order. Those scoring under `floor` may be left out."""


class Panel(Protocol):
    """All detectors together."""

    @property
    def labels(self) -> frozenset[str]:
        """Every label that any detector can emit."""

    @property
    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """What detectors tell operators about how they run here, by name of the detector: JSON values."""

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = NOTABLE) -> list[Reading]:
        """One reading per post, in order. Never raises for a text: who fails on a post abstains for that post."""

    def explain(
        self, views: Sequence[TextView], readings: Sequence[Reading], labels: Sequence[Collection[str]]
    ) -> list[Reading]:
        """The readings of the views, in which findings of the `labels` asked about each text have gained spans where
        a few characters carried the score. Scores stay as they are, and nothing raises."""


class PolicyBook(Protocol):
    """The policies in force."""

    def policy_for(self, community: str, scene: Scene) -> Policy:
        """The policy that speaks for posts of this community and scene."""


class Keyring(Protocol):
    """Seals what must be kept and not be read, and digests names so that they can be found again."""

    def seal(self, plain: str, *, context: str) -> str:
        """`plain` so that only `open` with the same context gives it back; never the same twice."""

    def open(self, sealed: str, *, context: str) -> str:
        """What was sealed for this context. NotReady when its key is missing, SealBroken when it was changed."""

    def digest(self, text: str, *, context: str) -> str:
        """32 hex digits, the same for the same text, context and newest key."""


class AlertBook(Protocol):
    """The alerts.yaml in force."""

    def now(self) -> AlertPlan:
        """Who is told of which alerts, as the file says now."""
