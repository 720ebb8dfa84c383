"""Addresses of pages, hashes and the like: numbers inside them are nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from riskguard.domain.finding import Finding

_TOKENS = re.compile(
    r"https?://[!-~]+"
    r"|(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"
    r"|(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{20,}(?![0-9a-z])",
    re.IGNORECASE,
)
_TOLD = re.compile(r"[?&](?:tel|phone|mobile|qq|uin|id_?card)=$", re.IGNORECASE)
"""What a page is told about a person stays personal."""

_LONGEST_NAME = 12
_OF_MACHINES = frozenset({"pii.ip", "pii.email", "pii.org_code"})
"""What an address of a page may well be made of."""


def outside_decoys(raw: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each of one span, that no such token swallows."""
    decoys = [match.span() for match in _TOKENS.finditer(raw)]
    for each in found:
        (span,) = each.spans
        inside = any(start <= span.start and span.end <= end for start, end in decoys)
        told = inside and _TOLD.search(raw[max(0, span.start - _LONGEST_NAME) : span.start])
        if not inside or told or each.label in _OF_MACHINES:
            yield each
