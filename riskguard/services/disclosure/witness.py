"""Places that a rule and a model both found are one finding, and each says who found it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from riskguard.domain.finding import EvidenceSpan, Finding

BY = "by"
BOTH = "both"
NAMED = ("pii.name", "pii.address")
"""What rules and a model look for alike; their findings tell in the fact `by` who they are of."""


def agreed(findings: Sequence[Finding]) -> list[Finding]:
    """The findings in which places that two kinds of witnesses share stand once, in a finding of both.

    A place is shared where one holds the other. The wider one stays, and its score is that neither is mistaken about.
    """
    told = [finding for finding in findings if finding.label not in NAMED]
    for label in NAMED:
        told += _of_label([finding for finding in findings if finding.label == label])
    return told


def _of_label(findings: Sequence[Finding]) -> list[Finding]:
    if len({finding.facts.get(BY) for finding in findings}) <= 1:
        return list(findings)
    alone: list[Finding] = []
    shared: dict[float, dict[EvidenceSpan, Finding]] = {}
    for finding in findings:
        kept = []
        for span in finding.spans:
            other = _other(span, finding, findings)
            if other is None:
                kept.append(span)
            elif _wider(span, finding, *other):
                score = round(1 - (1 - finding.score) * (1 - other[1].score), 4)
                shared.setdefault(score, {})[span] = finding
        if kept or not finding.spans:
            alone.append(replace(finding, spans=tuple(kept)))
    return alone + [
        replace(next(iter(places.values())), score=score, spans=tuple(places), facts={BY: BOTH})
        for score, places in shared.items()
    ]


def _other(span: EvidenceSpan, finding: Finding, findings: Sequence[Finding]) -> tuple[EvidenceSpan, Finding] | None:
    """The place of another kind of witness that holds this one or is held by it."""
    for each in findings:
        if each.facts.get(BY) != finding.facts.get(BY):
            for other in each.spans:
                if (other.start <= span.start and span.end <= other.end) or (
                    span.start <= other.start and other.end <= span.end
                ):
                    return other, each
    return None


def _wider(span: EvidenceSpan, finding: Finding, other: EvidenceSpan, by: Finding) -> bool:
    """Whether this place stands for both: it is wider, or as wide and first by name."""
    mine, theirs = span.end - span.start, other.end - other.start
    return mine > theirs or (mine == theirs and str(finding.facts.get(BY)) > str(by.facts.get(BY)))
