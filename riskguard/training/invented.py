"""Our own sentences where the labelled sets are silent: plain insults, the same words in peaceful use, small talk.

A carrier says at whom an insult is aimed, so that the model learns the aim and does not merely repeat a list of words.
Nothing here was said by anyone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

import yaml

from riskguard.evaluation.labelled import Row

INVENTED = "invented"
"""The name of the set. Labels: 'attack', 'peaceful' (the same words, aimed at nobody) and 'plain' (none of them)."""

_SENTENCES = "invented.yaml"
_CARRIERS_PER_WORD = 12

Said = Mapping[str, Sequence[str]]


def invented(*, seed: int) -> list[Row]:
    """The sentences; the same seed gives the same ones."""
    said: Said = yaml.safe_load((files(__package__) / _SENTENCES).read_text(encoding="utf-8"))
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    insults = _about(said["insults"], said["aimed"], said["peaceful"], dice)
    menaces = _about(said["menaces"], said["said_to"], said["told_of"], dice)
    return [*insults, *menaces, *_plain(said)]


def _about(words: Sequence[str], aimed: Sequence[str], peaceful: Sequence[str], dice: random.Random) -> Iterator[Row]:
    """Each word in some sentences that are aimed at a person, and in some that are not."""
    for word in words:
        for carriers, label in ((aimed, "attack"), (peaceful, "peaceful")):
            chosen = dice.sample(carriers, min(_CARRIERS_PER_WORD, len(carriers)))
            yield from (Row(carrier.format(word), label) for carrier in chosen)


def _plain(said: Said) -> Iterator[Row]:
    yield from (Row(text, "attack") for text in said["harsh"])
    yield from (Row(text, "plain") for text in (*said["gentle"], *said["small_talk"]))
    yield from (Row(carrier.format(word), "plain") for carrier in said["kind"] for word in said["kind_words"])
