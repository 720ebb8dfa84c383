"""The entries of a policy file read strictly, one at a time: a threshold, a rule, and what they are made of."""

from __future__ import annotations

import re
from itertools import pairwise

from yaml.nodes import MappingNode, Node, ScalarNode

from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action
from riskguard.policy.condition import Condition, ConditionInvalid
from riskguard.policy.document import Document
from riskguard.policy.expression import parse_condition
from riskguard.policy.model import Rule, Threshold

_RULE = ("id", "when", "then", "because", "basis", "alert")
_STEPS = ("mask", "limit", "review", "block")
_ENTRY = (*_STEPS, "alert", "because", "basis")
_RULE_ID = re.compile(r"[\w-]+")

Entries = dict[str, tuple[Node, Node]]
"""Key and value nodes of a table by key."""


def value_of(entries: Entries, key: str) -> Node | None:
    """What stands under `key`, None where nothing does."""
    return entries[key][1] if key in entries else None


def action_of(document: Document, entries: Entries, key: str) -> Action | None:
    """The action named under `key`; None without one, or after a fault."""
    node = value_of(entries, key)
    word = document.choice(node, "action", [action.word for action in Action]) if node is not None else None
    return Action.parse(word) if word else None


def read_thresholds(document: Document, label: str, key: Node, node: Node, taxonomy: Taxonomy) -> list[Threshold]:
    """The steps of a label's entry, mildest first, then its alert; none for `{}`."""
    entries = document.table(node, f"the threshold of '{label}'", _ENTRY)
    zh = taxonomy.label(label).zh
    because, basis = (note(document, entries, name) for name in ("because", "basis"))
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
    for name, at in _alerts(document, label, value_of(entries, "alert")):
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


def read_rule(document: Document, node: Node, taxonomy: Taxonomy) -> Rule | None:
    """One of `rules`; None after a fault without which there is no rule."""
    entries = document.table(node, "a rule", _RULE, required=("id", "when"))
    when = _condition(document, value_of(entries, "when"), taxonomy)
    then = action_of(document, entries, "then")
    because, basis, alert = (note(document, entries, name) for name in ("because", "basis", "alert"))
    if entries and "then" not in entries and "alert" not in entries:
        document.fault(node, "a rule needs 'then' or 'alert'", "then: review")
    name = document.text(entries["id"][1], "'id'") if "id" in entries else None
    if name is not None and not _RULE_ID.fullmatch(name):
        document.fault(entries["id"][1], f"'{name}' cannot name a rule", "use letters, digits, - and _")
        name = None
    if name is None or when is None:
        return None
    return Rule(name, when, then or Action.ALLOW, because, basis, alert, document.place(entries["id"][1]))


def note(document: Document, entries: Entries, key: str) -> str:
    """The text under `key`; empty where there is none, or after a fault."""
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
