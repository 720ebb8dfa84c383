"""What lies in a folder of lists: which labels have terms, of which tiers, in which files, and whose they are."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from riskguard.detectors.lexicon.files import ALLOW, REPORTS, SPELLINGS, Lexicon, Tier, lexicon_files
from riskguard.policy.document import Document


class Origin(StrEnum):
    """Whether a file came with riskguard, came with it and was changed here, or is the deployer's own."""

    SHIPPED = "shipped"
    CHANGED = "changed here"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of lists. `version` is a hash of its bytes; `label` is empty for lists that belong to no label."""

    file: Path
    label: str
    version: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Listed:
    """All that is listed under one label."""

    label: str
    terms: Mapping[Tier, int]
    pairs: int
    sources: tuple[Source, ...]


def sources(folder: Path, shipped: Path) -> list[Source]:
    """The files of a folder, beside those that came with riskguard."""
    return [_source(file, shipped) for file in lexicon_files(folder)]


def listed(lexicon: Lexicon, files: list[Source]) -> list[Listed]:
    """What each label has, by its name."""
    terms: dict[str, Counter[Tier]] = {}
    for term in lexicon.terms:
        terms.setdefault(term.label, Counter())[term.tier] += 1
    pairs = Counter(pair.label for pair in lexicon.pairs)
    return [
        Listed(label, terms.get(label, Counter()), pairs[label], tuple(each for each in files if each.label == label))
        for label in sorted(terms.keys() | pairs.keys())
    ]


def _source(file: Path, shipped: Path) -> Source:
    sheet = Document(file)
    entries = {} if file.name in (ALLOW, REPORTS, SPELLINGS) else sheet.table(sheet.root, "a term list")
    label = str(entries["label"][1].value).strip() if "label" in entries else ""
    version = hashlib.sha256(sheet.content).hexdigest()[:12]
    return Source(file, label, version, _origin(sheet.content, shipped / file.name))


def _origin(content: bytes, ours: Path) -> Origin:
    if not ours.is_file():
        return Origin.OWN
    return Origin.SHIPPED if ours.read_bytes() == content else Origin.CHANGED
