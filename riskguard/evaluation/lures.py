"""Our own sentences for `sexual`, where the labelled sets have a handful: lures, and innocent talk in the same words.

The split is by frame: whole frames are held out, so that DEV does not ask what TRAIN has said. Their words are shared.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

import yaml

from riskguard.evaluation.labelled import Row, Split

LURES = "invented_lures"
"""The name of the set. Labels: 'lure' (solicitation, films, pictures and paid chat on offer) and 'innocent'."""

_SENTENCES = "lures.yaml"
_PER_FRAME = 16
_SEEDS = {Split.TRAIN: 7, Split.DEV: 8}
_GAP = re.compile(r"\{(\w+)\}")
_LABELS = {"lures": "lure", "innocent": "innocent"}
_HALVES = {Split.TRAIN: "learnt", Split.DEV: "held"}

Words = Mapping[str, Sequence[str]]


def lures(split: Split) -> list[Row]:
    """The sentences of one split, always the same ones."""
    said = yaml.safe_load((files(__package__) / _SENTENCES).read_text(encoding="utf-8"))
    dice = random.Random(_SEEDS[split])  # noqa: S311 - training data, no secret
    return [
        Row(text, label)
        for kind, label in _LABELS.items()
        for frame in said[kind][_HALVES[split]]
        for text in _filled(frame, said["words"], dice)
    ]


def _filled(frame: str, words: Words, dice: random.Random) -> Iterator[str]:
    """Up to so many different sentences of one frame; a frame without gaps is said once."""
    tries = _PER_FRAME if _GAP.search(frame) else 1
    yield from dict.fromkeys(_GAP.sub(lambda gap: dice.choice(words[gap[1]]), frame) for _ in range(tries))
