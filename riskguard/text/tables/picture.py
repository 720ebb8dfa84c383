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
def meanings() -> Mapping[str, tuple[str, ...]]:
    """What each picture may mean. It is read as the first: what `reads` says, else rather a character than a word."""
    found = {picture: tuple(words.split()) for picture, words in _tables()["reads"].items()}
    for word, shown in sorted(pictures().items(), key=lambda item: len(item[0]) > 1):
        for picture in shown:
            known = found.get(picture, ())
            found[picture] = known if word in known else (*known, word)
    return MappingProxyType(found)


@cache
def read_as() -> Mapping[str, tuple[str, ...]]:
    """For each word what the pictures that may mean it are read as, if that is something else: 款 -> 钱."""
    found: dict[str, tuple[str, ...]] = {}
    for first, *others in meanings().values():
        for word in others:
            known = found.get(word, ())
            found[word] = known if first in known else (*known, first)
    return MappingProxyType(found)


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: Mapping[str, Mapping[str, str]] = yaml.safe_load((files(__package__) / "emoji.yaml").read_text("utf-8"))
    return tables
