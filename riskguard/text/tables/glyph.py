"""Characters that are taken for one another at a glance: those of glyphs.yaml, and families of the same right half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from riskguard.text.tables.component import RIGHT, beside

_LARGEST = 24
"""A class of look-alikes grows no larger: beyond that, anything would look like anything."""


@cache
def groups() -> Sequence[str]:
    """Characters of nearly the same shape, each for any other of its group."""
    return tuple(_tables()["groups"])


@cache
def families() -> Mapping[str, str]:
    """For each core the characters that have it at their right: 马 -> 妈吗码."""
    found: dict[str, str] = {}
    for char, (_, core) in beside().items():
        if core not in RIGHT:
            found[core] = found.get(core, "") + char
    return MappingProxyType(found)


@cache
def shapes() -> Mapping[str, str]:
    """For each character that looks like others, the one of them that stands for all."""
    frequent = frozenset(_tables()["frequent"])
    classes: dict[str, str] = {}
    for group in (*groups(), *_tables()["also"]):
        _unite(group, classes)
    for core, family in families().items():
        _unite("".join(char for char in core + family if char not in frequent), classes)
    return MappingProxyType({char: members[0] for char, members in classes.items() if len(members) > 1})


def _unite(group: str, classes: dict[str, str]) -> None:
    """One class for the group and what its members look like, as far as it does not grow too large."""
    known = ""
    for char in group:
        wider = known + "".join(each for each in classes.get(char, char) if each not in known)
        known = wider if len(wider) <= _LARGEST else known
    for char in known:
        classes[char] = known


@cache
def _tables() -> Mapping[str, Sequence[str]]:
    tables: Mapping[str, Sequence[str]] = yaml.safe_load((files(__package__) / "glyphs.yaml").read_text("utf-8"))
    return tables
