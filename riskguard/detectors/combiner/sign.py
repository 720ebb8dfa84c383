"""Signs: what is known of a finding of the lexicon, as named numbers that can be weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from riskguard.detectors.combiner.frame import frames, frames_in
from riskguard.domain.finding import NOTABLE, Finding
from riskguard.text.view import TextView

LEXICON = "lexicon"
MODELS = frozenset({"encoder", "linear"})
DISGUISED = "disguised"
"""The fact of a finding of the lexicon that rests on a term in disguise."""

_HANDLE: Mapping[str, float] = {"pii.wechat": 0.4, "pii.qq": 0.4, "pii.mobile": 0.4}
_CONTACT: Mapping[str, float] = {**_HANDLE, "ad.contact": 0.3, "ad.link": 0.3}
"""What lets a reader get in touch, from these scores on: an address, or any call to get in touch."""

_LONG = 60
_SURE = 1e-4


@dataclass(frozen=True, slots=True)
class Group:
    """Families of labels that are weighed alike, and the model's heads that witness for each."""

    name: str
    heads: Mapping[str, tuple[str, ...]]
    unheard: frozenset[str] = frozenset()
    """Labels of these families that no head has learnt: there a model's silence says nothing."""

    @property
    def every_head(self) -> tuple[str, ...]:
        """All heads of the group."""
        return tuple(dict.fromkeys(head for heads in self.heads.values() for head in heads))


_GOODS = ("illegal_trade", "fraud", "ad")

GROUPS: tuple[Group, ...] = (
    Group(
        "offer",
        {
            "fraud": ("fraud",),
            "gambling": ("gambling",),
            "illegal_trade": ("illegal_trade",),
            "drugs": _GOODS,
            "weapons": _GOODS,
            "sexual": ("sexual",),
        },
    ),
    Group("advert", {"ad": ("ad", "fraud", "gambling", "illegal_trade", "sexual")}),
    Group(
        "speech",
        {"abuse": ("abuse",), "hate": ("hate",), "vulgar": ("abuse",)},
        unheard=frozenset(
            {"abuse.threat", "abuse.incitement", "hate.lgbtq", "hate.religion", "hate.health", "hate.occupation"}
        ),
    ),
)


def family(label: str) -> str:
    """'fraud' of 'fraud.loan'."""
    return label.partition(".")[0]


def group_of(label: str) -> Group | None:
    """The group that weighs this label; None for labels that the lexicon speaks of alone."""
    return next((group for group in GROUPS if family(label) in group.heads), None)


def sign_names(group: Group, *, with_model: bool) -> tuple[str, ...]:
    """The names of all signs of a group, in a fixed order."""
    heard = ("model", "model_best") if with_model else ()
    kinds = tuple(f"family:{each}" for each in group.heads)
    return ("lexicon", *heard, "disguised", "length", "contact", "handle", *frames(), *kinds)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one text says beside its listed terms."""

    heads: Mapping[str, float]
    frames: frozenset[str]
    handle: bool
    contact: bool
    length: int

    @classmethod
    def of(cls, view: TextView, findings: Iterable[Finding]) -> Surroundings:
        """Read from the folded text and all findings about it."""
        found = list(findings)
        return cls(
            heads={each.label: each.score for each in found if each.detector in MODELS},
            frames=frames_in(view.folded),
            handle=any(each.score >= _HANDLE.get(each.label, 2.0) for each in found),
            contact=any(each.score >= _CONTACT.get(each.label, 2.0) for each in found),
            length=len(view.folded),
        )

    def with_model(self, label: str, group: Group) -> bool:
        """Whether a model has read the text, and knows the label. One that has read it always finds some emotion."""
        return bool(self.heads) and label not in group.unheard


def signs_of(finding: Finding, group: Group, around: Surroundings) -> dict[str, float]:
    """The signs of one finding of the lexicon by name; those that are left out are 0."""
    kind = family(finding.label)
    signs = dict.fromkeys(around.frames, 1.0)
    signs |= {f"family:{kind}": 1.0, "lexicon": _odds(finding.score), "length": min(around.length, _LONG) / (_LONG / 2)}
    signs["disguised"] = float(finding.facts.get(DISGUISED) is True)
    signs["contact"], signs["handle"] = float(around.contact), float(around.handle)
    if around.with_model(finding.label, group):
        signs["model"] = _highest(around.heads, group.heads[kind])
        signs["model_best"] = _highest(around.heads, group.every_head)
    return signs


def _highest(scores: Mapping[str, float], heads: Iterable[str]) -> float:
    """Of the highest of these heads; what a detector may leave out counts as the least that it tells."""
    return _odds(max(NOTABLE, *(scores.get(head, 0.0) for head in heads)))


def _odds(score: float) -> float:
    """The logarithm of the odds, within bounds."""
    return log((score + _SURE) / (1 - score + _SURE))
