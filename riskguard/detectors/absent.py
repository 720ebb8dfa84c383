"""The empty chair of a detector whose model is not installed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from riskguard.domain.finding import Abstention, Cause, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView


class AbsentDetector:
    """Says nothing about any post, and says that it could not."""

    version = "absent"

    def __init__(self, name: str, labels: Collection[str], *, because: str) -> None:
        self.name = name
        self.labels = frozenset(labels)
        self.absences = (Abstention(name, because, Cause.ABSENT, tuple(sorted(labels))),)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """No findings, for every post."""
        return [[] for _ in posts]
