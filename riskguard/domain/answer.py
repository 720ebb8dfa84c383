"""Answers kept, so that a request sent twice is answered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer kept under an Idempotency-Key, and the SHA-256 of the request body it answered."""

    key: str
    body_digest: str
    status: int
    body: str
    created_at: datetime
