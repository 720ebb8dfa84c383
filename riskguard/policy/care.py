"""The `care` of a policy: what an author is told when a post raises an alert.

    care:
      care-urgent:                       # the name of an alert; {} says nothing
        text: 先照顾好自己……
        contacts: [{name: 本校心理中心, phone: "号码", hours: 工作日白天}]

Where a post raises several of these alerts, the entry that stands first is shown.
"""

from __future__ import annotations

import re

from yaml.nodes import Node

from riskguard.domain.care import Care, Contact
from riskguard.policy.document import Document
from riskguard.policy.entry import Entries, note, value_of

MOST_CONTACTS = 10
_LONGEST = {"text": 500, "name": 60, "phone": 40, "hours": 60}
"""In characters: what a small window shows, and what a webhook carries uncut."""

_PHONE = re.compile(r"(?=(?:[^0-9]*[0-9]){3})[0-9+(（][0-9+()（） *#转-]*")

Said = tuple[Node, Care | None]
"""Where the alert is named, and what is said; None says nothing."""


def read_care(document: Document, node: Node | None) -> dict[str, Said]:
    """The entries of `care` by alert."""
    entries = document.table(node, "'care'")
    return {alert: (key, _care(document, alert, value)) for alert, (key, value) in entries.items()}


def _care(document: Document, alert: str, node: Node) -> Care | None:
    required = ("text",) if node.value else ()
    entries = document.table(node, f"the care of '{alert}'", ("text", "contacts"), required)
    text = _words(document, entries, "text")
    nodes = document.items(value_of(entries, "contacts"), "'contacts'")
    if len(nodes) > MOST_CONTACTS:
        document.fault(nodes[MOST_CONTACTS], f"more than {MOST_CONTACTS} contacts", "name those who answer")
    contacts = tuple(_contact(document, each) for each in nodes)
    return Care(alert, text, contacts) if text else None


def _contact(document: Document, node: Node) -> Contact:
    entries = document.table(node, "a contact", ("name", "phone", "hours"), required=("name", "phone"))
    name, phone, hours = (_words(document, entries, key) for key in ("name", "phone", "hours"))
    if phone and not _PHONE.fullmatch(phone):
        document.fault(
            entries["phone"][1], f"'{phone}' is no telephone number", "digits, with + - ( ) or 转 among them"
        )
    return Contact(name, phone, hours)


def _words(document: Document, entries: Entries, key: str) -> str:
    words = note(document, entries, key).strip()
    if len(words) > _LONGEST[key]:
        document.fault(entries[key][1], f"'{key}' has {len(words)} characters", f"at most {_LONGEST[key]} are shown")
    return words
