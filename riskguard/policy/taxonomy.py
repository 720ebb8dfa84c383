"""The taxonomy file: every label with its names, family, severity, legal basis and cross-walk."""

from __future__ import annotations

import re
from pathlib import Path

from yaml.nodes import Node

from riskguard.domain.privacy import MINOR, Aggregate, Grade, Risk
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.policy.document import Document
from riskguard.policy.entry import Entries, note, value_of

CROSSWALKS = ("openai", "perspective", "aliyun", "tencent", "gbt45654")
_LABEL = ("zh", "en", "family", "severity", "basis", "crosswalk", "grade")
_GRADE = ("risk", "identifies", "sensitive")
_AGGREGATE = ("identifiers", "beside", "because", "basis")
_MOST_IDENTIFIERS = 10
LABEL_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
"""What a label may be called."""


def load_taxonomy(file: Path) -> Taxonomy:
    """The labels of a taxonomy file. PolicyInvalid carries every fault."""
    document = Document(file)
    entries = document.table(document.root, "a taxonomy", ("labels", "aggregates"), required=("labels",))
    labels: dict[str, Label] = {}
    for name, (key, value) in document.table(entries["labels"][1] if entries else None, "'labels'").items():
        if not LABEL_ID.fullmatch(name):
            document.fault(key, f"'{name}' cannot name a label", "small letters, digits, _ and dots: abuse.insult")
        label = _label(document, name, value)
        if label is not None:
            labels[name] = label
    aggregates = _aggregates(document, value_of(entries, "aggregates"), labels)
    document.refuse()
    return Taxonomy(labels, aggregates)


def _label(document: Document, name: str, node: Node) -> Label | None:
    what = f"label '{name}'"
    entries = document.table(node, what, _LABEL, required=("zh", "en", "family", "severity"))
    texts = {key: document.text(entries[key][1], f"'{key}'") for key in ("zh", "en") if key in entries}
    family = severity = None
    if "family" in entries:
        family = document.choice(entries["family"][1], "family", [each.value for each in Family])
    if "severity" in entries:
        severity = document.number(entries["severity"][1], "severity", low=0, high=4)
    basis = document.texts(entries["basis"][1], "'basis'") if "basis" in entries else []
    crosswalk = _crosswalk(document, entries["crosswalk"][1]) if "crosswalk" in entries else {}
    grade = _grade(document, entries["grade"][1], name) if "grade" in entries else Grade()
    if family is None or severity is None or not (texts.get("zh") and texts.get("en")):
        return None
    return Label(
        name, str(texts["zh"]), str(texts["en"]), Family(family), int(severity), tuple(basis), crosswalk, grade
    )


def _crosswalk(document: Document, node: Node) -> dict[str, tuple[str, ...]]:
    entries = document.table(node, "'crosswalk'", CROSSWALKS)
    return {name: tuple(document.texts(value, f"'{name}'")) for name, (_, value) in entries.items()}


def _grade(document: Document, node: Node, label: str) -> Grade:
    """How bad a label's information is by itself; as a plain one after a fault."""
    entries = document.table(node, f"the grade of '{label}'", _GRADE, required=("risk",))
    words = [each.word for each in Risk]
    word = document.choice(entries["risk"][1], "risk", words) if "risk" in entries else None
    identifies = document.truth(entries["identifies"][1], "'identifies'") if "identifies" in entries else None
    return Grade(Risk.parse(word) if word else Risk.MEDIUM, bool(identifies), note(document, entries, "sensitive"))


def _aggregates(document: Document, node: Node | None, labels: dict[str, Label]) -> tuple[Aggregate, ...]:
    known = {MINOR, *(label.grade.sensitive for label in labels.values() if label.grade.sensitive)}
    found = [_aggregate(document, each, known) for each in document.items(node, "'aggregates'")]
    return tuple(each for each in found if each is not None)


def _aggregate(document: Document, node: Node, known: set[str]) -> Aggregate | None:
    entries: Entries = document.table(node, "an aggregate", _AGGREGATE, required=("identifiers", "because", "basis"))
    count = None
    if "identifiers" in entries:
        count = document.number(entries["identifiers"][1], "'identifiers'", low=1, high=_MOST_IDENTIFIERS)
    beside = [
        document.choice(each, "category", sorted(known))
        for each in document.items(value_of(entries, "beside"), "'beside'")
    ]
    because, basis = note(document, entries, "because"), note(document, entries, "basis")
    if count is None or None in beside or not (because and basis):
        return None
    return Aggregate(int(count), tuple(filter(None, beside)), because, basis)
