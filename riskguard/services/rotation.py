"""Bring all that is sealed under the newest key, beside the running service."""

from __future__ import annotations

from collections.abc import Iterator

from riskguard.domain.place import Place
from riskguard.services.ports import Begin

ROWS_A_TURN = 500


def stale(begin: Begin) -> int:
    """Rows that are sealed with an older key."""
    with begin() as work:
        return work.sealing.stale()


def rotate(*, begin: Begin, limit: int = ROWS_A_TURN) -> Iterator[Place]:
    """Seal everything anew, a few rows a transaction; yields what each took, and which rows it left since they cannot
    be read. To be interrupted at any time: who calls it again goes on with what is left."""
    place = None
    while True:
        with begin() as work:
            place = work.sealing.renew(place, limit=limit)
            work.commit()
        if place is None:
            return
        if place.rows or place.unreadable:
            yield place


def retire(begin: Begin) -> list[str]:
    """The keys, by id, that seal nothing any more and may be taken out of the settings."""
    with begin() as work:
        gone = work.sealing.retire()
        work.commit()
    return gone
