"""What each head learns from, and what it is measured on: which rows say yes, which say no, and how much they weigh."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from riskguard.domain.opinion import EMOTIONS
from riskguard.evaluation.labelled import SOURCES, Row

Answer = Callable[[Row], bool | None]
"""Whether a row is an example of the head; None when the row says nothing about it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One set's share in a head. `weight` is that of each row in training, of which every `every`-th is taken.

    `share` is the set's part of the calibration mix (0: does not calibrate); there its rows keep their own
    proportion of yes and no. With `cuts`, each row stands for so many short pieces of its text. `counted` is how much
    of its weight a row has for a model that counts words. 0 teaches the encoder alone: pairs that say opposite things
    in the same words would confuse it. Little: it learns to leave these texts alone, without minding their words.
    In the mix a row counts by how rare its label is in the set, to the power of `evened`.
    """

    source: str
    answer: Answer
    weight: float = 1.0
    share: float = 0.0
    cuts: int = 0
    every: int = 1
    train: bool = True
    counted: float = 1.0
    evened: float = 0.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one head is made. `prevalence` is the share of yes that calibration assumes; 0 keeps what the mix has.

    `bare` says that yes-rows have lost their punctuation, so that no-rows must be shown without theirs as well.
    """

    head: str
    parts: tuple[Part, ...]
    prevalence: float = 0.0
    bare: bool = False

    def permissive(self) -> Recipe:
        """The recipe with permissively licensed sets only."""
        kept = tuple(part for part in self.parts if SOURCES[part.source].permissive)
        return Recipe(self.head, kept, self.prevalence, self.bare)


def is_label(*labels: str) -> Answer:
    """Yes for these labels, no for all others."""
    return lambda row: row.label in labels


def never(_: Row) -> bool:
    """No, for every row."""
    return False


def only(*labels: str, says: bool) -> Answer:
    """`says` for these labels, nothing for all others."""
    return lambda row: says if row.label in labels else None


def starts(prefix: str) -> Answer:
    """Yes for labels of this beginning, no for others; nothing for political ones, which we do not use."""
    return lambda row: None if row.label.startswith("IL_Political") else row.label.startswith(prefix)


def escort(*, says: bool) -> Answer:
    """`says` for rows that are about escorts where it is True, for other rows where it is False; else nothing."""
    kind = starts("IL_Escort")
    return lambda row: says if kind(row) is says else None


def not_in_topic(topic: str) -> Answer:
    """No for offensive rows about other topics than `topic`; nothing for the rest."""
    return lambda row: False if row.label == "1" and row.more.get("topic") != topic else None


def against(topic: str) -> Answer:
    """Whether an offensive row is about this topic; no for rows that offend nobody."""
    return lambda row: row.label == "1" and row.more.get("topic") == topic


def group_attacked(topic: str) -> Answer:
    """Whether people found that a row attacks a group, by this topic."""
    return lambda row: row.more["kind"] == "attacks_group" and row.more["topic"] == topic


def posted(*labels: str, unsure: Collection[str] = ()) -> Answer:
    """Whether a post of our own has one of these labels; nothing for `unsure` ones, no for all others."""
    return lambda row: None if row.label in unsure else row.label in labels


def posted_kind(kind: str) -> Answer:
    """Whether a post of our own is of this finer kind."""
    return lambda row: row.more["kind"] == kind


def distressed(row: Row) -> bool | None:
    """Yes from level 2 of 0 (none) to 10 (plan at hand); the two lowest levels are left out."""
    return True if int(row.more["level"]) >= 2 else None


def _ours(answer: Answer, *, share: float = 0.0, weight: float = 1.0, counted: float = 1.0) -> tuple[Part, Part]:
    """Our own posts, those made of frames and those written one by one; `share` is that of each."""
    composed, written = (Part(name, answer, weight, share, counted=counted) for name in ("posts", "written"))
    return composed, written


SMP = ("emotion_smp_usual", "emotion_smp_epidemic")
"""Of their posts each has one of EMOTIONS."""

_EVENED = 0.75
"""A few posts are afraid or surprised, many are happy: of evened ones the highest score is right more often for each
emotion alike."""

_SHORT = 0.15
_HARDLY = 0.01
"""How much everyday posts count where people in need are told from people in greater need."""

_SHORT_SAFE = Part("toxic_cold", only("0", says=False), weight=_SHORT, cuts=2)
_EVERYDAY = (
    Part("normal_weibo", never, weight=_SHORT, share=0.25, cuts=3),
    Part("emotion_smp_usual", never, weight=_SHORT, cuts=2),
    Part("toxic_cold", only("0", says=False), weight=_SHORT, cuts=1),
    Part("invented", never),
    Part("normal_weibo", never, share=0.5),
    Part("emotion_smp_usual", never, share=0.2),
    Part("emotion_smp_epidemic", never, share=0.2),
    Part("toxic_cold", only("0", says=False), every=2, share=0.1),
    Part("sentiment_shopping", never, every=8),
)


OVERLAPS: Mapping[str, frozenset[str]] = {
    "ad": frozenset({"fraud", "gambling", "sexual", "illegal_trade"}),
    "fraud": frozenset({"ad", "gambling"}),
    "gambling": frozenset({"fraud"}),
}
"""A lure is an advertisement of sorts: what our posts of one kind cannot say about another."""


