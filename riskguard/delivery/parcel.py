"""What the sender carries: how to write each try, and how to read what was said to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from riskguard.delivery.exchange import Said
from riskguard.domain.event import Outcome

THROTTLED = frozenset({429, 502, 503, 504})
"""With these an endpoint asks for rest."""

_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Letter:
    """One try as it goes over the wire. `path` has the query, and neither scheme nor host."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer means: how the try ended, whether another one helps, and whether the endpoint asks for rest."""

    outcome: Outcome
    text: str
    again: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something to carry to the origin of `url`. `tries` were made before; `write` makes each try anew, since it is
    signed with its time."""

    id: str
    url: str
    tries: int
    write: Callable[[datetime], Letter]
    read: Callable[[Said], Reply]


def by_status(said: Said) -> Reply:
    """Any 2xx is arrival; another try helps where the other side is at fault or busy, not where we are."""
    text = f"HTTP {said.status}"
    if 200 <= said.status < 300:
        return Reply(Outcome.DELIVERED, text)
    again = said.status >= 500 or said.status in _WORTH_ANOTHER_TRY
    return Reply(Outcome.FAILED, text, again=again, rest=said.status in THROTTLED)
