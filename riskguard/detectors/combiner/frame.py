"""What a text does with the words in it: warns, reports, tells what others said, asks, offers."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

_FILE = "frames.yaml"


@cache
def frames() -> dict[str, re.Pattern[str]]:
    """The known frames, each with what it is recognised by in folded text."""
    listed = yaml.safe_load((files(__package__) / _FILE).read_text(encoding="utf-8"))
    return {name: re.compile("|".join(patterns)) for name, patterns in listed.items()}


def frames_in(folded: str) -> frozenset[str]:
    """The names of the frames that a folded text shows."""
    return frozenset(name for name, pattern in frames().items() if pattern.search(folded))
