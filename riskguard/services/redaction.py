"""Texts whose personal information is taken out. Nothing of them is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from riskguard.domain.errors import InvalidInput, NotReady
from riskguard.domain.finding import Cause, Finding, Reading
from riskguard.domain.operator import Operator
from riskguard.domain.post import Post
from riskguard.policy.model import Policy
from riskguard.services.disclosure import disclosed, discloses
from riskguard.services.ports import Keyring, Panel
from riskguard.text.mask import LIKELY, PERSONAL, WHEN_ASKED, Redacted, Treatment, places_of, redact
from riskguard.text.view import TextView, fold_all


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for: operators by label over those of the policy, and which labels; None: the usual ones.

    Names, codes of organisations, health and whereabouts are no usual ones: they are treated where a label or an
    operator names them.
    """

    operators: Mapping[str, Operator] = field(default_factory=dict)
    labels: frozenset[str] | None = None

    def covers(self, label: str) -> bool:
        """Whether findings of this label are treated."""
        if not label.startswith(PERSONAL):
            return False
        if self.labels is not None:
            return label in self.labels or PERSONAL.rstrip(".") in self.labels
        return label not in WHEN_ASKED or label in self.operators


@dataclass(frozen=True, slots=True)
class Outcome:
    """One text: what is left of it, the findings that were treated, by what, and the detectors that read it."""

    redacted: Redacted
    findings: tuple[Finding, ...]
    treatment: Treatment
    models: Mapping[str, str]


def treatment_of(policy: Policy, keys: Keyring | None, operators: Mapping[str, Operator] | None = None) -> Treatment:
    """What the policy says of each label, and over that what `operators` say; labels are called as in the taxonomy."""
    names = {label.id: label.zh for label in policy.taxonomy if label.id.startswith(PERSONAL)}
    return Treatment({**policy.operators, **(operators or {})}, names, keys)


def redact_texts(
    texts: Sequence[str], wish: Wish, *, panel: Panel, policy: Policy, keys: Keyring | None, at: datetime
) -> list[Outcome]:
    """One outcome per text, in order. NotReady where a detector failed: such a text could hold anything."""
    treatment = treatment_of(policy, keys, wish.operators)
    posts = [Post(str(number), "", str(number), text, at) for number, text in enumerate(texts)]
    views = fold_all(texts)
    readings = panel.read(posts, views)
    return [
        _outcome(view, _whole(reading), wish, treatment, policy, at)
        for view, reading in zip(views, readings, strict=True)
    ]


def known_labels(policy: Policy) -> list[str]:
    """The labels that can be asked for: 'pii' for all of them, and each."""
    return [PERSONAL.rstrip("."), *(label.id for label in policy.taxonomy if label.id.startswith(PERSONAL))]


def check_labels(labels: Iterable[str], *, policy: Policy, field: str) -> None:
    """InvalidInput for a label that is no personal information."""
    known = known_labels(policy)
    for label in labels:
        if label not in known:
            raise InvalidInput(f"no personal information is called '{label}'", field=field, hint=", ".join(known))


def _outcome(
    view: TextView, reading: Reading, wish: Wish, treatment: Treatment, policy: Policy, at: datetime
) -> Outcome:
    if discloses(reading):
        reading = disclosed(reading, view=view, at=at.date(), taxonomy=policy.taxonomy)
    likely = tuple(each for each in reading.findings if each.score >= LIKELY and wish.covers(each.label))
    places = places_of(view.raw, likely, asked={finding.label for finding in likely})
    return Outcome(redact(view.raw, places, treatment), likely, treatment, reading.models)


def _whole(reading: Reading) -> Reading:
    failed = next((each.detector for each in reading.abstentions if each.cause is Cause.FAILED), None)
    if failed is not None:
        raise NotReady(f"the detector '{failed}' failed on a text, so nothing is passed on", hint="send it again")
    return reading
