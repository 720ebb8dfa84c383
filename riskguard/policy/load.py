"""Policy files read strictly: all faults at once, each with its place and a hint; then an Edition with a version.

A policy speaks in layers, each later one winning: the files that it extends, the file itself, then the `scenes` of
each in the same order. An entry of `thresholds` replaces the earlier entry of the same label as a whole, a rule the
earlier rule of the same id; `without` lists the ids of rules that no longer hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.post import Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action
from riskguard.policy.condition import Condition, ConditionInvalid, nearest
from riskguard.policy.document import Document
from riskguard.policy.expression import parse_condition
from riskguard.policy.model import Edition, Policy, Rule, Threshold

_PART = ("thresholds", "rules", "without", "on_abstention")
_FILE = ("policy", "extends", "description", "scenes", *_PART)
_RULE = ("id", "when", "then", "because", "basis", "alert")
_STEPS = ("mask", "limit", "review", "block")
_ENTRY = (*_STEPS, "alert", "because", "basis")
_RULE_ID = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file, or one scene of it, says; `thresholds` by label, an empty list says 'nothing happens'."""

    document: Document
    thresholds: dict[str, list[Threshold]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    without: dict[str, Node] = field(default_factory=dict)
    on_abstention: Action | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One policy file."""

    document: Document
    name: str
    part: _Part
    scenes: dict[Scene, _Part]


def load_policy(file: Path, taxonomy: Taxonomy) -> Edition:
    """The edition that a policy file makes with all that it extends. PolicyInvalid carries every fault of all files."""
    sheets, faults = _chain(file, taxonomy)
    scenes = {scene: _merged(_layers(sheets, scene), sheets[-1].name) for scene in Scene} if sheets else {}
    faults += [fault for sheet in sheets for fault in sheet.document.faults]
    if faults or not sheets:
        raise PolicyInvalid(tuple(sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.message))))
    version = _version(scenes)
    return Edition(
        name=sheets[-1].name,
        version=version,
        scenes={scene: _stamped(policy, version) for scene, policy in scenes.items()},
        files=tuple(str(sheet.document.file) for sheet in reversed(sheets)),
    )


# --- files and what they extend


def _chain(file: Path, taxonomy: Taxonomy) -> tuple[list[_Sheet], list[Fault]]:
    """The sheets from the first ancestor to `file`, and faults of documents that gave no sheet."""
    sheets: list[_Sheet] = []
    seen: list[Path] = []
    current: Path | None = file
    while current is not None:
        seen.append(current.resolve())
        document = Document(current)
        entries = document.table(document.root, "a policy", _FILE, required=("policy",))
        if document.root is None or not entries:
            return sheets, [*document.faults, *(f for s in sheets for f in s.document.faults)]
        sheets.insert(0, _sheet(document, entries, taxonomy))
        current = _extended(document, entries, seen)
    return sheets, []


def _extended(document: Document, entries: dict[str, tuple[Node, Node]], seen: Sequence[Path]) -> Path | None:
    if "extends" not in entries:
        return None
    node = entries["extends"][1]
    named = document.text(node, "'extends'")
    if named is None:
        return None
    parent = Path(os.path.normpath(document.file.parent / named))  # so that a fault names each file in one way
    if Path(named).is_absolute() or parent.suffix not in (".yaml", ".yml"):
        document.fault(node, "'extends' names a YAML file beside this one", "extends: ../default.yaml")
    elif parent.resolve() in seen:
        trail = [each.name for each in seen[seen.index(parent.resolve()) :]]
        document.fault(node, f"a policy cannot extend itself: {' -> '.join([*trail, parent.name])}")
    elif not parent.is_file():
        near = nearest(parent.name, [each.name for each in parent.parent.glob("*.yaml")])
        document.fault(node, f"'{named}' does not exist", near)
    else:
        return parent
    return None


def _sheet(document: Document, entries: dict[str, tuple[Node, Node]], taxonomy: Taxonomy) -> _Sheet:
    name = document.text(entries["policy"][1], "'policy'") if "policy" in entries else None
    if "description" in entries:
        document.text(entries["description"][1], "'description'")
    scenes: dict[Scene, _Part] = {}
    known = [scene.value for scene in Scene]
    for word, (_, value) in document.table(_value(entries, "scenes"), "'scenes'", known).items():
        parts = document.table(value, f"scene '{word}'", _PART)
        scenes[Scene(word)] = _part(document, parts, taxonomy)
    return _Sheet(document, name or "", _part(document, entries, taxonomy), scenes)


def _value(entries: dict[str, tuple[Node, Node]], key: str) -> Node | None:
    return entries[key][1] if key in entries else None


# --- one part: thresholds and rules


def _part(document: Document, entries: dict[str, tuple[Node, Node]], taxonomy: Taxonomy) -> _Part:
    part = _Part(document, on_abstention=_action(document, entries, "on_abstention"))
    for label, (key, value) in document.table(_value(entries, "thresholds"), "'thresholds'").items():
        if label not in taxonomy:
            near = nearest(label, [each.id for each in taxonomy])
            document.fault(key, f"unknown label '{label}'", near or "labels are listed in taxonomy.yaml")
            continue
        part.thresholds[label] = _thresholds(document, label, key, value, taxonomy)
    for node in document.items(_value(entries, "rules"), "'rules'"):
        rule = _rule(document, node, taxonomy)
        if rule is not None and rule.id in part.rules:
            document.fault(node, f"rule '{rule.id}' stands twice", f"see line {part.rules[rule.id].place.line}")
        elif rule is not None:
            part.rules[rule.id] = rule
    for node in document.items(_value(entries, "without"), "'without'"):
        name = document.text(node, "an item of 'without'")
        if name is not None:
            part.without[name] = node
    return part


def _action(document: Document, entries: dict[str, tuple[Node, Node]], key: str) -> Action | None:
    node = _value(entries, key)
    word = document.choice(node, "action", [action.word for action in Action]) if node is not None else None
    return Action.parse(word) if word else None


def _thresholds(document: Document, label: str, key: Node, node: Node, taxonomy: Taxonomy) -> list[Threshold]:
    entries = document.table(node, f"the threshold of '{label}'", _ENTRY)
    zh = taxonomy.label(label).zh
    because, basis = (_note(document, entries, name) for name in ("because", "basis"))
    found: list[Threshold] = []
    for word in _STEPS:
        if word in entries:
            at = document.number(entries[word][1], f"the score for '{word}'", low=0, high=1)
            if at is not None:
                why = because or f"{zh}: 分数达到 {at:g}"
                found.append(Threshold(label, at, Action.parse(word), "", why, basis, document.place(key)))
    for milder, stricter in pairwise(found):
        if milder.at >= stricter.at:
            message = f"'{milder.action.word}' at {milder.at:g} never acts before '{stricter.action.word}'"
            document.fault(entries[milder.action.word][1], message, "a stricter action needs a higher score")
    for name, at in _alerts(document, label, _value(entries, "alert")):
        why = because or f"{zh}: 分数达到 {at:g}, 提醒运营"
        found.append(Threshold(label, at, Action.ALLOW, name, why, basis, document.place(key)))
    return found


def _alerts(document: Document, label: str, node: Node | None) -> list[tuple[str, float]]:
    """`alert: 0.5` is named after the label, `alert: {care: 0.5}` has its own name."""
    if node is None:
        return []
    if not isinstance(node, MappingNode):
        at = document.number(node, "the score for 'alert'", low=0, high=1)
        return [] if at is None else [(label, at)]
    entries = document.table(node, "'alert'")
    if len(entries) != 1:
        document.fault(node, "'alert' names one alert", "alert: {care: 0.5}")
        return []
    name, (_, value) = next(iter(entries.items()))
    at = document.number(value, f"the score for alert '{name}'", low=0, high=1)
    return [] if at is None else [(name, at)]


def _rule(document: Document, node: Node, taxonomy: Taxonomy) -> Rule | None:
    entries = document.table(node, "a rule", _RULE, required=("id", "when"))
    when = _condition(document, _value(entries, "when"), taxonomy)
    then = _action(document, entries, "then")
    because, basis, alert = (_note(document, entries, name) for name in ("because", "basis", "alert"))
    if entries and "then" not in entries and "alert" not in entries:
        document.fault(node, "a rule needs 'then' or 'alert'", "then: review")
    name = document.text(entries["id"][1], "'id'") if "id" in entries else None
    if name is not None and not _RULE_ID.fullmatch(name):
        document.fault(entries["id"][1], f"'{name}' cannot name a rule", "use letters, digits, - and _")
        name = None
    if name is None or when is None:
        return None
    return Rule(name, when, then or Action.ALLOW, because, basis, alert, document.place(entries["id"][1]))


def _note(document: Document, entries: dict[str, tuple[Node, Node]], key: str) -> str:
    return (document.text(entries[key][1], f"'{key}'") or "") if key in entries else ""


def _condition(document: Document, node: Node | None, taxonomy: Taxonomy) -> Condition | None:
    source = document.text(node, "'when'") if node is not None else None
    if source is None or not isinstance(node, ScalarNode):
        return None
    try:
        return parse_condition(source, taxonomy)
    except ConditionInvalid as error:
        for flaw in error.flaws:
            document.fault_inside(node, flaw.offset, flaw.message, flaw.hint)
    return None


# --- layers into one policy


def _layers(sheets: Sequence[_Sheet], scene: Scene) -> list[_Part]:
    return [sheet.part for sheet in sheets] + [sheet.scenes[scene] for sheet in sheets if scene in sheet.scenes]


def _merged(parts: Iterable[_Part], name: str) -> Policy:
    thresholds: dict[str, list[Threshold]] = {}
    rules: dict[str, Rule] = {}
    on_abstention = Action.REVIEW
    for part in parts:
        for rule, node in part.without.items():
            if rules.pop(rule, None) is None:
                part.document.fault(node, f"there is no rule '{rule}' to leave out", nearest(rule, rules))
        thresholds |= part.thresholds
        rules |= part.rules
        on_abstention = on_abstention if part.on_abstention is None else part.on_abstention
    return Policy(
        name=name,
        version="",
        on_abstention=on_abstention,
        thresholds=tuple(step for label in sorted(thresholds) for step in thresholds[label]),
        rules=tuple(rules.values()),
        silenced=frozenset(label for label, steps in thresholds.items() if not steps),
    )


def _stamped(policy: Policy, version: str) -> Policy:
    return Policy(policy.name, version, policy.on_abstention, policy.thresholds, policy.rules, policy.silenced)


def _version(scenes: dict[Scene, Policy]) -> str:
    """12 hex digits of the content in force; comments, order of the table and file names do not count."""
    content = {scene.value: _content(policy) for scene, policy in scenes.items()}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _content(policy: Policy) -> object:
    return [
        policy.name,
        policy.on_abstention.word,
        [(t.label, t.at, t.action.word, t.alert, t.because, t.basis) for t in policy.thresholds],
        sorted(policy.silenced),
        [(r.id, r.when.source, r.then.word, r.because, r.basis, r.alert) for r in policy.rules],
    ]
