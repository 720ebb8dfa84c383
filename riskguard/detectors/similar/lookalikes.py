"""What is remembered of a post, and what is found of its look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from riskguard.detectors.similar.sketch import Sketch

MOST_MEMBERS = 20_000
"""Copies of one text that are told apart; beyond it the counts stand still."""

MOST_CLUSTERS = 200_000
"""Different texts of one community that are remembered at a time; beyond it the oldest are forgotten early."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a look-alike memory needs of a post.

    `post_id` is ours and names the exemplar of a cluster; `key` identifies the platform's post across revisions, so
    an edited or repeated post never meets itself; `author` is 0 when unknown; `at` is in seconds since 1970.
    """

    community: str
    post_id: str
    key: int
    author: int
    at: float
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Match:
    """The cluster that a post joined: its first post, how alike they are, and who has posted in it by now.

    `similarity` is to the most similar of the texts that the cluster is known by. `copies` counts posts and `accounts`
    distinct authors, both with this post and the first; `own` counts those of this post's author; `since` is when the
    first was posted, in seconds since 1970.
    """

    cluster: str
    similarity: float
    copies: int
    accounts: int
    own: int
    since: float


class LookAlikes(Protocol):
    """A memory of posts, per community, for a window of time."""

    def meet(self, traces: Sequence[Trace]) -> list[Match | None]:
        """Remember the posts, in order, and tell the cluster that each joined; None for the first of its kind.

        One round trip for the batch. Meeting the same post again changes nothing. DetectorFailed when the memory
        cannot be reached.
        """
