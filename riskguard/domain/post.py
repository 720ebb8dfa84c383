"""The author's own words, and where and by whom they were said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Scene(StrEnum):
    """Where a post appears; policies may differ by scene."""

    POST = "post"
    COMMENT = "comment"
    NICKNAME = "nickname"
    LIVE_CHAT = "live_chat"
    TREEHOLE = "treehole"
    DM = "dm"


class Lane(StrEnum):
    """Which line a post waits in: LIVE goes first, BULK is for batches and back-fill."""

    LIVE = "live"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post, as the platform knows them. `trust` is a tier, 0 (unknown) to 4 (most trusted)."""

    id: str = ""
    trust: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One revision of one item of user content.

    `id` is ours and names this revision; `post_id` is the platform's and names all revisions in `community`.
    Times are aware UTC.
    """

    id: str
    community: str
    post_id: str
    text: str
    created_at: datetime
    author: Author = Author()
    scene: Scene = Scene.POST
    revision: int = 1
    title: str = ""
    url: str = ""
    thread_id: str = ""
    parent_id: str = ""
    callback_url: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)