def _sms(head: str, prefix: str) -> Recipe:
    own = _ours(posted(head, unsure=OVERLAPS.get(head, ())), share=0.05)
    sms = Part("risk_fbs_sms", starts(prefix), share=0.05)
    return Recipe(head, (sms, *own, *_EVERYDAY), prevalence=0.05, bare=True)


def _hate(topic: str) -> Recipe:
    return Recipe(
        f"hate.{topic}",
        (
            Part("toxic_cold", against(topic)),
            Part("toxic_cold_human", group_attacked(topic), share=0.5, train=False),
            Part("emotion_smp_usual", never),
            Part("normal_weibo", never, share=0.4),
            Part("normal_weibo", never, weight=_SHORT, share=0.1, cuts=3),
            Part("invented", never),
            *_ours(posted_kind(f"hate.{topic}"), share=0.05),
        ),
    )


def _emotion(head: str, *emotions: str, shopping: Answer | None = None, evened: float = 0.0) -> Recipe:
    own = tuple(Part(name, is_label(*emotions), share=0.5, evened=evened) for name in SMP)
    aux = (Part("sentiment_shopping", shopping, weight=0.5, share=0.5),) if shopping else ()
    return Recipe(head, own + aux)


RECIPES: Mapping[str, Recipe] = {
    recipe.head: recipe
    for recipe in (
        Recipe(
            "abuse",
            (
                Part("toxic_cold", is_label("1")),
                Part("toxic_hed_cold_pairs", is_label("1"), weight=0.5),
                Part("toxic_cold_human", is_label("1"), share=0.5, train=False),
                Part("invented", is_label("attack")),
                *_ours(posted("abuse", "hate"), share=0.05, counted=0.0),
                _SHORT_SAFE,
                Part("normal_weibo", never, share=0.4, train=False),
                Part("normal_weibo", never, share=0.1, cuts=3, train=False),
            ),
        ),
        Recipe(
            "hate",
            (
                Part("toxic_cold", is_label("1")),
                Part("toxic_hed_cold_pairs", is_label("1"), weight=0.5),
                Part("toxic_cold_human", lambda row: row.more["kind"] == "attacks_group", share=0.5, train=False),
                Part("emotion_smp_usual", never),
                Part("emotion_smp_epidemic", never),
                Part("normal_weibo", never, share=0.4),
                _SHORT_SAFE,
                Part("normal_weibo", never, weight=_SHORT, share=0.1, cuts=3),
                Part("invented", never),
                *_ours(posted("hate"), share=0.05, counted=0.0),
            ),
        ),
        Recipe(
            "sexism",
            (
                Part("sexism_swsr", is_label("1"), share=0.5),
                *_ours(posted_kind("hate.gender"), weight=0.5, counted=0.0),
                Part("toxic_cold", not_in_topic("gender"), weight=0.3),
                Part("normal_weibo", never, share=0.4, train=False),
                Part("normal_weibo", never, share=0.1, cuts=3, train=False),
            ),
        ),
        _sms("gambling", "IL_Gambling"),
        _sms("fraud", "FR_"),
        _sms("ad", "AD_"),
        Recipe(
            "sexual",
            (
                Part("risk_fbs_sms", escort(says=True), share=0.3),
                Part("risk_fbs_sms", escort(says=False), share=0.05),
                Part("invented_lures", only("lure", says=True), weight=0.5, share=0.4),
                *_ours(posted("sexual"), share=0.4),
                Part("invented_lures", only("innocent", says=False), share=0.05),
                Part("invented_lures", only("innocent", says=False), weight=_SHORT, cuts=3),
                *_EVERYDAY,
            ),
            prevalence=0.05,
            bare=True,
        ),
        _sms("illegal_trade", "IL_Fake"),
        Recipe(
            "self_harm",
            (
                Part("selfharm_sos1k", distressed, share=0.05),
                Part("selfharm_treehole", is_label("die")),
                *_ours(posted("self_harm"), share=0.02),
                *_EVERYDAY,
            ),
            prevalence=0.05,
            bare=True,
        ),
        Recipe(
            "self_harm.urgent",
            (
                Part("selfharm_sos1k", is_label("1"), share=0.05),
                *_ours(posted_kind("self_harm.urgent"), share=0.02, counted=0.0),
                *(replace(part, counted=_HARDLY) for part in _EVERYDAY),
            ),
            prevalence=0.03,
            bare=True,
        ),
        *(_hate(topic) for topic in ("region", "race", "gender")),
        Recipe(
            "rumour",
            (
                Part("rumour_ced", is_label("rumour"), share=0.3),
                Part("rumour_ced", never, weight=0.1, cuts=2),
                Part("normal_weibo", never, weight=0.3, share=0.55),
                Part("normal_weibo", never, weight=0.1, share=0.15, cuts=2),
                Part("invented", never, weight=0.1),
            ),
        ),
        _emotion("sentiment.negative", "angry", "sad", "fear", shopping=is_label("0")),
        _emotion("sentiment.positive", "happy", shopping=is_label("1")),
        *(_emotion(f"emotion.{name}", name, evened=_EVENED) for name in EMOTIONS),
    )
}
