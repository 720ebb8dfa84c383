"""From the labelled sets' folder to everything that pre-training reads: vocabulary, word vectors, arrays of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from riskguard.detectors.encoder.spelling import Speller, Vocabulary
from riskguard.training.encoder.corpus import fold_corpus, spell_corpus
from riskguard.training.encoder.model import RiskEncoderConfig, RiskEncoderForPosts
from riskguard.training.encoder.vocabulary import (
    WORD_SIZE,
    WordVectors,
    chars_with_sounds,
    save_vocabulary,
    word_vectors,
)


class Size(NamedTuple):
    """How many layers, how wide a place is in them and between."""

    layers: int
    hidden: int
    wide: int


SIZES: Mapping[str, Size] = {"small": Size(3, 256, 768), "large": Size(10, 512, 2048)}
"""The one that serves, and the one that may teach it."""

FOLDED, _DONE = "folded.txt", "moods.npy"


def prepare(
    data: Path, work: Path, *, threads: int, seed: int, told: Callable[[str], None], begun: Path | None = None
) -> None:
    """Write what pre-training needs into `work`, unless it is there already: a quarter of an hour, 1 GB.

    With a model in `begun`, its vocabulary and word vectors are taken: a minute.
    """
    if (work / _DONE).is_file():
        return
    work.mkdir(parents=True, exist_ok=True)
    told("folding the corpus")
    counted = fold_corpus(data, work / FOLDED)
    if begun:
        spell_as(begun, work)
    else:
        chars = chars_with_sounds(counted)
        told("learning word vectors: some 12 minutes")
        save_vocabulary(work, chars, word_vectors([work / FOLDED], chars, threads=threads, seed=seed))
    told("spelling the corpus")
    spell_corpus(work / FOLDED, Speller.load(work), work)


def spell_as(model: Path, work: Path) -> None:
    """Write the vocabulary and the word vectors of a trained encoder into `work`. ModelInvalid if it is none."""
    work.mkdir(parents=True, exist_ok=True)
    save_vocabulary(work, *_vocabulary_of(model))


def _vocabulary_of(model: Path) -> tuple[Mapping[str, str], WordVectors]:
    known = Vocabulary.load(model)
    spelling = RiskEncoderForPosts.from_pretrained(model).encoder.spelling
    return known.chars, WordVectors(tuple(known.words), spelling.word.numpy(), float(spelling.word_scale))


def shape(speller: Speller, *, size: Size = SIZES["small"], **more: Any) -> RiskEncoderConfig:
    """An encoder's shape for this vocabulary; see the decision records on shapes for what was measured."""
    return RiskEncoderConfig(
        chars=speller.char_count,
        sounds=speller.sound_count,
        words=len(speller.vocabulary.words) + 1,
        word_size=WORD_SIZE,
        num_hidden_layers=size.layers,
        hidden_size=size.hidden,
        intermediate_size=size.wide,
        **more,
    )


def size_of(weights: Mapping[str, Tensor]) -> Size:
    """The size of the encoder whose weights these are, named as in RiskEncoderForPosts."""
    wide, hidden = weights["encoder.layers.0.wide.weight"].shape
    return Size(sum(name.endswith(".wide.weight") for name in weights), hidden, wide)
