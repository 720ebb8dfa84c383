"""What changes between two policies, threshold by threshold and rule by rule, in the scenes where it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskguard.domain.care import Care
from riskguard.domain.post import Scene
from riskguard.policy.model import Edition, Policy, Rule, Threshold


@dataclass(frozen=True, slots=True)
class Change:
    """One threshold, rule or setting that differs. Empty `before`: new; empty `after`: gone."""

    id: str
    before: str
    after: str
    scenes: tuple[Scene, ...]

    @property
    def where(self) -> str:
        """The scenes in words; 'all' when none is spared."""
        return "all" if len(self.scenes) == len(Scene) else ", ".join(scene.value for scene in self.scenes)


def diff(old: Edition, new: Edition) -> list[Change]:
    """Every change, in the order of the policies; alike changes of several scenes are one."""
    found: dict[tuple[str, str, str], list[Scene]] = {}
    for scene in Scene:
        before, after = _described(old.policy_for(scene)), _described(new.policy_for(scene))
        for name in {**before, **after}:
            one, other = before.get(name, ""), after.get(name, "")
            if one != other:
                found.setdefault((name, one, other), []).append(scene)
    return [Change(*key, tuple(scenes)) for key, scenes in found.items()]


def _described(policy: Policy) -> Mapping[str, str]:
    return (
        {"on_abstention": policy.on_abstention.word}
        | {threshold.id: _threshold(threshold) for threshold in policy.thresholds}
        | {f"thresholds.{label}": "{}" for label in sorted(policy.silenced)}
        | {rule.id: _rule(rule) for rule in policy.rules}
        | {f"care.{care.alert}": _care(care) for care in policy.care}
    )


def _threshold(threshold: Threshold) -> str:
    named = f" -> {threshold.alert}" if threshold.alert else ""
    return f"{threshold.at:g}{named}"


def _rule(rule: Rule) -> str:
    alert = f" alert {rule.alert}" if rule.alert else ""
    return f"{rule.then.word}{alert} when {' '.join(rule.when.source.split())}"


def _care(care: Care) -> str:
    contacts = [" ".join(filter(None, (each.name, each.phone, each.hours))) for each in care.contacts]
    return "; ".join([" ".join(care.text.split()), *contacts])
