"""Emoji and the words that they stand for, from emoji.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml


@cache
def pictures() -> Mapping[str, Sequence[str]]:
    """Words and characters, each with its pictures."""
    return MappingProxyType(_tables()["emoji"])


@cache
def meanings() -> Mapping[str, str]:
    """What each picture is read as: rather a single character than a word, and what `reads` says before all."""
    found: dict[str, str] = {}
    for word, shown in sorted(pictures().items(), key=lambda item: len(item[0]) > 1):
        for picture in shown:
            found.setdefault(picture, word)
    return MappingProxyType({**found, **_tables()["reads"]})


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: Mapping[str, Mapping[str, str]] = yaml.safe_load((files(__package__) / "emoji.yaml").read_text("utf-8"))
    return tables
