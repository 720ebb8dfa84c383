"""What two syllables usually mean: 'jiazhang' is 家长 long before it is 假章."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.lexicon.dictionary import pairs_of_characters
from riskguard.text.channels import sound_codes

_MUCH_COMMONER = 3
_COMMON = 300
"""So often does jieba's dictionary count a word that everybody knows."""

_BITS = np.uint64(32)


def usually_another(key: str) -> bool:
    """Whether a much commoner word sounds like the key of two Chinese characters."""
    sounds, counts = _commonest()
    known = np.frombuffer(key.encode("utf-32-le"), np.uint32)
    sound = _sounds(known[None, :])[0]
    place = int(np.searchsorted(sounds, sound))
    heard = int(counts[place]) if place < len(sounds) and sounds[place] == sound else 0
    return heard > max(_COMMON, _MUCH_COMMONER * _own_count(known))


def _own_count(codes: NDArray[np.uint32]) -> int:
    words, counts = pairs_of_characters()
    return int(counts[(words == codes).all(axis=1)].max(initial=0))


@cache
def _commonest() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The sounds of all words of two characters, sorted, each with the count of its commonest word."""
    words, counts = pairs_of_characters()
    heard = _sounds(words)
    order = np.lexsort((-counts, heard))
    sounds, first = np.unique(heard[order], return_index=True)
    return sounds, counts[order][first]


def _sounds(words: NDArray[np.uint32]) -> NDArray[np.uint64]:
    heard = sound_codes(words).astype(np.uint64)
    sounds: NDArray[np.uint64] = (heard[:, 0] << _BITS) | heard[:, 1]
    return sounds
