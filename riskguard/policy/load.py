"""Policy files read strictly: all faults at once, each with its place and a hint; then an Edition with a version.

A policy speaks in layers, each later one winning: the files that it extends, the file itself, then the `scenes` of
each in the same order. An entry of `thresholds` replaces the earlier entry of the same label as a whole, a rule the
earlier rule of the same id, an entry of `care` that of the same alert, one of `operators` that of the same label;
`without` lists the ids of rules that no longer hold.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

from yaml.nodes import Node

from riskguard.domain.care import Care
from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.operator import Operator
from riskguard.domain.post import Scene
from riskguard.domain.privacy import Grade
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action
from riskguard.policy.care import Said, read_care
from riskguard.policy.condition import nearest
from riskguard.policy.document import Document
from riskguard.policy.entry import Entries, action_of, read_rule, read_thresholds, value_of
from riskguard.policy.model import Edition, Policy, Rule, Threshold
from riskguard.policy.operators import read_operators

_PART = ("thresholds", "rules", "without", "care", "operators", "on_abstention")
_FILE = ("policy", "extends", "description", "scenes", *_PART)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file, or one scene of it, says; `thresholds` by label, an empty list says 'nothing happens'."""

    document: Document
    thresholds: dict[str, list[Threshold]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    without: dict[str, Node] = field(default_factory=dict)
    care: dict[str, Said] = field(default_factory=dict)
    operators: dict[str, Operator] = field(default_factory=dict)
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
    if sheets:
        _fault_unheard(sheets[-1], scenes)
    faults += [fault for sheet in sheets for fault in sheet.document.faults]
    if faults or not sheets:
        raise PolicyInvalid(tuple(sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.message))))
    version = _version(scenes, taxonomy)
    return Edition(
        name=sheets[-1].name,
        version=version,
        scenes={scene: replace(policy, version=version, taxonomy=taxonomy) for scene, policy in scenes.items()},
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


def _extended(document: Document, entries: Entries, seen: Sequence[Path]) -> Path | None:
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


def _sheet(document: Document, entries: Entries, taxonomy: Taxonomy) -> _Sheet:
    name = document.text(entries["policy"][1], "'policy'") if "policy" in entries else None
    if "description" in entries:
        document.text(entries["description"][1], "'description'")
    scenes: dict[Scene, _Part] = {}
    known = [scene.value for scene in Scene]
    for word, (_, value) in document.table(value_of(entries, "scenes"), "'scenes'", known).items():
        parts = document.table(value, f"scene '{word}'", _PART)
        scenes[Scene(word)] = _part(document, parts, taxonomy)
    return _Sheet(document, name or "", _part(document, entries, taxonomy), scenes)


# --- one part: thresholds and rules


def _part(document: Document, entries: Entries, taxonomy: Taxonomy) -> _Part:
    silence, care = action_of(document, entries, "on_abstention"), read_care(document, value_of(entries, "care"))
    operators = read_operators(document, value_of(entries, "operators"), taxonomy)
    part = _Part(document, care=care, operators=operators, on_abstention=silence)
    for label, (key, value) in document.table(value_of(entries, "thresholds"), "'thresholds'").items():
        if label not in taxonomy:
            near = nearest(label, [each.id for each in taxonomy])
            document.fault(key, f"unknown label '{label}'", near or "labels are listed in taxonomy.yaml")
            continue
        part.thresholds[label] = read_thresholds(document, label, key, value, taxonomy)
    for node in document.items(value_of(entries, "rules"), "'rules'"):
        rule = read_rule(document, node, taxonomy)
        if rule is not None and rule.id in part.rules:
            document.fault(node, f"rule '{rule.id}' stands twice", f"see line {part.rules[rule.id].place.line}")
        elif rule is not None:
            part.rules[rule.id] = rule
    for node in document.items(value_of(entries, "without"), "'without'"):
        name = document.text(node, "an item of 'without'")
        if name is not None:
            part.without[name] = node
    return part


# --- layers into one policy


def _layers(sheets: Sequence[_Sheet], scene: Scene) -> list[_Part]:
    return [sheet.part for sheet in sheets] + [sheet.scenes[scene] for sheet in sheets if scene in sheet.scenes]


def _merged(parts: Iterable[_Part], name: str) -> Policy:
    thresholds: dict[str, list[Threshold]] = {}
    rules: dict[str, Rule] = {}
    care: dict[str, Care | None] = {}
    operators: dict[str, Operator] = {}
    on_abstention = Action.REVIEW
    for part in parts:
        for rule, node in part.without.items():
            if rules.pop(rule, None) is None:
                part.document.fault(node, f"there is no rule '{rule}' to leave out", nearest(rule, rules))
        thresholds |= part.thresholds
        rules |= part.rules
        operators |= part.operators
        care |= {alert: said for alert, (_, said) in part.care.items()}
        on_abstention = on_abstention if part.on_abstention is None else part.on_abstention
    return Policy(
        name=name,
        version="",
        on_abstention=on_abstention,
        thresholds=tuple(step for label in sorted(thresholds) for step in thresholds[label]),
        rules=tuple(rules.values()),
        silenced=frozenset(label for label, steps in thresholds.items() if not steps),
        care=tuple(filter(None, care.values())),
        operators=operators,
    )


def _fault_unheard(sheet: _Sheet, scenes: Mapping[Scene, Policy]) -> None:
    """Words for an alert that nothing raises would never be shown: most likely its name is misspelt."""
    everywhere = frozenset[str]().union(*(policy.alerts for policy in scenes.values()))
    parts = [(sheet.part, everywhere), *((part, scenes[scene].alerts) for scene, part in sheet.scenes.items())]
    for part, raised in parts:
        for alert, (key, _) in part.care.items():
            if alert not in raised:
                sheet.document.fault(key, f"no threshold or rule raises the alert '{alert}'", nearest(alert, raised))


def _version(scenes: dict[Scene, Policy], taxonomy: Taxonomy) -> str:
    """12 hex digits of the content in force; comments, order of the table and file names do not count."""
    content = {scene.value: _content(policy) for scene, policy in scenes.items()}
    canonical = json.dumps([content, _grading(taxonomy)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _content(policy: Policy) -> object:
    return [
        policy.name,
        policy.on_abstention.word,
        [(t.label, t.at, t.action.word, t.alert, t.because, t.basis) for t in policy.thresholds],
        sorted(policy.silenced),
        [(r.id, r.when.source, r.then.word, r.because, r.basis, r.alert) for r in policy.rules],
        [astuple(care) for care in policy.care],
        sorted(policy.operators.items()),
    ]


def _grading(taxonomy: Taxonomy) -> object:
    """What of the taxonomy decides how information about people is graded."""
    graded = sorted((label.id, astuple(label.grade), label.basis) for label in taxonomy if label.grade != Grade())
    return [graded, [astuple(aggregate) for aggregate in taxonomy.aggregates]]
