"""The unlabelled corpus as arrays of characters and syllables, on disk, ready to be cut into batches."""

from __future__ import annotations

import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.spelling import Ids, Speller
from riskguard.domain.errors import NotReady
from riskguard.evaluation.labelled import SOURCES, Split, read_rows
from riskguard.text.view import fold_all

LONGEST, SHORTEST = 126, 6
MOODS = 60
GAP = "\0\0\0"
_MOOD = re.compile(r"\[[\u4e00-\u9fffa-z]{1,5}\]")
_CHUNK = 4096
LABELLED_COPIES = 5
_LINE_ENDS = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029\0]+")
_NER = ("ner_cluener", "ner_weibo", "ner_resume", "address_parts")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts laid end to end, three PAD between two. `moods[i]` is the emoticon taken out of text i, -1 for none."""

    chars: Ids
    syllables: Ids
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    moods: NDArray[np.int8]

    @classmethod
    def load(cls, folder: Path) -> Corpus:
        """From what `spell_corpus` wrote; characters and syllables stay on disk."""
        mapped = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("chars", "syllables"))
        return cls(*mapped, *(np.load(folder / f"{name}.npy") for name in ("starts", "sizes", "moods")))


def fold_corpus(data: Path, file: Path) -> Counter[str]:
    """Write every text of the corpus folded, one a line, and the labelled training texts LABELLED_COPIES times.

    NotReady when there is no corpus.
    """
    parts = sorted((data / "corpus").glob("*.txt.xz"))
    if not parts:
        raise NotReady(f"no corpus in {data / 'corpus'}", hint="put corpus parts there as *.txt.xz, one text a line")
    counted: Counter[str] = Counter()
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for chunk in _chunks(_texts(data, parts)):
            folded = "\n".join(_LINE_ENDS.sub(" ", view.folded).strip() for view in fold_all(chunk)) + "\n"
            counted.update(folded)
            out.write(folded)
    del counted["\n"]
    return counted


def spell_corpus(file: Path, speller: Speller, folder: Path) -> list[str]:
    """Write the arrays of a folded corpus; the emoticons that stand for moods, most frequent first.

    A text with such an emoticon is there twice: as it is, and with its emoticons taken out, which are to be guessed.
    """
    moods = frequent_moods(file)
    place = {mood: number for number, mood in enumerate(moods)}
    chars, syllables, sizes, labels = [], [], [], []
    for chunk in _chunks(_lines(file)):
        pieces = [piece for text in chunk for piece in _pieces(text, place)]
        ids, sounds = speller.numbers("".join(GAP + text for text, _ in pieces))
        chars.append(ids)
        syllables.append(sounds)
        sizes.append(np.fromiter((len(text) for text, _ in pieces), np.int64, len(pieces)))
        labels.append(np.fromiter((mood for _, mood in pieces), np.int8, len(pieces)))
    lengths = np.concatenate(sizes)
    ends = np.cumsum(lengths + len(GAP))
    np.save(folder / "chars.npy", np.concatenate(chars))
    np.save(folder / "syllables.npy", np.concatenate(syllables))
    np.save(folder / "sizes.npy", lengths)
    np.save(folder / "starts.npy", ends - lengths)
    np.save(folder / "moods.npy", np.concatenate(labels))
    return moods


def frequent_moods(file: Path) -> list[str]:
    """The MOODS most frequent emoticon codes, such as [泪]."""
    counted: Counter[str] = Counter()
    for line in _lines(file):
        counted.update(_MOOD.findall(line))
    return [mood for mood, _ in counted.most_common(MOODS)]


def _pieces(text: str, place: dict[str, int]) -> Iterator[tuple[str, int]]:
    for start in range(0, len(text), LONGEST):
        piece = text[start : start + LONGEST]
        if len(piece) >= SHORTEST or len(text) < SHORTEST <= 2 * len(text):
            yield piece, -1
    moods = [place[mood] for mood in _MOOD.findall(text) if mood in place] if "[" in text else []
    bare = _MOOD.sub("", text)[:LONGEST] if moods else ""
    if len(bare) >= SHORTEST:
        yield bare, moods[0]


def _texts(data: Path, parts: Sequence[Path]) -> Iterator[str]:
    for part in parts:
        with lzma.open(part, "rt", encoding="utf-8", newline="\n") as lines:
            yield from (line.rstrip("\n") for line in lines)
    for _ in range(LABELLED_COPIES):
        yield from _labelled(data)


def _labelled(data: Path) -> Iterator[str]:
    """Texts that heads will learn from, without their labels."""
    for name in SOURCES:
        yield from (row.text for row in read_rows(data, Split.TRAIN, name))


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from (line.rstrip("\n") for line in lines)


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(texts)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk
