"""Who may do what: communities, their keys, and the people who sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Moderators rule on cases, compliance officers own policies, operators run the service (and may do all)."""

    MODERATOR = "moderator"
    COMPLIANCE = "compliance"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Community:
    """A platform's community: whose posts we judge, and where its events go.

    `webhook_secret` is a Standard Webhooks secret ("whsec_" + base64).
    """

    name: str
    created_at: datetime
    webhook_url: str = ""
    webhook_secret: str = ""
    webhook_disabled_because: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A community's key as stored: never the key itself, only its SHA-256 and a few first characters."""

    id: str
    community: str
    digest: str
    prefix: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who signs in to the console. No community means all of them."""

    id: str
    name: str
    role: Role
    password_hash: str
    created_at: datetime
    community: str | None = None
