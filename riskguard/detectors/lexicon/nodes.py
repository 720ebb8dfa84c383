"""YAML nodes with their places: what `files` needs to say where a fault stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

import yaml

from riskguard.domain.errors import Fault

_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of one file, added to a list that all files share."""

    file: str
    found: list[Fault]

    def add(self, node: yaml.Node | None, message: str, hint: str = "") -> None:
        """A fault at `node`, or about the whole file."""
        mark = node.start_mark if node is not None else None
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        self.found.append(Fault(self.file, line, column, message, hint))


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed item: a short string, or a mapping whose `term` it is."""

    term: str
    fields: Mapping[str, str]
    node: yaml.Node


def mapping(
    content: bytes, sheet: Faults, *, required: Set[str], optional: Set[str] = frozenset()
) -> dict[str, yaml.Node]:
    """The top-level keys of the file with their values; faults for what is missing, unknown or given twice."""
    try:
        top = yaml.compose(content.decode("utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        sheet.add(None, "not UTF-8", "save the file as UTF-8")
        return {}
    except yaml.YAMLError as error:
        _unreadable(error, sheet)
        return {}
    if not isinstance(top, yaml.MappingNode):
        sheet.add(top, "the file must be a mapping", f"it starts with '{min(required)}:'")
        return {}
    values = _keyed(top, sheet, known=required | optional)
    for missing in sorted(required - values.keys()):
        sheet.add(top, f"'{missing}' is missing", f"add '{missing}:'")
    return values


def entries(top: Mapping[str, yaml.Node], key: str, sheet: Faults, *, fields: Set[str]) -> Iterator[Entry]:
    """The items listed under `key`, as far as they are sound."""
    listed = top.get(key)
    if listed is None:
        return
    if not isinstance(listed, yaml.SequenceNode):
        sheet.add(listed, f"'{key}' must be a list", "write one item a line, each after '- '")
        return
    for node in listed.value:
        entry = _entry(node, sheet, fields)
        if entry is not None:
            yield entry


def blocks(
    top: Mapping[str, yaml.Node], key: str, sheet: Faults, *, required: Set[str], known: Set[str]
) -> Iterator[tuple[dict[str, yaml.Node], yaml.Node]]:
    """The mappings listed under `key` with their nodes, as far as nothing is missing in them."""
    listed = top.get(key)
    if listed is None:
        return
    if not isinstance(listed, yaml.SequenceNode):
        sheet.add(listed, f"'{key}' must be a list", "write one item a line, each after '- '")
        return
    for node in listed.value:
        values = _keyed(node, sheet, known=known) if isinstance(node, yaml.MappingNode) else {}
        for missing in sorted(required - values.keys()):
            sheet.add(node, f"'{missing}' is missing", f"add '{missing}:'")
        if required <= values.keys():
            yield values, node


def words(top: Mapping[str, yaml.Node], key: str, sheet: Faults) -> list[str]:
    """The short strings listed under `key`."""
    return [entry.term for entry in entries(top, key, sheet, fields={"term"})]


def scalar(values: Mapping[str, yaml.Node], key: str, sheet: Faults) -> str:
    """The text under `key`; empty when it is missing or (a fault) not text."""
    node = values.get(key)
    if node is None:
        return ""
    if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT or not node.value.strip():
        sheet.add(node, f"'{key}' must be text", "put it in quotes")
        return ""
    return str(node.value).strip()


def _entry(node: yaml.Node, sheet: Faults, fields: Set[str]) -> Entry | None:
    values = _keyed(node, sheet, known=fields) if isinstance(node, yaml.MappingNode) else {"term": node}
    texts = {key: scalar(values, key, sheet) for key in values}
    if "term" not in texts:
        sheet.add(node, "'term' is missing", "write {term: …}, or the term alone")
    return Entry(texts["term"], texts, node) if texts.get("term") else None


def _keyed(node: yaml.MappingNode, sheet: Faults, *, known: Set[str]) -> dict[str, yaml.Node]:
    values: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name not in known:
            sheet.add(key, f"unknown key '{name}'", f"choose from {', '.join(sorted(known))}")
        elif name in values:
            sheet.add(key, f"'{name}' is given twice", "leave one of them out")
        else:
            values[name] = value
    return values


def _unreadable(error: yaml.YAMLError, sheet: Faults) -> None:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    problem = getattr(error, "problem", None) or "cannot be read"
    sheet.found.append(Fault(sheet.file, line, column, f"not YAML: {problem}", "check indentation and quotes"))
