"""The shapes that cross the wire. Requests are strict: an unknown field or a wrong type is an error, never a guess."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from riskguard.domain.errors import TooLarge
from riskguard.domain.post import Author, Post, Scene
from riskguard.services.identity import new_id

MAX_METADATA_BYTES = 8 * 1024
MAX_BATCH = 1000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("nul", "has a NUL character (U+0000), which no database keeps")
    return value


def _written(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _MOMENT.match(value)):
        raise PydanticCustomError("moment", "should be a time in ISO 8601, such as 2026-11-22T14:05:00+08:00")
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("naive", "has no offset from UTC")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "is outside the years 1 to 9999") from None


def _web_address(value: str) -> str:
    """Empty, or http(s) with a host and no reserved port. Where it leads is asked at the door and when connecting."""
    if not value:
        return value
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or not character.isprintable() for character in value):
        raise PydanticCustomError("callback", "should be an address that starts with http:// or https://")
    return value


def _small(value: dict[str, Any]) -> dict[str, Any]:
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise PydanticCustomError("metadata", "has a number that JSON cannot carry") from None
    if len(written.encode()) > MAX_METADATA_BYTES:
        raise PydanticCustomError("metadata_size", "is larger than {limit} bytes", {"limit": MAX_METADATA_BYTES})
    if "\\u0000" in written.replace("\\\\", ""):  # a backslash of the sender's own is written as two
        _without_nul("\x00")
    return value


NoNul = AfterValidator(_without_nul)
Name = Annotated[str, Field(min_length=1, max_length=200), NoNul]
Reference = Annotated[str, Field(max_length=200), NoNul]
Moment = Annotated[datetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_in_utc)]


class Strict(BaseModel):
    """A request body."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AuthorIn(Strict):
    """Who wrote the post, as the platform knows them. A stable pseudonym is enough for `id`."""

    id: Annotated[Name, Field(description="The platform's id of the author", examples=["u-1024"])]
    trust: Annotated[int, Field(ge=0, le=4, description="Tier from 0 (unknown) to 4 (most trusted)")] = 0
    created_at: Annotated[Moment | None, Field(description="When the account was made")] = None


class PostIn(Strict):
    """One item of user content, as the platform sends it."""

    post_id: Annotated[
        Name,
        Field(
            description="The platform's own id, unique in its community. The same id with other text is a new revision",
            examples=["p-77"],
        ),
    ]
    text: Annotated[str, Field(min_length=1, description="The author's own words", examples=["加微信领红包"]), NoNul]
    author: AuthorIn
    scene: Annotated[Scene, Field(strict=False, description="Where it appears; policies may differ by scene")] = (
        Scene.POST
    )
    created_at: Annotated[Moment | None, Field(description="When it was written; empty: now")] = None
    thread_id: Reference = ""
    parent_id: Reference = ""
    title: Annotated[
        str, Field(max_length=1000, description="Judged with the text; evidence is marked in the text alone"), NoNul
    ] = ""
    url: Annotated[str, Field(max_length=2000, description="Where people can see it"), NoNul] = ""
    metadata: Annotated[
        dict[str, Any],
        AfterValidator(_small),
        Field(
            default_factory=dict,
            description=f"Given back with the post and in webhooks, up to {MAX_METADATA_BYTES} bytes",
        ),
    ]
    callback_url: Annotated[
        str,
        Field(max_length=2000, description="Where events about this post go; empty: to the community's address"),
        AfterValidator(_web_address),
    ] = ""

    def draft(self, community: str, *, now: datetime, max_text_chars: int) -> Post:
        """The post it stands for, with an id of its own. TooLarge when the text is longer than the limit."""
        if len(self.text) > max_text_chars:
            raise TooLarge(
                f"the text has {len(self.text)} characters, the limit is {max_text_chars}",
                field="/text",
                hint="split it, or raise RISKGUARD_MAX_TEXT_CHARS",
            )
        return Post(
            id=new_id("pst"),
            community=community,
            post_id=self.post_id,
            text=self.text,
            created_at=self.created_at or now,
            author=Author(self.author.id, self.author.trust, self.author.created_at),
            scene=self.scene,
            title=self.title,
            url=self.url,
            thread_id=self.thread_id,
            parent_id=self.parent_id,
            callback_url=self.callback_url,
            metadata=self.metadata,
        )


class GrievanceIn(Strict):
    """A member's report, or the author's appeal."""

    by: Annotated[Name, Field(description="The platform's id of who speaks", examples=["u-2048"])]
    reason: Annotated[str, Field(min_length=1, max_length=2000, examples=["冒充客服"]), NoNul]


class DecisionIn(Strict):
    """A moderator's ruling. `version` is the one of the case as it was read, so that no colleague is overwritten."""

    ruling: Literal["approve", "remove"]
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["引流广告"]), NoNul]
    by: Annotated[Name, Field(description="Who rules", examples=["moderator-3"])]
    version: Annotated[int, Field(ge=1)]


# --- answers: described for readers, never parsed ----------------------------------------------------------------


class SpanOut(BaseModel):
    """Where in the text: code points, end exclusive."""

    start: int
    end: int
    reason: str


class FindingOut(BaseModel):
    """One detector's word on one label. Without spans it speaks of the whole, or of the title alone where the fact
    `where` is `title`."""

    label: str
    score: Annotated[float, Field(ge=0, le=1)]
    detector: str
    spans: list[SpanOut]
    facts: Annotated[
        dict[str, str | int | float | bool],
        Field(
            description="What else is known. Findings about people (`pii.*`, `doxxing`) tell `risk` (low, medium, "
            "high, critical), `pipl_sensitive`, its `basis`, `whose` information it is (self, other, business, public, "
            "unknown) and, where company made it worse, by what it was `raised`",
            examples=[{"risk": "high", "pipl_sensitive": False, "basis": "个人信息保护法 第四条", "whose": "other"}],
        ),
    ] = {}


