"""The taxonomy file: every label with its names, family, severity, legal basis and cross-walk."""

from __future__ import annotations

import re
from pathlib import Path

from yaml.nodes import Node

from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.policy.document import Document

CROSSWALKS = ("openai", "perspective", "aliyun", "tencent", "gbt45654")
_LABEL = ("zh", "en", "family", "severity", "basis", "crosswalk")
LABEL_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
"""What a label may be called."""


def load_taxonomy(file: Path) -> Taxonomy:
    """The labels of a taxonomy file. PolicyInvalid carries every fault."""
    document = Document(file)
    entries = document.table(document.root, "a taxonomy", ("labels",), required=("labels",))
    labels: dict[str, Label] = {}
    for name, (key, value) in document.table(entries["labels"][1] if entries else None, "'labels'").items():
        if not LABEL_ID.fullmatch(name):
            document.fault(key, f"'{name}' cannot name a label", "small letters, digits, _ and dots: abuse.insult")
        label = _label(document, name, value)
        if label is not None:
            labels[name] = label
    document.refuse()
    return Taxonomy(labels)


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
    if family is None or severity is None or not (texts.get("zh") and texts.get("en")):
        return None
    return Label(name, str(texts["zh"]), str(texts["en"]), Family(family), int(severity), tuple(basis), crosswalk)


def _crosswalk(document: Document, node: Node) -> dict[str, tuple[str, ...]]:
    entries = document.table(node, "'crosswalk'", CROSSWALKS)
    return {name: tuple(document.texts(value, f"'{name}'")) for name, (_, value) in entries.items()}
