"""What is left of an author who was erased: how much was deleted, and a hash that proves the receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind were deleted; `voices` are reports and appeals on the posts of others."""

    posts: int = 0
    verdicts: int = 0
    cases: int = 0
    voices: int = 0
    events: int = 0
    answers: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*[getattr(self, each.name) + getattr(other, each.name) for each in fields(self)])

    @property
    def counts(self) -> dict[str, int]:
        """By kind."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an author was erased from a community. `author` is a keyed digest; there is no content in it.

    `hash` is the SHA-256 over the other fields, so that a receipt that was changed is told from a true one.
    """

    id: str
    community: str
    author: str
    at: datetime
    counts: Mapping[str, int] = field(hash=False)
    hash: str = ""

    @classmethod
    def of(cls, id_: str, *, community: str, author: str, at: datetime, erased: Erased) -> Self:
        """The receipt with its hash."""
        unsigned = cls(id_, community, author, at, erased.counts)
        return cls(id_, community, author, at, erased.counts, unsigned.expected_hash)

    @property
    def expected_hash(self) -> str:
        """The hash that the receipt must carry."""
        said = [self.id, self.community, self.author, self.at.isoformat(), dict(sorted(self.counts.items()))]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()
