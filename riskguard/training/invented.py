"""Our own sentences where the labelled sets are silent: plain insults, the same words in peaceful use, small talk.

Most insults are the lexicon's. A carrier says at whom a word is aimed, so that the model learns the aim and does not
merely repeat the lexicon. Nothing here was said by anyone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import yaml

from riskguard.detectors.lexicon.files import Term, load_lexicon
from riskguard.evaluation.labelled import Row

INVENTED = "invented"
"""The name of the set. Labels: 'attack', 'peaceful' (the same words, aimed at nobody) and 'plain' (none of them)."""

_SENTENCES = "invented.yaml"
_CARRIERS_PER_TERM = 9

Said = Mapping[str, Sequence[str]]


def invented(lexicons: Path, *, seed: int) -> list[Row]:
    """The sentences; the same seed and lexicon give the same ones. Takes the terms of `abuse.*` in `lexicons`."""
    said: Said = yaml.safe_load((files(__package__) / _SENTENCES).read_text(encoding="utf-8"))
    terms = [term for term in load_lexicon(lexicons).terms if term.label.startswith("abuse.")]
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    return [*_about(terms, said, dice), *_plain(said)]


def _about(terms: Sequence[Term], said: Said, dice: random.Random) -> Iterator[Row]:
    """Each term in some sentences that are aimed at a person, and in as many that are not."""
    for term in terms:
        attack, peaceful = ("aimed", "peaceful") if term.label == "abuse.insult" else ("said_to", "told_of")
        for carriers, label in ((said[attack], "attack"), (said[peaceful], "peaceful")):
            chosen = dice.sample(carriers, min(_CARRIERS_PER_TERM, len(carriers)))
            yield from (Row(carrier.format(term.written), label) for carrier in chosen)


def _plain(said: Said) -> Iterator[Row]:
    yield from (Row(text, "attack") for text in said["harsh"])
    yield from (Row(text, "plain") for text in (*said["gentle"], *said["small_talk"]))
    yield from (Row(carrier.format(word), "plain") for carrier in said["kind"] for word in said["kind_words"])
