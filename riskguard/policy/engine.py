"""The core decision: pure, total, explainable."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from riskguard.domain.campaign import ALERT, campaign_id
from riskguard.domain.finding import Cause, Reading
from riskguard.domain.post import Post
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.policy.condition import Scope
from riskguard.policy.model import Policy, Rule

SILENCE = "on_abstention"
"""Id under which a verdict says that a detector failed and the policy's answer to silence was taken."""


def evaluate(policy: Policy, post: Post, reading: Reading, *, masked_text: str = "") -> Verdict:
    """The strictest action of all thresholds and rules that fire. Failed detectors raise the floor, never lower it.

    Pure, and defined for every reading. `masked_text` is carried over as given.
    """
    scores = reading.scores()
    fired: dict[str, FiredRule] = {}
    alerts: dict[str, None] = {}
    _weigh_thresholds(policy, scores, fired, alerts)
    _weigh_rules(policy.rules, Scope(post, reading, scores), fired, alerts)
    if policy.on_abstention and any(a.cause is Cause.FAILED for a in reading.abstentions):
        fired[SILENCE] = _silence(policy.on_abstention, reading)
    return Verdict(
        post_id=post.id,
        action=max([rule.action for rule in fired.values()]) if fired else Action.ALLOW,
        labels=scores,
        findings=reading.findings,
        rules=tuple(fired.values()),
        alerts=tuple(alerts),
        care=next((care for care in policy.care if care.alert in alerts), None),
        masked_text=masked_text,
        campaign=_campaign(reading) if ALERT in alerts else None,
        abstentions=reading.abstentions,
        policy_version=policy.version,
        models=reading.models,
    )


def _weigh_thresholds(
    policy: Policy, scores: dict[str, float], fired: dict[str, FiredRule], alerts: dict[str, None]
) -> None:
    for label, score in scores.items():
        for at, name, threshold, shown in policy.steps(label):
            if score >= at:
                earlier = fired.get(name)
                fired[name] = replace(earlier, labels=(*earlier.labels, label)) if earlier else shown
                if threshold.alert:
                    alerts[threshold.alert] = None


def _weigh_rules(rules: tuple[Rule, ...], scope: Scope, fired: dict[str, FiredRule], alerts: dict[str, None]) -> None:
    for rule in rules:
        if rule.when.holds(scope):
            labels = tuple([label for label in scope.scores if _asked(label, rule.when.labels)])
            fired[rule.id] = FiredRule(rule.id, rule.then, rule.because, rule.basis, labels)
            if rule.alert:
                alerts[rule.alert] = None


@lru_cache(maxsize=4096)
def _asked(label: str, asked: tuple[str, ...]) -> bool:
    return any(label == each or (each.endswith(".*") and f"{label}.".startswith(each[:-1])) for each in asked)


def _silence(action: Action, reading: Reading) -> FiredRule:
    failed = [a for a in reading.abstentions if a.cause is Cause.FAILED]
    names = "、".join(dict.fromkeys(a.detector for a in failed))
    labels = tuple(dict.fromkeys(label for a in failed for label in a.labels))
    return FiredRule(SILENCE, action, f"检测器未能作答: {names}", labels=labels)


def _campaign(reading: Reading) -> str | None:
    for finding in reading.findings:
        if finding.label == "similar.campaign" and "cluster" in finding.facts:
            return campaign_id(str(finding.facts["cluster"]))
    return None
