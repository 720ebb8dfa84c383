"""Verdicts, decisions and grievances as JSON and back, exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from riskguard.domain.care import Care, Contact
from riskguard.domain.case import Decision, Grievance, Origin, Ruling
from riskguard.domain.finding import NEAR_DUPLICATE, Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.store.types import dumped


def verdict_json(verdict: Verdict) -> str:
    """All of the verdict as compact JSON; `verdict_of` gives an equal one back."""
    return dumped(
        {
            "post_id": verdict.post_id,
            "action": verdict.action.word,
            "labels": {label: float(score) for label, score in verdict.labels.items()},
            "findings": [_finding_object(finding) for finding in verdict.findings],
            "rules": [_rule_object(rule) for rule in verdict.rules],
            "alerts": verdict.alerts,
            "care": asdict(verdict.care) if verdict.care else None,
            "masked_text": verdict.masked_text,
            "campaign": verdict.campaign,
            "abstentions": [_abstention_object(abstention) for abstention in verdict.abstentions],
            "policy_version": verdict.policy_version,
            "models": dict(verdict.models),
        }
    )


def verdict_of(text: str) -> Verdict:
    """The verdict that `verdict_json` wrote, or once wrote: the first ones knew no care."""
    kept = json.loads(text)
    return Verdict(
        post_id=kept["post_id"],
        action=Action.parse(kept["action"]),
        labels=kept["labels"],
        findings=tuple(_finding(each) for each in kept["findings"]),
        rules=tuple(_rule(each) for each in kept["rules"]),
        alerts=tuple(kept["alerts"]),
        care=_care(kept["care"]) if kept.get("care") else None,
        masked_text=kept["masked_text"],
        campaign=kept["campaign"],
        abstentions=tuple(_abstention(each) for each in kept["abstentions"]),
        policy_version=kept["policy_version"],
        models=kept["models"],
    )


def gist_of(text: str) -> tuple[str, Mapping[str, float], Mapping[str, Any] | None]:
    """The masked text, the labels and the finding of look-alikes, if there is one, of what `verdict_json` wrote; the
    rest is not read. No text inside has these marks: its quotation marks are escaped."""
    labels, _ = _DECODER.raw_decode(text, text.index(_LABELS) + len(_LABELS))
    masked, _ = _DECODER.raw_decode(text, text.index(_MASKED) + len(_MASKED) - 1)
    at = text.find(_LIKENESS)
    return masked, labels, _DECODER.raw_decode(text, at)[0] if at >= 0 else None


_DECODER = json.JSONDecoder()
_LABELS, _MASKED = '"labels":', '"masked_text":"'
_LIKENESS = f'{{"label":"{NEAR_DUPLICATE}","score":'


def decisions_json(decisions: Sequence[Decision]) -> list[dict[str, str]]:
    """Decisions as plain objects, oldest first."""
    return [_decision_object(decision) for decision in decisions]


def decisions_of(kept: Sequence[Mapping[str, str]]) -> tuple[Decision, ...]:
    """What `decisions_json` wrote."""
    return tuple(
        Decision(Ruling(d["ruling"]), d["reason"], d["by"], datetime.fromisoformat(d["at"]), d.get("campaign", ""))
        for d in kept
    )


def grievances_json(grievances: Sequence[Grievance]) -> list[dict[str, str]]:
    """Reports and appeals as plain objects, oldest first."""
    return [{"origin": g.origin.value, "by": g.by, "reason": g.reason, "at": g.at.isoformat()} for g in grievances]


def grievances_of(kept: Sequence[Mapping[str, str]]) -> tuple[Grievance, ...]:
    """What `grievances_json` wrote."""
    return tuple(Grievance(Origin(g["origin"]), g["by"], g["reason"], datetime.fromisoformat(g["at"])) for g in kept)


def _decision_object(decision: Decision) -> dict[str, str]:
    kept = {
        "ruling": decision.ruling.value,
        "reason": decision.reason,
        "by": decision.by,
        "at": decision.at.isoformat(),
    }
    return kept | {"campaign": decision.campaign} if decision.campaign else kept


def _finding_object(finding: Finding) -> dict[str, Any]:
    return {
        "label": finding.label,
        "score": float(finding.score),
        "detector": finding.detector,
        "spans": [(span.start, span.end, span.reason) for span in finding.spans],
        "facts": dict(finding.facts),
    }


def _finding(kept: Mapping[str, Any]) -> Finding:
    return Finding(
        label=kept["label"],
        score=kept["score"],
        detector=kept["detector"],
        spans=tuple(EvidenceSpan(*span) for span in kept["spans"]),
        facts=kept["facts"],
    )


def _rule_object(rule: FiredRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "action": rule.action.word,
        "because": rule.because,
        "basis": rule.basis,
        "labels": rule.labels,
    }


def _rule(kept: Mapping[str, Any]) -> FiredRule:
    return FiredRule(
        kept["id"], Action.parse(kept["action"]), kept["because"], kept["basis"], labels=tuple(kept["labels"])
    )


def _abstention_object(abstention: Abstention) -> dict[str, Any]:
    return {
        "detector": abstention.detector,
        "reason": abstention.reason,
        "cause": abstention.cause.value,
        "labels": abstention.labels,
    }


def _abstention(kept: Mapping[str, Any]) -> Abstention:
    return Abstention(kept["detector"], kept["reason"], Cause(kept["cause"]), tuple(kept["labels"]))


def _care(kept: Mapping[str, Any]) -> Care:
    return Care(kept["alert"], kept["text"], tuple(Contact(**each) for each in kept["contacts"]))
