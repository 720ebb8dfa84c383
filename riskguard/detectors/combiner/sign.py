"""Signs: what is known of a finding of the lexicon, as named numbers that can be weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import log

from riskguard.detectors.combiner.frame import frames, frames_in
from riskguard.domain.finding import CROSSING, DISGUISED, INTENT_ANY, INTENT_ATTACK, INTENT_OFFER, NOTABLE, Finding
from riskguard.text.view import TextView

LEXICON = "lexicon"
MODELS = frozenset({"encoder", "linear"})
_HANDLE: Mapping[str, float] = {"pii.wechat": 0.4, "pii.qq": 0.4, "pii.mobile": 0.4}
_CONTACT: Mapping[str, float] = {**_HANDLE, "ad.contact": 0.3, "ad.link": 0.3}
"""What lets a reader get in touch, from these scores on: an address, or any call to get in touch."""

_LONG, _LONG_TERM, _MANY_PLACES = 60, 6, 3
_SURE = 1e-4
CLEAREST = 8.0
"""An intent is no clearer than this."""

WORDING, WORDING_ANY = "wording", "wording_any"
"""The signs of what the words alone tell of the group's intent, and of any."""


@dataclass(frozen=True, slots=True)
class Group:
    """Families of labels that are weighed alike, and the model's heads that witness for each.

    `weighed` are the heads whose own scores are weighed, too, each with the families of terms that witness for it.
    `intent` is what a text that breaks these rules intends.
    """

    name: str
    intent: str
    heads: Mapping[str, tuple[str, ...]]
    weighed: Mapping[str, tuple[str, ...]]
    unheard: frozenset[str] = frozenset()
    """Labels of these families that no head has learnt: there a model's silence says nothing."""

    @property
    def every_head(self) -> tuple[str, ...]:
        """All heads of the group."""
        return tuple(dict.fromkeys(head for heads in self.heads.values() for head in heads))


_GOODS = ("illegal_trade", "fraud", "ad")
_ARMS = ("drugs", "weapons")

GROUPS: tuple[Group, ...] = (
    Group(
        "offer",
        INTENT_OFFER,
        {
            "fraud": ("fraud",),
            "gambling": ("gambling",),
            "illegal_trade": ("illegal_trade",),
            "drugs": _GOODS,
            "weapons": _GOODS,
            "sexual": ("sexual",),
        },
        weighed={
            "fraud": ("fraud", *_ARMS),
            "gambling": ("gambling",),
            "illegal_trade": ("illegal_trade", *_ARMS),
            "sexual": ("sexual",),
        },
    ),
    Group(
        "advert",
        INTENT_OFFER,
        {"ad": ("ad", "fraud", "gambling", "illegal_trade", "sexual")},
        weighed={"ad": ("ad",)},
    ),
    Group(
        "speech",
        INTENT_ATTACK,
        {"abuse": ("abuse",), "hate": ("hate",), "vulgar": ("abuse",)},
        weighed=dict.fromkeys(
            ("abuse", "hate", "hate.region", "hate.race", "hate.gender", "sexism"), ("abuse", "hate", "vulgar")
        ),
        unheard=frozenset(
            {"abuse.threat", "abuse.incitement", "hate.lgbtq", "hate.religion", "hate.health", "hate.occupation"}
        ),
    ),
)


_KIN: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("hate.region", "hate.race", "hate.gender"), ("hate",)),
    "sexism": ("hate.gender",),
}
"""The heads whose word is also one about a head; what is said of one group of people is not said of another. All heads
of the group speak of the others."""

WEIGHED: Mapping[str, Group] = {head: group for group in GROUPS for head in group.weighed}
"""The heads of a model whose scores are weighed."""


def family(label: str) -> str:
    """'fraud' of 'fraud.loan'."""
    return label.partition(".")[0]


def group_of(label: str) -> Group | None:
    """The group that weighs this label; None for labels that the lexicon speaks of alone."""
    return next((group for group in GROUPS if family(label) in group.heads), None)


class Basis(Enum):
    """What a score rests on; each is weighed by weights of its own, whose name the value ends."""

    TERM = ""
    TERM_ALONE = " without model"
    HEAD = " of model"


