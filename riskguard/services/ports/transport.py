"""What carries posts to workers, and events to platforms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from riskguard.domain.event import Answer, Event
from riskguard.domain.line import Batch, Ticket


class Line(Protocol):
    """Where accepted posts wait for a worker. Everything in it can be rebuilt from the store."""

    def submit(self, tickets: Sequence[Ticket]) -> int:
        """Put posts in line and call a worker; how many were not in line or being judged already (those are left)."""

    def claim(self, worker: str, *, limit: int) -> Batch | None:
        """The next posts: what came back first and alone, then LIVE before BULK (which never starves), inside a lane in
        fair turn between communities. None when nobody waits."""

    def renew(self, batch: Batch) -> bool:
        """Begin the lease of the batch again; False when it was taken away meanwhile."""

    def finish(self, batch: Batch) -> None:
        """Forget the batch and tell whoever waits for one of its posts."""

    def give_back(self, batch: Batch) -> None:
        """Put the batch at the front of the line as it is: it is not to blame for what went wrong."""

    def release(self, worker: str) -> int:
        """Take back, halved, what a worker of this name left unfinished when it died; how many posts."""

    def release_expired(self) -> int:
        """Take back, halved, what was claimed and not finished within its lease; how many posts."""

    def wake(self) -> None:
        """Call a worker if anyone waits and no call is pending: makes good for calls that were lost."""

    def wait_for(self, post_id: str, *, timeout_s: float) -> bool:
        """Whether the post left the line before the time ran out; True at once when it is not in line (any more)."""

    def waiting(self) -> int:
        """Posts in line."""


class Bell(Protocol):
    """Calls workers for delivery: events are in the outbox."""

    def ring(self) -> None: ...
    def heard(self) -> None:
        """A worker has come: whoever rings from now on calls another."""


class Traces(Protocol):
    """What transport may still hold of things that are gone."""

    def rewrite(self) -> None:
        """Have the log of the transport written anew, without what is gone; returns before that is done."""


class Roll(Protocol):
    """Which workers are at work, for operators."""

    def sign(self, worker: str, notes: Mapping[str, object]) -> None:
        """The worker is at work, and says this about itself (JSON values); to be said again now and then."""

    def leave(self, worker: str) -> None:
        """The worker works no more."""

    def present(self) -> Sequence[Mapping[str, Any]]:
        """What each worker says that has signed lately and not left."""


class Sender(Protocol):
    """Carries events to the platform. Never raises for what an endpoint does."""

    @property
    def timeout_s(self) -> float:
        """The longest that one try takes."""

    def submit(self, event: Event, *, secret: str, start_within_s: float) -> Future[Answer]:
        """Send soon, beside others; an endpoint that is slow delays only its own events.

        An event that cannot be started in time is answered UNSENT.
        """

    def close(self) -> bool:
        """Answer within seconds all that was submitted; False where something can still not be ended."""
