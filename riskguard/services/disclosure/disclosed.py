"""What a post gives away about people: whose it is, and how bad that is. Pure; between reading and weighing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from riskguard.domain.finding import EvidenceSpan, Finding, Reading
from riskguard.domain.privacy import Whose
from riskguard.domain.taxonomy import Taxonomy
from riskguard.services.disclosure.grading import DOXXING, LIKELY, Place, graded, is_of_child, speaks_of_child
from riskguard.services.disclosure.whose import whose
from riskguard.text.view import TextView

PERSONAL = "pii."
_IDENTITY = "pii.id_card"


def disclosed(reading: Reading, *, view: TextView, at: date, taxonomy: Taxonomy) -> Reading:
    """The reading of `view`, written at that time, in which every `pii.*` and `doxxing` finding has the facts `risk`,
    `pipl_sensitive`, `basis` and `whose`; one that speaks of several people's information has become one for each.
    """
    others = [finding for finding in reading.findings if not _about_people(finding)]
    owned = [each for finding in reading.findings if _about_people(finding) for each in _by_owner(finding, view)]
    told = graded(owned, children=_of_children(owned, view, at), taxonomy=taxonomy)
    return replace(reading, findings=(*others, *told))


def discloses(reading: Reading) -> bool:
    """Whether it holds anything about people at all; most readings do not."""
    return any(map(_about_people, reading.findings))


def _about_people(finding: Finding) -> bool:
    return finding.label.startswith(PERSONAL) or finding.label == DOXXING


def _by_owner(finding: Finding, view: TextView) -> list[Finding]:
    """The finding as one per owner of what its places give away."""
    if finding.label == DOXXING:
        return [_of(Whose.OTHER, finding)]
    places: dict[Whose, list[EvidenceSpan]] = {}
    for span in finding.spans:
        start, end = _folded(view, span)
        places.setdefault(whose(view.folded, start, end, finding.label), []).append(span)
    if len(places) <= 1:
        return [_of(next(iter(places), Whose.UNKNOWN), finding)]
    return [_of(owner, replace(finding, spans=tuple(spans))) for owner, spans in places.items()]


def _of(owner: Whose, finding: Finding) -> Finding:
    return replace(finding, facts={**finding.facts, "whose": owner.value})


def _of_children(findings: Sequence[Finding], view: TextView, at: date) -> bool:
    for finding in findings:
        if finding.label != DOXXING and finding.score >= LIKELY:
            for start, end in (_folded(view, span) for span in finding.spans):
                if speaks_of_child(view.folded, (start, end)):
                    return True
                if finding.label == _IDENTITY and is_of_child(view.folded[start:end], at):
                    return True
    return False


def _folded(view: TextView, span: EvidenceSpan) -> Place:
    """Where a span of the author's own text stands in the folded one."""
    return bisect_left(view.origin, span.start), bisect_left(view.origin, span.end)
