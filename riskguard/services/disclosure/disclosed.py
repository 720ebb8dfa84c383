"""What a post gives away about people: whose it is, and how bad that is. Pure; between reading and weighing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from riskguard.domain.finding import EvidenceSpan, Finding, Reading
from riskguard.domain.privacy import Whose
from riskguard.domain.taxonomy import Taxonomy
from riskguard.services.disclosure.doxxing import DOXXING, LIKELY, doxxed, owner
from riskguard.services.disclosure.grading import Place, graded, is_of_child, speaks_of_child
from riskguard.services.disclosure.whose import whose
from riskguard.services.disclosure.witness import agreed
from riskguard.text.view import TextView

PERSONAL = "pii."
_IDENTITY = "pii.id_card"


def disclosed(reading: Reading, *, view: TextView, at: date, taxonomy: Taxonomy) -> Reading:
    """The reading of `view`, written at that time, in which every `pii.*` and `doxxing` finding has the facts `risk`,
    `pipl_sensitive`, `basis` and `whose`; one that speaks of several people's information has become one for each,
    places that rules and a model found alike stand once, and a call beside another's information is doxxing.
    """
    others = [finding for finding in reading.findings if not _about_people(finding)]
    about = agreed([finding for finding in reading.findings if _about_people(finding)])
    personal = [each for finding in about if finding.label != DOXXING for each in _by_owner(finding, view)]
    told = [*personal, *_calls([finding for finding in about if finding.label == DOXXING], personal, taxonomy)]
    findings = graded(told, children=_of_children(personal, view, at), taxonomy=taxonomy)
    return replace(reading, findings=(*others, *findings))


def discloses(reading: Reading) -> bool:
    """Whether it holds anything about people at all; most readings do not."""
    return any(map(_about_people, reading.findings))


def _about_people(finding: Finding) -> bool:
    return finding.label.startswith(PERSONAL) or finding.label == DOXXING


def _calls(calls: Sequence[Finding], personal: Sequence[Finding], taxonomy: Taxonomy) -> Iterator[Finding]:
    """The calls to expose or harass somebody, and what comes of them and the information beside them."""
    who = owner(personal, taxonomy)
    yield from (_of(who, call) for call in calls)
    victim = doxxed([*personal, *calls], taxonomy)
    if victim is not None:
        yield _of(Whose.OTHER, victim)


def _by_owner(finding: Finding, view: TextView) -> list[Finding]:
    """The finding as one per owner of what its places give away."""
    places: dict[Whose, list[EvidenceSpan]] = {}
    for span in finding.spans:
        start, end = _folded(view, span)
        places.setdefault(whose(view.folded, start, end, finding.label), []).append(span)
    if len(places) <= 1:
        return [_of(next(iter(places), Whose.UNKNOWN), finding)]
    return [_of(who, replace(finding, spans=tuple(spans))) for who, spans in places.items()]


def _of(who: Whose, finding: Finding) -> Finding:
    return replace(finding, facts={**finding.facts, "whose": who.value})


def _of_children(findings: Sequence[Finding], view: TextView, at: date) -> bool:
    for finding in findings:
        if finding.score >= LIKELY:
            for start, end in (_folded(view, span) for span in finding.spans):
                if speaks_of_child(view.folded, (start, end)):
                    return True
                if finding.label == _IDENTITY and is_of_child(view.folded[start:end], at):
                    return True
    return False


def _folded(view: TextView, span: EvidenceSpan) -> Place:
    """Where a span of the author's own text stands in the folded one."""
    return bisect_left(view.origin, span.start), bisect_left(view.origin, span.end)
