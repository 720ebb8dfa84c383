"""The combiner: a listed term, the model's word and the words around the term become one calibrated score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from typing import Self

from riskguard.detectors.combiner.sign import (
    GROUPS,
    LEXICON,
    Group,
    Surroundings,
    family,
    group_of,
    sign_names,
    signs_of,
)
from riskguard.domain.errors import ModelInvalid
from riskguard.domain.finding import Finding
from riskguard.text.view import TextView

CONFIG = "config.json"
_BIAS = "bias"

Weights = Mapping[str, float]
"""What each sign adds to the logarithm of the odds; 'bias' is what holds without any."""


def weights_name(group: Group, *, with_model: bool) -> str:
    """Under which name the weights of a group stand: a text that no model has read is weighed by others."""
    return group.name if with_model else f"{group.name} without model"


@dataclass(frozen=True, slots=True)
class Combiner:
    """Replaces the score of each finding of the lexicon in the known groups by the probability that the text does what
    the label says. Spans stay; the facts 'lexicon', 'model' and 'frames' say what was weighed."""

    weights: Mapping[str, Weights]
    version: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The weights in `folder`; ModelInvalid when the file is not as `riskguard train combiner` writes it."""
        text = (folder / CONFIG).read_text(encoding="utf-8")
        try:
            kept = json.loads(text)["weights"]
            weights = {
                str(name): {str(sign): float(value) for sign, value in each.items()} for name, each in kept.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelInvalid(f"{folder / CONFIG} holds no weights of signs: {error!r}") from error
        for group in GROUPS:
            for heard in (True, False):
                _check(weights.get(weights_name(group, with_model=heard)), group, heard, folder / CONFIG)
        return cls(weights, hashlib.sha256(text.encode()).hexdigest()[:12])

    def combine(self, view: TextView, findings: Sequence[Finding]) -> Sequence[Finding]:
        """The findings about one text, those of the lexicon weighed."""
        if not any(each.detector == LEXICON for each in findings):
            return findings
        around = Surroundings.of(view, findings)
        return [self._weighed(each, around) if each.detector == LEXICON else each for each in findings]

    def _weighed(self, finding: Finding, around: Surroundings) -> Finding:
        group = group_of(finding.label)
        if group is None:
            return finding
        with_model = around.with_model(finding.label, group)
        weights = self.weights[weights_name(group, with_model=with_model)]
        signs = signs_of(finding, group, around)
        total = weights[_BIAS] + sum(weights[name] * value for name, value in signs.items())
        facts: dict[str, str | int | float | bool] = {**finding.facts, "lexicon": finding.score}
        heads = [around.heads[head] for head in group.heads[family(finding.label)] if head in around.heads]
        if heads and with_model:
            facts["model"] = round(max(heads), 4)
        if around.frames:
            facts["frames"] = ", ".join(sorted(around.frames))
        return replace(finding, score=round(1 / (1 + exp(-total)), 4), facts=facts)


def _check(weights: Weights | None, group: Group, with_model: bool, file: Path) -> None:
    missing = {_BIAS, *sign_names(group, with_model=with_model)} - (weights or {}).keys()
    if missing:
        name = weights_name(group, with_model=with_model)
        raise ModelInvalid(f"{file} lacks weights of '{name}': {', '.join(sorted(missing))}")
