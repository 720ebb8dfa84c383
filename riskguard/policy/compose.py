"""The nodes of a YAML text: read by libyaml, or by PyYAML's own reader where something is wrong with the text.

libyaml reads several times as fast, which shows at each start. PyYAML's words for a fault are the ones people know,
and it refuses a little more: a tab between words, a question mark before a key.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import Node

_READ_OTHERWISE = re.compile("[\t\ufeff?!]")
"""With these the two readers do not always agree."""

_NO_ALIAS = "write the value out instead of '*'"


def root_of(text: str) -> Node | None:
    """The node of the whole text, None where there is none. YAMLError for what is no YAML, or has an alias in it."""
    if _READ_OTHERWISE.search(text):
        return _root(text, _PlainLoader)
    try:
        return _root(text, _QuickLoader)
    except yaml.YAMLError:
        return _root(text, _PlainLoader)


def _root(text: str, loader: Any) -> Node | None:
    node: Node | None = yaml.compose(text, Loader=loader)
    return node


class _NoAliases(Composer):
    """YAML without aliases, which could make a small file a huge one. Nodes are made here in Python for both readers:
    libyaml's own way ends the process where they lie too deep."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):  # type: ignore[attr-defined]
            mark = self.peek_event().start_mark  # type: ignore[attr-defined]
            raise yaml.MarkedYAMLError(problem="aliases are not part of these files", problem_mark=mark, note=_NO_ALIAS)
        node: Node | None = super().compose_node(parent, index)
        return node


class _PlainLoader(_NoAliases, yaml.SafeLoader):
    """PyYAML's own reader."""


_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _QuickLoader(_NoAliases, _Safe):  # type: ignore[misc]
    """libyaml; PyYAML's own reader where it was built without that."""

    def __init__(self, stream: str) -> None:
        _Safe.__init__(self, stream)
        Composer.__init__(self)
