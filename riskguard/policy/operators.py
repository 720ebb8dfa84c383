"""The `operators` of a policy: what becomes of personal information in a masked text.

operators:
  pii: mask                # of every label below, unless it has an entry of its own
  pii.mobile: encrypt      # keep, mask, encrypt, hash, replace or redact
"""

from __future__ import annotations

from yaml.nodes import Node

from riskguard.domain.operator import Operator
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.condition import nearest
from riskguard.policy.document import Document

PERSONAL = "pii"


def read_operators(document: Document, node: Node | None, taxonomy: Taxonomy) -> dict[str, Operator]:
    """The operator of each label that has an entry."""
    known = [label.id for label in taxonomy if f"{label.id}.".startswith(f"{PERSONAL}.")]
    found: dict[str, Operator] = {}
    for label, (key, value) in document.table(node, "'operators'").items():
        word = document.choice(value, "operator", [operator.value for operator in Operator])
        if label not in known:
            hint = nearest(label, known) or "operators treat labels of personal information: pii, pii.mobile"
            document.fault(key, f"no operator treats the label '{label}'", hint)
        elif word:
            found[label] = Operator(word)
    return found
