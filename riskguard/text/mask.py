"""Personal information hidden in place: '13800138000' -> '138****8000'."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from riskguard.domain.finding import EvidenceSpan, Finding

PERSONAL = "pii."
LIKELY = 0.5
"""What is less likely than not (an order number with eleven digits) stays readable."""

_WHEN_ASKED = frozenset({"pii.name", "pii.org_code"})
"""A name by itself harms nobody: posts speak of singers and ministers all day; a code of an organisation is public.

They are hidden where a policy says so.
"""

_HIDDEN = "*"

_SHOWN = {
    "pii.mobile": (3, 4),
    "pii.landline": (3, 2),
    "pii.id_card": (3, 1),
    "pii.bank_card": (0, 4),
    "pii.licence_plate": (2, 1),
    "pii.wechat": (1, 1),
    "pii.qq": (2, 1),
}
"""Letters and digits left to see at the head and at the tail; none for other labels.

An ID card's last four are asked for as a password in many places, so only its check digit stays.
"""


def mask(text: str, findings: Iterable[Finding], *, asked: Collection[str] = ()) -> str:
    """`text` with every span of a likely `pii.*` finding hidden; as long as before, and unchanged outside the spans.

    Findings of the labels `asked` for, those that a policy masks, all count as likely; names and codes of
    organisations count only so. Where spans overlap, a character is hidden if any of them hides it.
    """
    hidden: set[int] = set()
    for finding in findings:
        likely = (finding.score >= LIKELY and finding.label not in _WHEN_ASKED) or finding.label in asked
        if finding.label.startswith(PERSONAL) and likely and not finding.in_title:
            for span in finding.spans or (EvidenceSpan(0, max(len(text), 1), "whole text"),):
                hidden.update(_hidden(text, span, finding.label))
    if not hidden:
        return text
    return "".join([_HIDDEN if at in hidden else char for at, char in enumerate(text)])


def _hidden(text: str, span: EvidenceSpan, label: str) -> Iterator[int]:
    """Positions to hide. What would show over two thirds of its letters and digits is hidden whole."""
    end = min(span.end, len(text))
    if label == "pii.email":
        end, head, tail = _local_end(text, span.start, end), 1, 0
    else:
        head, tail = _SHOWN.get(label, (0, 0))
    signs = [at for at in range(span.start, end) if text[at].isalnum()]
    if 3 * (head + tail) > 2 * len(signs):
        head = tail = 0
    first = signs[head - 1] + 1 if head else span.start
    last = signs[-tail] if tail else end
    yield from range(first, last)


def _local_end(text: str, start: int, end: int) -> int:
    """Where the part of an e-mail address before its @ ends; `end` when the @ is disguised."""
    return next((at for at in range(start, end) if text[at] in "@＠﹫"), end)
