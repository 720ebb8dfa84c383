"""A restorer made by hand: it has counted nothing and knows one syllable, 'cu', which 促 and 醋 have."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from riskguard.text.restoring.edits import pair_keys
from riskguard.text.restoring.files import Words, save_restorer

_CU = 1


def made_restorer(folder: Path) -> str:
    """Write it; its digest. 'cu' is read as 促 in a short text, since one character is likelier than two."""
    known = [ord(char) for char in "促醋"]
    syllable = np.zeros(1 << 16, np.uint16)
    syllable[known] = _CU
    none = np.array([0, 0], np.uint32)
    tables = {
        "one": np.zeros(1 << 16, np.uint8),
        "two": np.zeros(8, np.uint16),
        "three": np.zeros(8, np.uint16),
        "syllable": syllable,
        "sound": syllable,
        "sounds.first": np.array([0, 0, 1], np.uint32),
        "sounds.others": np.array([[known[0]]], np.uint16),
    }
    for name, wide in (("shapes", 1), ("words", 2), ("parts", 1)):
        tables |= {
            f"{name}.keys": pair_keys(np.array([1]), np.array([1])),
            f"{name}.first": none,
            f"{name}.others": np.zeros((0, wide), np.uint16),
        }
    return save_restorer(folder, tables, Words(["cu"], {}, {}))
