"""The tables of this room, as they stand in words.txt: who, what illness, which place."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def words(name: str) -> tuple[str, ...]:
    """All words of one table, each once. KeyError for a table that is not there."""
    return _tables()[name]


def either(name: str) -> str:
    """A regex for any word of the table, of two that fit the longer one."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words(name), key=lambda word: (-len(word), word))) + ")"


@cache
def _tables() -> dict[str, tuple[str, ...]]:
    tables: dict[str, list[str]] = {}
    listed: list[str] = []
    for line in (files(__package__) / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name, begins, rest = line.partition(":") if not line[0].isspace() else ("", "", line)
        if begins:
            listed = tables.setdefault(name, [])
        listed += rest.split()
    return {name: tuple(dict.fromkeys(them)) for name, them in tables.items()}
