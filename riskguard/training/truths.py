"""Texts, and the rules that each of them truly breaks: dev, and sentences of our own.

Dev, because the encoder has learnt train by heart and would be believed too much. Halves that are kept apart are not
read here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from riskguard.detectors.combiner.sign import family
from riskguard.domain.finding import INTENT_ANY, INTENT_ATTACK, INTENT_OFFER
from riskguard.evaluation import plain, sensitive_suites
from riskguard.evaluation.examples import POSTS, WRITTEN, Library
from riskguard.evaluation.labelled import Row, Split
from riskguard.evaluation.ordinary import ORDINARY

OWN = "own sentences"
SETS = ("risk_fbs_sms", POSTS, WRITTEN, ORDINARY, "toxic_cold_human")
"""The sets of dev that are read."""

TRADE = frozenset({"fraud", "gambling", "illegal_trade", "drugs", "weapons", "sexual", "ad"})
HARM = frozenset({"abuse", "hate", "vulgar"})
AT_GROUP = "hate."

_WRITTEN = "sentences"
"""The folder of files of sentences that were written to be told apart."""

_WEIGHTS: Mapping[str, float] = {ORDINARY: 3.0, OWN: 4.0, POSTS: 0.3, "risk_fbs_sms": 0.3}
"""What one text of a set weighs: ordinary posts are most of what a service reads, and what is written in the manner of
the encoder's training sets makes the encoder look better than it is on fresh wording."""

_OWN_INNOCENT = 6.0
"""An innocent sentence of ours: so that the default policy touches about one in forty of those that the combiner has
not seen (`riskguard evaluate combiner`). With more it meets fewer of the violating ones, too."""

NEIGHBOURS = 10
"""So many texts that stand side by side are seen or held back together: one may be the other's disguised twin."""

_SOME = 4000
"""Texts of each kind of train that the encoder learns intents from: ours are what it learns them from above all."""

_WRONG_RULE = 0.3
_SMS = {
    "AD_Loan": frozenset({"ad", "fraud"}),
    "IL_Gambling": frozenset({"gambling"}),
    "IL_Fake_ID_and_invoice": frozenset({"illegal_trade"}),
    "IL_Escort_service": frozenset({"sexual"}),
}
_SMS_BEGINS = {"AD_": frozenset({"ad"}), "FR_": frozenset({"fraud"})}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and the families of labels that it truly breaks; `file` names the one of ours that it stands in."""

    source: str
    text: str
    broken: frozenset[str]
    file: str = ""

    def weight(self, *, right: bool) -> float:
        """Of a word about it: a wrong one about a text that breaks another rule does less harm than one about an
        innocent text."""
        if self.broken:
            return _WEIGHTS.get(self.source, 1.0) * (1.0 if right else _WRONG_RULE)
        return _OWN_INNOCENT if self.source == OWN else _WEIGHTS.get(self.source, 1.0)


def meant(lesson: Lesson, intent: str) -> bool:
    """Whether the text intends this: to offer what is not allowed, to attack somebody, or to break any rule."""
    asked = {INTENT_OFFER: TRADE, INTENT_ATTACK: HARM, INTENT_ANY: lesson.broken}[intent]
    return bool(lesson.broken & asked)


def lessons(data: Path, cases: Path) -> list[Lesson]:
    """All texts that may be learnt from. `cases` holds our own suites, plain/ and sensitive/."""
    dev = Library(data, Split.DEV)
    return [
        *_labelled(dev, "risk_fbs_sms", _of_sms),
        *(lesson for ours in (POSTS, WRITTEN) for lesson in _labelled(dev, ours, _of_posts)),
        *_labelled(dev, ORDINARY, lambda _: frozenset()),
        *_labelled(dev, "toxic_cold_human", _of_comments),
        *_own(cases),
    ]


def for_encoder(data: Path, cases: Path, *, seed: int) -> list[Lesson]:
    """What the encoder may learn intents from: our own sentences first, and some of each set of train. None of dev,
    which measures it."""
    train = Library(data, Split.TRAIN)
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    sets = (
        list(_labelled(train, "risk_fbs_sms", _of_sms)),
        [lesson for ours in (POSTS, WRITTEN) for lesson in _labelled(train, ours, _of_posts)],
        list(_labelled(train, ORDINARY, lambda _: frozenset())),
    )
    return [*_own(cases), *(lesson for them in sets for lesson in dice.sample(them, min(_SOME, len(them))))]


def _labelled(library: Library, source: str, broken: Any) -> Iterator[Lesson]:
    for row in library.get(source).rows:
        found = broken(row)
        if found is not None:
            yield Lesson(source, row.text, found)


def _of_sms(row: Row) -> frozenset[str] | None:
    """None for kinds that say nothing here."""
    return _SMS.get(row.label) or _SMS_BEGINS.get(row.label[:3])


def _of_posts(row: Row) -> frozenset[str]:
    kind = row.more["kind"]
    if row.label == "innocent" or kind.startswith("contrast.against"):
        return frozenset()
    at = {kind} if kind.startswith(AT_GROUP) else set()
    return frozenset({row.label, kind.rpartition(".")[2]} & {*TRADE, *HARM, row.label} | at)


def _of_comments(row: Row) -> frozenset[str]:
    if row.label != "1":
        return frozenset()
    return HARM | {f"{AT_GROUP}{row.more['topic']}"} if row.more["kind"] == "attacks_group" else HARM - {"hate"}


def _own(cases: Path) -> Iterator[Lesson]:
    for file in sorted(files(__package__).joinpath(_WRITTEN).iterdir(), key=lambda each: each.name):
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        yield from (_ours(text, file.name) for text in written["innocent"])
        for broken, texts in written["violating"].items():
            yield from (_ours(text, file.name, broken) for text in texts)
    for sentence in plain.violations(cases / "plain"):
        if sentence.half is plain.Half.TUNE:
            yield _ours(sentence.text, "plain violations", family(sentence.group))
    for sentence in plain.innocents(cases / "plain"):
        if sentence.half is plain.Half.TUNE:
            yield _ours(sentence.text, "plain innocents")
    suites = cases / "sensitive"
    for pair in sensitive_suites.pairs(suites):
        if sensitive_suites.Half.of(pair.id) is sensitive_suites.Half.TUNE:
            yield from (_ours(text, "pairs", pair.family) for text in (pair.plain, pair.disguised))
    for trap in sensitive_suites.traps(suites):
        if sensitive_suites.Half.of(trap.id) is sensitive_suites.Half.TUNE:
            yield _ours(trap.text, "traps")


def _ours(text: str, file: str, *broken: str) -> Lesson:
    return Lesson(OWN, text, frozenset(broken), file)