def sign_names(group: Group, basis: Basis) -> tuple[str, ...]:
    """The names of all signs of a group, in a fixed order."""
    heard = () if basis is Basis.TERM_ALONE else ("model", "model_best", "intent", "intent_any")
    kinds = tuple(map(_kind, group.weighed if basis is Basis.HEAD else group.heads))
    own = ("listed",) if basis is Basis.HEAD else ("crossing", "term_length", "places")
    return (
        "lexicon",
        *own,
        *heard,
        WORDING,
        WORDING_ANY,
        "disguised",
        "length",
        "contact",
        "handle",
        *frames(),
        *kinds,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one text says beside the finding that is weighed; `listed` has the lexicon's best score by family, `intents`
    what a model says that the text intends, if one does, and `wording` what its words alone say of that."""

    heads: Mapping[str, float]
    intents: Mapping[str, str | int | float | bool]
    wording: Mapping[str, float]
    listed: Mapping[str, float]
    frames: frozenset[str]
    disguised: bool
    handle: bool
    contact: bool
    length: int

    @classmethod
    def of(cls, view: TextView, findings: Iterable[Finding], wording: Mapping[str, float]) -> Surroundings:
        """Read from the folded text, all findings about it, and what its words say of each intent."""
        found = list(findings)
        terms = sorted((each for each in found if each.detector == LEXICON), key=lambda each: each.score)
        return cls(
            heads={each.label: each.score for each in found if each.detector in MODELS},
            intents=next((each.facts for each in found if each.score >= NOTABLE and INTENT_ANY in each.facts), {}),
            wording=wording,
            listed={family(each.label): each.score for each in terms},
            frames=frames_in(view.folded),
            disguised=any(map(_disguised, terms)),
            handle=any(each.score >= _HANDLE.get(each.label, 2.0) for each in found),
            contact=any(each.score >= _CONTACT.get(each.label, 2.0) for each in found),
            length=len(view.folded),
        )

    def basis(self, finding: Finding) -> tuple[Group, Basis] | None:
        """By which weights a finding is weighed; None for one that keeps its score."""
        if finding.detector in MODELS:
            group = WEIGHED.get(finding.label) if finding.score >= NOTABLE else None
            return (group, Basis.HEAD) if group else None
        group = group_of(finding.label) if finding.detector == LEXICON else None
        if group is None:
            return None
        # a model that has read a text always finds some emotion
        heard = self.heads and finding.label not in group.unheard
        return group, Basis.TERM if heard else Basis.TERM_ALONE

    def signs(self, finding: Finding, group: Group, basis: Basis) -> dict[str, float]:
        """The signs of one finding by name; those that are left out are 0."""
        signs = dict.fromkeys(self.frames, 1.0)
        signs |= {
            "length": min(self.length, _LONG) / (_LONG / 2),
            "contact": float(self.contact),
            "handle": float(self.handle),
            WORDING: _bounded(self.wording[group.intent]),
            WORDING_ANY: _bounded(self.wording[INTENT_ANY]),
        }
        if basis is Basis.HEAD:
            return signs | {
                _kind(finding.label): 1.0,
                "lexicon": _highest(self.listed, group.weighed[finding.label]),
                "listed": _highest(self.listed, self.listed),
                "disguised": float(self.disguised),
                "model": _odds(finding.score),
                "model_best": _highest(self.heads, _KIN.get(finding.label, group.every_head)),
                **self._intents(group),
            }
        kind = family(finding.label)
        signs |= {
            _kind(kind): 1.0,
            "lexicon": _odds(finding.score),
            "crossing": float(finding.facts.get(CROSSING) is True),
            "term_length": min(_LONG_TERM, max((each.end - each.start for each in finding.spans), default=2)) / 2 - 1,
            "places": min(_MANY_PLACES, max(1, len(finding.spans))) - 1.0,
            "disguised": float(_disguised(finding)),
        }
        if basis is Basis.TERM:
            signs["model"] = _highest(self.heads, group.heads[kind])
            signs["model_best"] = _highest(self.heads, group.every_head)
            signs |= self._intents(group)
        return signs

    def _intents(self, group: Group) -> dict[str, float]:
        """Of the group and of any; where no model tells, what the loudest head of the group says stands for both."""
        loudest = _highest(self.heads, group.every_head)
        return {
            sign: _bounded(float(self.intents.get(intent, loudest)))
            for sign, intent in (("intent", group.intent), ("intent_any", INTENT_ANY))
        }


def _bounded(odds: float) -> float:
    return min(CLEAREST, max(-CLEAREST, odds))


def _kind(label: str) -> str:
    return f"family:{label}"


def _disguised(finding: Finding) -> bool:
    return finding.facts.get(DISGUISED) is True


def _highest(scores: Mapping[str, float], heads: Iterable[str]) -> float:
    """Of the highest of these heads; what a detector may leave out counts as the least that it tells."""
    return _odds(max([NOTABLE, *(scores.get(head, 0.0) for head in heads)]))


def _odds(score: float) -> float:
    """The logarithm of the odds, within bounds."""
    return log((score + _SURE) / (1 - score + _SURE))
