"""Doxxing out of what was read: a call to expose or harass, and in its reach what identifies another person. Pure.

A call by itself is talk, and a number by itself may be anybody's; one's own number and a shop's are no victim's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riskguard.domain.finding import EvidenceSpan, Finding
from riskguard.domain.privacy import Whose
from riskguard.domain.taxonomy import Taxonomy

DOXXING = "doxxing"
DETECTOR = "disclosure"
LIKELY = 0.5
"""What is less likely than not to be personal counts for nothing here."""

_NAME = "pii.name"
_REACH = 240
"""So many characters may lie between the call and the information."""

_OF_ANOTHER, _OF_SOMEBODY, _MORE, _MOST = 0.8, 0.62, 0.12, 0.95


def doxxed(findings: Sequence[Finding], taxonomy: Taxonomy) -> Finding | None:
    """The finding that says whom a post exposes, with spans on the information and on the call; None without a victim.

    The findings know whose information they are. Likelier where the post says that it is another's, and where it is
    more than one kind.
    """
    calls = [span for finding in findings if finding.label == DOXXING for span in finding.spans]
    victims = [finding for finding in findings if _identifies(finding, taxonomy)]
    exposed = [(f, span) for f in victims for span in f.spans if any(_near(span, call) for call in calls)]
    kinds = {f.label for f, _ in exposed}
    if not kinds - {_NAME}:
        return None
    others = any(f.facts["whose"] == Whose.OTHER for f, _ in exposed)
    score = (_OF_ANOTHER if others else _OF_SOMEBODY) + (_MORE if len(kinds) > 1 else 0.0)
    places = dict.fromkeys(_told(exposed, calls, taxonomy))
    return Finding(DOXXING, min(_MOST, round(score, 4)), DETECTOR, tuple(sorted(places, key=lambda span: span.start)))


def owner(findings: Sequence[Finding], taxonomy: Taxonomy) -> Whose:
    """Whose information a call is about: another's unless all that identifies somebody is the author's or published."""
    owners = {
        Whose(str(f.facts["whose"]))
        for f in findings
        if f.score >= LIKELY and f.label in taxonomy and taxonomy.label(f.label).grade.identifies
    }
    mild = [who for who in (Whose.SELF, Whose.BUSINESS, Whose.PUBLIC) if who in owners]
    return mild[0] if mild and not owners & {Whose.OTHER, Whose.UNKNOWN} else Whose.OTHER


def _identifies(finding: Finding, taxonomy: Taxonomy) -> bool:
    if finding.label == DOXXING or finding.score < LIKELY or finding.label not in taxonomy:
        return False
    return taxonomy.label(finding.label).grade.identifies and finding.facts["whose"] in (Whose.OTHER, Whose.UNKNOWN)


def _near(one: EvidenceSpan, other: EvidenceSpan) -> bool:
    return max(one.start, other.start) - min(one.end, other.end) <= _REACH


def _told(
    exposed: Sequence[tuple[Finding, EvidenceSpan]], calls: Sequence[EvidenceSpan], taxonomy: Taxonomy
) -> Iterator[EvidenceSpan]:
    for finding, span in exposed:
        yield EvidenceSpan(span.start, span.end, f"被公开的{taxonomy.label(finding.label).zh}")
    for call in calls:
        if any(_near(span, call) for _, span in exposed):
            yield EvidenceSpan(call.start, call.end, "号召曝光或骚扰")
