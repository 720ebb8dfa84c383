"""A YAML file read strictly: every mistake is kept with its line and column, and none stops the reading."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.policy.compose import root_of
from riskguard.policy.condition import nearest
from riskguard.policy.model import Place

_WRITTEN = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "empty",
    "seq": "a list",
    "map": "a table",
}

_WIDE = re.compile(r"\s*(- )?[\w.-]+：")
_EMPTY = "write something, or leave it out"


class Document:
    """One file, its bytes, its root node (None when it cannot be read at all) and the faults found in it so far."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.content = b""
        self.faults: list[Fault] = []
        self._text = ""
        self.root = self._composed()

    def _composed(self) -> Node | None:
        try:
            self.content = self.file.read_bytes()
            self._text = self.content.decode("utf-8-sig")
            root = root_of(self._text)
            if root is None:
                self._add(0, 0, "the file is empty")
            return root
        except FileNotFoundError:
            self._add(0, 0, "the file does not exist")
        except (OSError, UnicodeDecodeError) as error:
            self._add(0, 0, f"the file cannot be read: {error}", "save it as UTF-8")
        except yaml.MarkedYAMLError as error:
            self._not_yaml(error)
        except (yaml.YAMLError, RecursionError) as error:
            self._add(0, 0, f"not YAML: {str(error).splitlines()[0]}")
        return None

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> None:
        if wide := self._wide_colon(error):
            self._add(*wide, "not YAML: a full-width colon ends no key", "write ': ' with a blank, in half width")
            return
        mark: Any = error.problem_mark or error.context_mark  # PyYAML's stubs know two kinds of marks
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        hint = error.note or "put texts with ': ' or '#' in quotes, indent with spaces"
        self._add(line, column, f"not YAML: {error.problem or error.context}", hint)

    def _wide_colon(self, error: yaml.MarkedYAMLError) -> tuple[int, int] | None:
        """Line and column of the full-width colon behind a key that made the parser stumble there or a line later."""
        marks: list[Any] = [mark for mark in (error.context_mark, error.problem_mark) if mark]
        lines = self._text.splitlines()
        for number in sorted({line for mark in marks for line in (mark.line - 1, mark.line)}):
            if 0 <= number < len(lines) and (key := _WIDE.match(lines[number])):
                return number + 1, key.end()
        return None

    def _add(self, line: int, column: int, message: str, hint: str = "") -> None:
        self.faults.append(Fault(str(self.file), line, column, message, hint))

    # --- what a reader of the document asks

    def place(self, node: Node) -> Place:
        """Where a node begins."""
        return Place(str(self.file), node.start_mark.line + 1, node.start_mark.column + 1)

    def fault(self, node: Node | None, message: str, hint: str = "") -> None:
        """Keep a mistake at a node; without one it concerns the whole file."""
        place = self.place(node) if node is not None else Place()
        self._add(place.line, place.column, message, hint)

    def fault_unknown(self, node: Node, what: str, word: str, known: Collection[str]) -> None:
        """Keep that a word is not one of the known ones, with a hint at the one that was probably meant."""
        self.fault(node, f"unknown {what} '{word}'", nearest(word, known) or _choices(known))

    def fault_inside(self, node: ScalarNode, offset: int, message: str, hint: str = "") -> None:
        """Keep a mistake `offset` characters into the text of a scalar, as exactly as its style allows."""
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if node.style == "|":
            before = node.value[:offset]
            line += 1 + before.count("\n")
            column = self._indent(line) + len(before.rpartition("\n")[2]) + 1
        elif node.start_mark.line == node.end_mark.line:
            column += offset + (1 if node.style else 0)
        elif node.style in (">", "", None):
            line, column = self._unfolded(node, offset)
        self._add(line, column, message, hint)

    def _unfolded(self, node: ScalarNode, offset: int) -> tuple[int, int]:
        """Where the character at `offset` of a folded text was written: its lines were joined by one space each."""
        lines = self._text.splitlines()
        first = node.start_mark.line + (1 if node.style else 0)
        start = 0 if node.style else node.start_mark.column
        for number in range(first, node.end_mark.line + 1):
            text = lines[number][start:] if number < len(lines) else ""
            indent = start + len(text) - len(text.lstrip())
            start = 0
            if offset <= len(text.strip()):
                return number + 1, indent + offset + 1
            offset -= len(text.strip()) + 1
        return node.start_mark.line + 1, node.start_mark.column + 1

    def _indent(self, line: int) -> int:
        written = self._text.splitlines()[line - 1]
        return len(written) - len(written.lstrip())

    def table(
        self, node: Node | None, what: str, known: Collection[str] = (), required: Sequence[str] = ()
    ) -> dict[str, tuple[Node, Node]]:
        """Key and value nodes by key. Unknown keys (when `known` is given), missing and double ones are faults."""
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            self.fault(node, f"{what} must be a table, this is {written_as(node)}", "key: value")
            return {}
        entries: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            name = self.text(key, f"a key of {what}")
            if name is None:
                continue
            if name in entries:
                first = self.place(entries[name][0]).line
                self.fault(key, f"'{name}' stands twice in {what}", f"the first is on line {first}")
            elif known and name not in known:
                self.fault(key, f"unknown key '{name}' in {what}", nearest(name, known) or _choices(known))
            else:
                entries[name] = (key, value)
        for name in required:
            if name not in entries and not any(k.value == name for k, _ in node.value):
                self.fault(node, f"{what} lacks '{name}'", f"add '{name}: ...'")
        return entries

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The nodes of a list."""
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.fault(node, f"{what} must be a list, this is {written_as(node)}", "- item")
            return []
        return list(node.value)

    def text(self, node: Node, what: str) -> str | None:
        """A text that is not empty; None after a fault."""
        if not isinstance(node, ScalarNode) or _tag(node) != "str":
            self.fault(node, f"{what} must be a text, this is {written_as(node)}", _quote(node))
            return None
        if not node.value.strip():
            self.fault(node, f"{what} is empty", _EMPTY)
            return None
        return str(node.value)

    def texts(self, node: Node | None, what: str) -> list[str]:
        """A list of texts."""
        found = [self.text(each, f"an item of {what}") for each in self.items(node, what)]
        return [each for each in found if each is not None]

    def number(self, node: Node, what: str, *, low: float, high: float) -> float | None:
        """A number from `low` to `high`; None after a fault."""
        if not isinstance(node, ScalarNode) or _tag(node) not in ("int", "float"):
            self.fault(node, f"{what} must be a number, this is {written_as(node)}", "such as 0.6")
            return None
        try:
            value = float(node.value)
        except ValueError:
            self.fault(node, f"{what} must be a plain number, this is {node.value}", "such as 0.6")
            return None
        if not low <= value <= high:
            self.fault(node, f"{what} must lie in {low:.15g}..{high:.15g}, this is {node.value}")
            return None
        return value

    def truth(self, node: Node, what: str) -> bool | None:
        """True or false; None after a fault."""
        if isinstance(node, ScalarNode) and _tag(node) == "bool":
            return node.value.lower() in ("true", "yes", "on")
        self.fault(node, f"{what} must be true or false, this is {written_as(node)}")
        return None

    def choice(self, node: Node, what: str, choices: Collection[str]) -> str | None:
        """One of the words in `choices`; None after a fault."""
        word = self.text(node, what)
        if word is None or word in choices:
            return word
        self.fault_unknown(node, what, word, choices)
        return None

    def refuse(self) -> None:
        """Raise PolicyInvalid with all faults, if there are any."""
        if self.faults:
            raise PolicyInvalid(tuple(self.faults))


def written_as(node: Node) -> str:
    """What a node is, in words for its author: 'a list', 'a number (0.6)'."""
    kind = _WRITTEN.get(_tag(node), f"tagged {node.tag}")
    return f"{kind} ({node.value})" if isinstance(node, ScalarNode) and node.value else kind


def _tag(node: Node) -> str:
    return str(node.tag).rpartition(":")[2]


def _quote(node: Node) -> str:
    if not isinstance(node, ScalarNode):
        return "write words, without brackets or lines below"
    return f'write it in quotes: "{node.value}"' if node.value else _EMPTY


def _choices(words: Collection[str]) -> str:
    listed = ", ".join(words)
    if not words:
        return "there is none yet"
    return f"choose from {listed}" if 0 < len(listed) <= 120 else ""
