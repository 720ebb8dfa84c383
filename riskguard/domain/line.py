"""Posts waiting for a worker."""

from __future__ import annotations

from dataclasses import dataclass

from riskguard.domain.post import Lane


@dataclass(frozen=True, slots=True)
class Ticket:
    """A post's place in the line."""

    post_id: str
    community: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class Batch:
    """Posts that one worker took from the line together.

    A batch that comes back because its worker died is halved until one post is left; `hopeless` says that this
    last post has killed workers alone, so it must be answered without being read. After `lease_s` seconds the batch
    may be given to someone else.
    """

    id: str
    post_ids: tuple[str, ...]
    hopeless: bool = False
    lease_s: float = 10.0
