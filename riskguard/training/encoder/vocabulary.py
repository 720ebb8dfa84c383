"""The encoder's vocabulary, made from the unlabelled corpus: characters, their sounds, and words with their vectors.

The vectors are skip-gram vectors (Mikolov et al., 2013) of the corpus cut into words, centred and kept as bytes. Giving
a character model the words that begin and end at each place is the idea of SoftLexicon (Ma et al., ACL 2020).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rjieba
from gensim.models import Word2Vec
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import Vocabulary
from riskguard.text.tables.sound import DIGITS, syllables

RAREST_CHAR = 20
WORDS = 60_000
WORD_SIZE = 96
_HAN = ("\u3400", "\u9fff")


@dataclass(frozen=True, slots=True)
class WordVectors:
    """`table` (words + 1, WORD_SIZE) int8 with an empty first row; a vector is its row times `scale`."""

    words: tuple[str, ...]
    table: NDArray[np.int8]
    scale: float


def chars_with_sounds(counted: Mapping[str, int]) -> dict[str, str]:
    """Characters that were counted at least RAREST_CHAR times, most frequent first, each with its usual syllable."""
    frequent = [char for char, count in Counter(counted).most_common() if count >= RAREST_CHAR]
    return {char: sound(char) for char in frequent if char.isprintable() and char != "\t"}


def sound(char: str) -> str:
    """The toneless syllable of a Chinese character or a digit; '' for all others."""
    if not _HAN[0] <= char <= _HAN[1]:
        return DIGITS.get(char, "")
    return syllables().get(char, "")


class Segmented:
    """The lines of text files, cut into words, as often as they are asked for."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files

    def __iter__(self) -> Iterator[list[str]]:
        for file in self._files:
            with file.open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    yield [word for word in rjieba.cut(line, False) if word.strip()]


def word_vectors(files: Sequence[Path], chars: Mapping[str, str], *, threads: int, seed: int) -> WordVectors:
    """Vectors of the WORDS most frequent words of two to four known characters. About 15 minutes on one core."""
    model = Word2Vec(
        Segmented(files),
        vector_size=WORD_SIZE,
        window=5,
        min_count=15,
        workers=threads,
        sg=1,
        negative=6,
        sample=1e-4,
        epochs=2,
        seed=seed,
        max_final_vocab=2 * WORDS,
    )
    return quantised(model.wv.index_to_key, model.wv.vectors, chars)


def quantised(words: Sequence[str], vectors: NDArray[np.float32], chars: Mapping[str, str]) -> WordVectors:
    """Those of the words that can be looked up, most frequent first, as bytes."""
    usable = [place for place, word in enumerate(words) if 2 <= len(word) <= 4 and all(char in chars for char in word)]
    kept = usable[:WORDS]
    centred = vectors[kept] - vectors[kept].mean(axis=0)
    scale = float(np.quantile(np.abs(centred), 0.9995)) / 127
    table = np.zeros((len(kept) + 1, vectors.shape[1]), np.int8)
    table[1:] = np.clip(np.rint(centred / scale), -127, 127)
    return WordVectors(tuple(words[place] for place in kept), table, scale)


def save_vocabulary(folder: Path, chars: Mapping[str, str], vectors: WordVectors) -> None:
    """chars.tsv and words.txt for the model's folder, and the vectors beside them for pre-training."""
    folder.mkdir(parents=True, exist_ok=True)
    Vocabulary(chars, vectors.words).save(folder)
    np.savez(folder / "words.npz", table=vectors.table, scale=np.float32(vectors.scale))