class RuleOut(BaseModel):
    """A threshold or rule that fired."""

    id: str
    action: Literal["allow", "mask", "limit", "review", "block"]
    because: str
    basis: str


class AbstentionOut(BaseModel):
    """A detector that did not answer: it failed, or its model is absent."""

    detector: str
    cause: Literal["failed", "absent"]
    reason: str
    labels: list[str]


class ContactOut(BaseModel):
    """Somebody to turn to, as the policy names them; `hours` in words, or empty."""

    name: str
    phone: str
    hours: str


class CareOut(BaseModel):
    """What can be shown to the author of a post that raised `alert`. It tells nothing about the post."""

    alert: str
    text: str
    contacts: list[ContactOut]


class VerdictOut(BaseModel):
    """The machine's answer under one policy version."""

    action: Literal["allow", "mask", "limit", "review", "block"]
    labels: dict[str, float]
    findings: list[FindingOut]
    rules: list[RuleOut]
    alerts: list[str]
    care: Annotated[CareOut | None, Field(description="Words for an author who may be in distress, or null")]
    masked_text: str
    campaign: str | None = Field(description="the id of the campaign that the post belongs to, or null")
    abstentions: list[AbstentionOut]
    policy_version: str
    models: dict[str, str]


class DecisionOut(BaseModel):
    """A moderator's ruling, as the platform sees it."""

    ruling: Literal["approve", "remove", "withdraw"]
    reason: str
    at: datetime
    campaign: str | None = Field(description="the campaign that it was given for as a whole; null: for this post")


class Received(BaseModel):
    """The post is safe in the database and waits for its verdict."""

    id: str
    post_id: str
    revision: int
    status: Literal["received"]
    url: str


class PostOut(BaseModel):
    """A post as it stands: received, judged by the machine, or decided by a moderator."""

    id: str
    post_id: str
    revision: int
    community: str
    status: Literal["received", "judged", "decided"]
    url: str
    created_at: datetime
    metadata: Annotated[dict[str, Any], Field(description="As it was sent")]
    verdict: VerdictOut | None
    decision: DecisionOut | None


class FieldFault(BaseModel):
    """One fault of a request: a JSON pointer to the place, what is wrong, what to do."""

    pointer: str
    detail: str
    hint: str = ""


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    hint: str = ""
    errors: list[FieldFault] = []


class Accepted(BaseModel):
    """A post of a batch that was accepted. `verdict` is there when the same post was judged before."""

    id: str
    post_id: str
    revision: int
    status: Literal["received", "judged"]
    url: str
    verdict: VerdictOut | None = None


class Refused(BaseModel):
    """A post of a batch that was not accepted."""

    post_id: str | None
    status: Literal["refused"]
    problem: Problem


class BatchOut(BaseModel):
    """One result per post, in the order of the request."""

    results: list[Accepted | Refused]


class ErasedOut(BaseModel):
    """How many rows of each kind were deleted; `voices` are the author's reports and appeals on posts of others."""

    posts: int
    verdicts: int
    cases: int
    voices: int
    events: int
    answers: int


class ErasureOut(BaseModel):
    """The receipt of an erasure: no content. `author` is a keyed digest, `hash` the SHA-256 over the other fields."""

    id: str
    community: str
    author: str
    at: datetime
    erased: ErasedOut
    hash: str


class HeardOut(BaseModel):
    """The case that now carries the report or appeal."""

    id: str
    post: str
    status: Literal["open", "decided"]
    priority: int
    version: int


class GrievanceOut(BaseModel):
    """Who complained, when and why."""

    origin: Literal["verdict", "report", "appeal"]
    by: str
    reason: str
    at: datetime


class RulingOut(DecisionOut):
    """A decision with the name of who ruled: only in the case itself, never in webhooks."""

    by: str


class CasePost(BaseModel):
    """The post that a case is about, with the words that a moderator reads."""

    id: str
    post_id: str
    revision: int
    scene: str
    author_id: str
    text: str
    title: str
    url: str
    created_at: datetime


class CaseOut(BaseModel):
    """One post before a human."""

    id: str
    status: Literal["open", "decided"]
    priority: int
    version: int
    origin: Literal["verdict", "report", "appeal"]
    opened_at: datetime
    post: CasePost
    verdict: VerdictOut | None
    unreadable: bool = Field(description="what is sealed of it was changed or lost its key; it is empty here")
    decisions: list[RulingOut]
    grievances: list[GrievanceOut]


class CasesOut(BaseModel):
    """A page of cases, most urgent first. `next` is the address of the following page, or null."""

    cases: list[CaseOut]
    limit: int
    offset: int
    next: str | None


class Health(BaseModel):
    """Alive."""

    status: Literal["ok"]


class Engine(BaseModel):
    """What runs the encoder: the engine's name, in how many workers, and what was measured when they started."""

    engine: str
    workers: int
    posts_per_s: Mapping[str, int] = Field(description="of each engine that agrees with the trained model, on one core")
    refused: Mapping[str, str] = Field(description="why each of the others was not taken")


class Readiness(BaseModel):
    """Which parts can be reached; the sentence of each that cannot. What runs the encoder, once a worker is there."""

    status: Literal["ready", "not ready"]
    parts: Mapping[str, str]
    engines: list[Engine]
