"""A policy as a value: immutable, versioned by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskguard.domain.care import Care
from riskguard.domain.operator import Operator
from riskguard.domain.post import Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, FiredRule
from riskguard.policy.condition import Condition, lineage


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: lines and columns count from 1, 0 means nowhere in particular."""

    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Threshold:
    """An action (or, with `alert`, an alert) at a score of one label, and of its children without their own entry."""

    label: str
    at: float
    action: Action = Action.ALLOW
    alert: str = ""
    because: str = ""
    basis: str = ""
    place: Place = field(default=Place(), compare=False, repr=False)

    @property
    def id(self) -> str:
        """`thresholds.abuse.review`; for an alert `thresholds.self_harm.alert`."""
        return f"thresholds.{self.label}.{'alert' if self.alert else self.action.word}"

    def fired(self, label: str) -> FiredRule:
        """What the verdict shows when `label` reached it."""
        return FiredRule(self.id, self.action, self.because, self.basis, (label,))


@dataclass(frozen=True, slots=True)
class Rule:
    """What a table of thresholds cannot say: a condition and the action it asks for."""

    id: str
    when: Condition
    then: Action
    because: str = ""
    basis: str = ""
    alert: str = ""
    place: Place = field(default=Place(), compare=False, repr=False)


Step = tuple[float, str, Threshold, FiredRule]
"""Score, id, threshold, and what a verdict shows: everything that a hot path needs without asking again."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What we do about a reading. `version` is a hash of the content in force.

    An entry of `thresholds` covers its label and every child (`abuse` covers `abuse.insult`); a child with an entry
    of its own is weighed by that one alone, and an entry with no steps in `silenced` stands for 'nothing happens'.
    Of `care` the first entry whose alert is raised is shown. Information about people is graded by `taxonomy`, and in
    masked texts it is treated by `operators`.
    """

    name: str
    version: str
    on_abstention: Action = Action.REVIEW
    thresholds: tuple[Threshold, ...] = ()
    rules: tuple[Rule, ...] = ()
    silenced: frozenset[str] = frozenset()
    care: tuple[Care, ...] = ()
    operators: Mapping[str, Operator] = field(default_factory=dict, hash=False)
    taxonomy: Taxonomy = field(default=Taxonomy({}), repr=False)
    _steps: dict[str, tuple[Step, ...]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def steps(self, label: str) -> tuple[Step, ...]:
        """The thresholds that weigh `label`, in the order of the file; remembered, since labels are few."""
        known = self._steps.get(label)
        if known is None:
            known = self._steps[label] = tuple((t.at, t.id, t, t.fired(label)) for t in self._thresholds_of(label))
        return known

    @property
    def alerts(self) -> frozenset[str]:
        """Every alert that it can raise."""
        named = [*(t.alert for t in self.thresholds), *(r.alert for r in self.rules)]
        return frozenset(filter(None, named))

    def _thresholds_of(self, label: str) -> list[Threshold]:
        for name in lineage(label):
            own = [t for t in self.thresholds if t.label == name]
            if own or name in self.silenced:
                return own
        return []


@dataclass(frozen=True, slots=True)
class Edition:
    """One policy file with all that it extends: a policy per scene, under one name and version.

    `files` are the files that were read for it, the policy file first.
    """

    name: str
    version: str
    scenes: Mapping[Scene, Policy] = field(hash=False)
    files: tuple[str, ...] = ()

    def policy_for(self, scene: Scene) -> Policy:
        """The policy of one scene."""
        return self.scenes[scene]
