"""Idempotency-Key: a request sent twice is answered once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request

from riskguard.api.problems import KeyReused
from riskguard.domain.answer import KeptAnswer
from riskguard.domain.errors import Conflict, InvalidInput
from riskguard.services.ports import Begin

MAX_KEY_CHARS = 255
REPLAYED = "Idempotency-Replayed"

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A request that names a key: `digest` is the SHA-256 of its route and body."""

    community: str
    key: str
    digest: str

    def answer(self, status: int, body: Body, *, at: datetime) -> KeptAnswer:
        """What is kept in the transaction of the request."""
        return KeptAnswer(self.key, self.digest, status, json.dumps(body, ensure_ascii=False), at)

    def kept(self, begin: Begin) -> tuple[int, Body] | None:
        """The first answer, None when the key is new; KeyReused when it came with another request."""
        with begin() as work:
            answer = work.answers.get(self.community, self.key)
        if answer is None:
            return None
        if answer.body_digest != self.digest:
            raise KeyReused(
                f"the Idempotency-Key '{self.key}' was used with another request", hint="use a new key for a new body"
            )
        body: Body = json.loads(answer.body)
        return answer.status, body

    def once(self, work: Callable[[], tuple[int, Body]], begin: Begin) -> tuple[int, Body, bool]:
        """Status, body, and whether they are a replay. Of two requests at once the second gets the first's answer."""
        before = self.kept(begin)
        if before is not None:
            return (*before, True)
        try:
            return (*work(), False)
        except Conflict:
            before = self.kept(begin)
            if before is None:
                raise
            return (*before, True)


def answered_once(
    work: Callable[[Repeatable | None], tuple[int, Body]], *, community: str, raw: bytes, begin: Begin
) -> tuple[int, Body, bool]:
    """What `work` answers to the request at hand, or what it answered when the same key came before."""
    repeat = _repeatable(community, raw)
    return (*work(None), False) if repeat is None else repeat.once(lambda: work(repeat), begin)


def _repeatable(community: str, body: bytes) -> Repeatable | None:
    """The key of the request at hand; None when it names none. InvalidInput for a key that cannot be kept."""
    raw = request.headers.get("Idempotency-Key")
    if raw is None:
        return None
    key = raw.strip().removeprefix('"').removesuffix('"')
    if not 1 <= len(key) <= MAX_KEY_CHARS or not key.isprintable():
        raise InvalidInput(
            f"an Idempotency-Key has 1 to {MAX_KEY_CHARS} printable characters", hint="a random UUID will do"
        )
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()
    return Repeatable(community, key, digest)
