"""Verdicts and redacted texts as the plain objects that leave the house: `judge` lines, API answers, webhook data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from riskguard.domain.care import Care
from riskguard.domain.finding import NOTABLE, EvidenceSpan, Finding
from riskguard.domain.verdict import FiredRule, Verdict
from riskguard.services.redaction import Outcome
from riskguard.text.mask import Redacted


def rendered_verdict(verdict: Verdict, *, all_scores: bool = False) -> dict[str, object]:
    """The verdict in the shape of docs/interfaces: scores to 4 digits, only notable ones unless all are asked for."""
    return {
        "action": verdict.action.word,
        "labels": _labels(verdict.labels, all_scores=all_scores),
        "findings": [_finding(finding) for finding in verdict.findings if finding.score >= NOTABLE],
        "rules": [_rule(rule) for rule in verdict.rules],
        "alerts": list(verdict.alerts),
        "care": _care(verdict.care),
        "masked_text": verdict.masked_text,
        "campaign": verdict.campaign,
        "abstentions": [
            {"detector": a.detector, "cause": a.cause.value, "reason": a.reason, "labels": list(a.labels)}
            for a in verdict.abstentions
        ],
        "policy_version": verdict.policy_version,
        "models": dict(verdict.models),
    }


def thin_verdict(verdict: Verdict) -> dict[str, object]:
    """The part of a verdict that may travel by webhook: no text, no spans."""
    return {
        "action": verdict.action.word,
        "labels": _labels(verdict.labels, all_scores=False),
        "rules": [_rule(rule) for rule in verdict.rules],
        "alerts": list(verdict.alerts),
        "care": _care(verdict.care),
        "policy_version": verdict.policy_version,
    }


def rendered_redaction(outcome: Outcome) -> dict[str, object]:
    """What is left of a text, and each finding with its places in the text and in what is left."""
    return {
        "text": outcome.redacted.text,
        "findings": [
            {
                **_finding(finding),
                "operator": outcome.treatment.of(finding.label).value,
                "spans": [_moved(span, outcome.redacted) for span in finding.spans],
            }
            for finding in outcome.findings
        ],
    }


def _moved(span: EvidenceSpan, redacted: Redacted) -> dict[str, object]:
    start, end = redacted.place(span.start, span.end)
    return {
        "start": span.start,
        "end": span.end,
        "reason": span.reason,
        "redacted": {"start": start, "end": end},
    }


def _labels(scores: Mapping[str, float], *, all_scores: bool) -> dict[str, float]:
    return {label: round(score, 4) for label, score in sorted(scores.items()) if all_scores or score >= NOTABLE}


def _finding(finding: Finding) -> dict[str, object]:
    shown: dict[str, object] = {
        "label": finding.label,
        "score": round(finding.score, 4),
        "detector": finding.detector,
        "spans": [{"start": s.start, "end": s.end, "reason": s.reason} for s in finding.spans],
    }
    if finding.facts:
        shown["facts"] = dict(finding.facts)
    return shown


def _rule(rule: FiredRule) -> dict[str, object]:
    return {"id": rule.id, "action": rule.action.word, "because": rule.because, "basis": rule.basis}


def _care(care: Care | None) -> dict[str, object] | None:
    if care is None:
        return None
    return {"alert": care.alert, "text": care.text, "contacts": [asdict(contact) for contact in care.contacts]}
