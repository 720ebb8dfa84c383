"""How a restorer lies on disk: its tables, its words, and a config that names both."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from riskguard.domain.errors import ModelInvalid
from riskguard.text.restoring.counts import Counts
from riskguard.text.restoring.edits import Likeness, Meanings, Sparse
from riskguard.text.restoring.latin import Latin
from riskguard.text.restoring.restorer import Restorer
from riskguard.text.tables.sound import LETTERS

CONFIG, TABLES, WORDS = "config.json", "tables.safetensors", "words.json.gz"
FORMAT = 3
_GAP = " "
"""Between words that have the same initials: half the bytes of a list in JSON."""

_RETRAIN = "make it again with `riskguard train restorer --data DIR`, or restore the folder from the release"


@dataclass(frozen=True, slots=True)
class Words:
    """The strings of a restorer: syllables in the order of their numbers, from 1; what initials and pictures mean."""

    syllables: Sequence[str]
    initials: Mapping[str, Sequence[str]]
    listed: Mapping[str, Sequence[str]]


def save_restorer(folder: Path, tables: Mapping[str, NDArray[Any]], words: Words, **about: object) -> str:
    """Write the tables, the words and the config; the digest that `load_restorer` gives back."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "syllables": words.syllables,
        "initials": {letters: _GAP.join(meant) for letters, meant in words.initials.items()},
        "listed": words.listed,
    }
    files = {
        TABLES: save(dict(tables)),
        WORDS: gzip.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0),
    }
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    config = {"format": FORMAT, "sha256": digests, **about}
    (folder / CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return _digest(digests)


def load_restorer(folder: Path) -> tuple[Restorer, str]:
    """The restorer in `folder`, and a digest of all that it reads by.

    ModelInvalid if a file is missing, damaged or not the one that the config names.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if config["format"] != FORMAT:
            raise ModelInvalid(f"{folder / CONFIG} is not of format {FORMAT}", hint=_RETRAIN)
        raw = {name: (folder / name).read_bytes() for name in (TABLES, WORDS)}
        for name, content in raw.items():
            if hashlib.sha256(content).hexdigest() != config["sha256"][name]:
                raise ModelInvalid(f"{folder / name} is not the file that {CONFIG} names", hint=_RETRAIN)
        return _restorer(load(raw[TABLES]), _words(json.loads(gzip.decompress(raw[WORDS])))), _digest(config["sha256"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelInvalid(f"{folder} holds no restorer: {error!r}", hint=_RETRAIN) from error


def _words(told: Mapping[str, Any]) -> Words:
    initials = {letters: meant.split(_GAP) for letters, meant in told["initials"].items()}
    return Words(told["syllables"], initials, told["listed"])


def _restorer(tables: Mapping[str, NDArray[Any]], words: Words) -> Restorer:
    def likeness(name: str) -> Likeness:
        return Likeness(tables[f"{name}.first"], tables[f"{name}.others"])

    def sparse(name: str) -> Sparse:
        return Sparse(tables[f"{name}.keys"], likeness(name))

    sounds, pairs = likeness("sounds"), sparse("words")
    numbers = {syllable: number for number, syllable in enumerate(words.syllables, start=1)}
    numbers |= {letter: numbers[syllable] for syllable, letter in LETTERS.items() if syllable in numbers}
    counts = Counts(tables["one"], tables["two"], tables["three"])
    return Restorer(
        counts,
        Meanings(
            syllable=tables["syllable"],
            sound=tables["sound"],
            sounds=sounds,
            shapes=sparse("shapes"),
            words=pairs,
            parts=sparse("parts"),
            listed=words.listed,
            latin=Latin(numbers, sounds, pairs, words.initials),
        ),
    )


def _digest(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(digests[name] for name in (TABLES, WORDS)).encode()).hexdigest()
