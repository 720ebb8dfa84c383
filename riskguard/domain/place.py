"""How far a long piece of work over the store has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The last row that was worked on, by its table and primary key (None: before its first), and how many rows the
    last step took. `unreadable` are the keys of those that it had to leave as they are."""

    table: str
    key: tuple[str, ...] | None
    rows: int
    unreadable: tuple[tuple[str, ...], ...] = ()
