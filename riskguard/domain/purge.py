"""Posts whose time is over: which, how far the search for them has come, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A post by the time it was received at; posts are looked through in this order."""

    received_at: datetime
    post_id: str


@dataclass(frozen=True, slots=True)
class Purged:
    """How many posts lost their words, how many cases were closed for it, and how many posts wait for a ruling."""

    posts: int = 0
    closed: int = 0
    waiting: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(self.posts + other.posts, self.closed + other.closed, self.waiting + other.waiting)
