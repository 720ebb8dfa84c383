"""The combiner: a listed term, the model's word and the words around the term become one calibrated score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from typing import Self

import numpy as np

from riskguard.detectors.combiner.forest import FORESTS, Forest, load_forests
from riskguard.detectors.combiner.sign import (
    GROUPS,
    LEXICON,
    WEIGHED,
    Basis,
    Group,
    Surroundings,
    family,
    sign_names,
)
from riskguard.detectors.linear.model import LinearModel, load_model
from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import (
    INTENDED,
    INTENTS,
    SAID_BY_LISTS,
    SAID_BY_MODEL,
    SHOWN_FRAMES,
    WORDED,
    Finding,
)
from riskguard.text.view import TextView

CONFIG, WORDS = "config.json", "wording"
_BIAS = "bias"
_FIRST, _LAST = "\x02", "\x03"

Weights = Mapping[str, float]
"""What each sign adds to the logarithm of the odds; 'bias' is what holds without any."""


def weights_name(group: Group, basis: Basis) -> str:
    """Under which name the weights of a group stand."""
    return group.name + basis.value


def marked(views: Sequence[TextView]) -> list[str]:
    """The texts as their words are told: folded, with two marks that are the same in all.

    What n-grams begin or end a text is counted without them. Marks weigh the less the longer a text is, and so tell
    what its being short tells.
    """
    return [f"{_FIRST}{view.folded}{_LAST}" for view in views]


@dataclass(frozen=True, slots=True)
class Combiner:
    """Replaces the score of each finding of the lexicon or a model in the known groups by the probability that the text
    does what the label says. Spans stay; the facts 'lexicon', 'model', 'intent', 'wording' and 'frames' say what was
    weighed.

    The weights of a group say how likely; where it has trees, these read the same signs and what the weights said.
    `wording` tells by the words of a text alone what it intends.
    """

    weights: Mapping[str, Weights]
    forests: Mapping[str, Forest]
    wording: LinearModel
    version: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What is in `folder`; ModelInvalid when it is not as `riskguard train combiner` writes it."""
        text = (folder / CONFIG).read_text(encoding="utf-8")
        try:
            kept = json.loads(text)["weights"]
            weights = {
                str(name): {str(sign): float(value) for sign, value in each.items()} for name, each in kept.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelInvalid(f"{folder / CONFIG} holds no weights of signs: {error!r}") from error
        known = {weights_name(group, basis): sign_names(group, basis) for group in GROUPS for basis in Basis}
        _check_weights(weights, known, folder / CONFIG)
        forests, raw = load_forests(folder)
        _check_forests(forests, known, folder / FORESTS)
        wording, told = load_model(folder / WORDS)
        if wording.heads != INTENTS:
            raise ModelInvalid(f"{folder / WORDS} does not tell {', '.join(INTENTS)}")
        version = hashlib.sha256(text.encode() + raw + str(told["sha256"]).encode()).hexdigest()[:12]
        return cls(weights, forests, wording, version)

    def combine(self, views: Sequence[TextView], findings: Sequence[Sequence[Finding]]) -> Sequence[Sequence[Finding]]:
        """The findings about each text, those of the lexicon and of models weighed."""
        asked = [at for at, them in enumerate(findings) if any(map(_may_be_weighed, them))]
        words = self.wording.margins(marked([views[at] for at in asked])).tolist()
        combined = list(findings)
        for at, told in zip(asked, words, strict=True):
            around = Surroundings.of(views[at], findings[at], dict(zip(INTENTS, told, strict=True)))
            combined[at] = [_without_intents(self._weighed(each, around)) for each in findings[at]]
        return combined

    def _weighed(self, finding: Finding, around: Surroundings) -> Finding:
        found = around.basis(finding)
        if found is None:
            return finding
        group, basis = found
        name = weights_name(group, basis)
        weights, signs = self.weights[name], around.signs(finding, group, basis)
        total = weights[_BIAS] + sum(weights[sign] * value for sign, value in signs.items())
        if name in self.forests:
            known = [signs.get(sign, 0.0) for sign in sign_names(group, basis)]
            total = self.forests[name].odds(np.array([*known, total]))
        facts = {**finding.facts, **_witnesses(finding, group, basis, around)}
        return replace(finding, score=_probability(total), facts=facts)


def _witnesses(finding: Finding, group: Group, basis: Basis, around: Surroundings) -> dict[str, str | float]:
    """What was weighed, for whoever asks why: the scores that list and model gave, and what the text does."""
    told: dict[str, str | float] = {}
    if basis is Basis.HEAD:
        terms = _those(around.listed, group.weighed[finding.label])
        models = [finding.score]
    else:
        terms = [finding.score]
        models = _those(around.heads, group.heads[family(finding.label)]) if basis is Basis.TERM else []
    if terms:
        told[SAID_BY_LISTS] = max(terms)
    if models:
        told[SAID_BY_MODEL] = round(max(models), 4)
    if basis is not Basis.TERM_ALONE and group.intent in around.intents:
        told[INTENDED] = _probability(float(around.intents[group.intent]))
    told[WORDED] = _probability(around.wording[group.intent])
    if around.frames:
        told[SHOWN_FRAMES] = ", ".join(sorted(around.frames))
    return told


def _probability(odds: float) -> float:
    """Of the logarithm of odds."""
    return round(1 / (1 + exp(-odds)), 4)


def _may_be_weighed(finding: Finding) -> bool:
    return finding.detector == LEXICON or finding.label in WEIGHED


def _without_intents(finding: Finding) -> Finding:
    if finding.facts.keys().isdisjoint(INTENTS):
        return finding
    return replace(finding, facts={name: fact for name, fact in finding.facts.items() if name not in INTENTS})


def _those(scores: Mapping[str, float], names: Iterable[str]) -> list[float]:
    return [scores[name] for name in names if name in scores]


def _check_weights(weights: Mapping[str, Weights], known: Mapping[str, Sequence[str]], file: Path) -> None:
    for name, signs in known.items():
        if missing := {_BIAS, *signs} - weights.get(name, {}).keys():
            raise ModelInvalid(f"{file} lacks weights of '{name}': {', '.join(sorted(missing))}")


def _check_forests(forests: Mapping[str, Forest], known: Mapping[str, Sequence[str]], file: Path) -> None:
    """The trees read all signs and, last, what the weights said."""
    for name, forest in forests.items():
        if name not in known or not forest.fits(len(known[name]) + 1):
            raise ModelInvalid(f"the trees of '{name}' in {file} do not fit its signs")
