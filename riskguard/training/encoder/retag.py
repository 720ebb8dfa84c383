"""The last layer of the tags fitted on, on posts that people tagged.

The course learns names and places from news, resumes, invented posts and addresses, of which there are many, and from
Weibo posts, of which there are few; but posts are what they are looked for in, and there a country is a place and a
nickname is a name. The layer is moved as little as that needs (a ridge around what it was taught), on train alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from riskguard.detectors.encoder.names import OUTSIDE
from riskguard.detectors.encoder.spelling import Speller
from riskguard.evaluation.labelled import Split
from riskguard.training.encoder.layer import moved
from riskguard.training.encoder.lessons import ADDRESSES, Sentence, sentences_of
from riskguard.training.encoder.model import RiskEncoderForPosts

_EVERY: Mapping[str, int] = {"ner_weibo": 1, "ner_cluener": 3, ADDRESSES: 9}
"""The sets, and which share of each is read."""

_RIDGE = 3000.0
_ROUNDS = 30
_DOUBT = 0.25
"""What is added to the margin of no name: names of train are known by heart, so that it looks surer than it may be."""

_AT_ONCE = 64


class Seen(NamedTuple):
    """Of each character: what the tags read, and its tag."""

    features: Tensor
    tags: Tensor


def retagged(model: RiskEncoderForPosts, speller: Speller, data: Path) -> RiskEncoderForPosts:
    """The model itself, with its layer of tags moved."""
    seen = seen_of(model, speller, tagged_posts(data))
    weight, bias = model.tags.weight, model.tags.bias
    misfit = partial(functional.cross_entropy, target=seen.tags, reduction="sum")
    fitted = moved(seen.features, weight.detach(), bias.detach(), misfit, ridge=_RIDGE, rounds=_ROUNDS)
    with torch.no_grad():
        for parameter, value in zip((weight, bias), fitted, strict=True):
            parameter.copy_(value)
        model.tags.bias[model.config.tags.index(OUTSIDE)] += _DOUBT
    return model


def tagged_posts(data: Path) -> list[Sentence]:
    """The sentences of train that the layer is fitted on."""
    return [each for name, every in _EVERY.items() for each in sentences_of(data, Split.TRAIN, name)[::every]]


def seen_of(model: RiskEncoderForPosts, speller: Speller, taught: Sequence[Sentence]) -> Seen:
    """All characters of the sentences, shortest sentence first."""
    model.eval()
    features = []
    order = sorted(taught, key=lambda sentence: len(sentence.text))
    for start in range(0, len(order), _AT_ONCE):
        batch = order[start : start + _AT_ONCE]
        spelled = speller.spell([sentence.text for sentence in batch])
        with torch.inference_mode():
            places = model.read(*map(torch.from_numpy, (spelled.chars, spelled.sounds, spelled.words)))[1]
        features += [row[1 : len(sentence.text) + 1] for row, sentence in zip(places, batch, strict=True)]
    return Seen(torch.cat(features), torch.from_numpy(np.concatenate([sentence.tags for sentence in order])))
