"""Lexicon files: strict YAML in, terms out, and every fault at once with its place and a hint."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from riskguard.detectors.lexicon.nodes import Entry, Faults, entries, mapping, scalar
from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.text.noise import squeezed
from riskguard.text.view import fold

ALLOW = "allow.yaml"


class Tier(StrEnum):
    """How much a term says by itself."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Term:
    """A listed word: as written, as it is searched (folded, without noise), and what finding it means."""

    written: str
    key: str
    label: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All terms and benign phrases of a folder. `version` is a hash of the files."""

    terms: tuple[Term, ...]
    allowed: frozenset[str]
    version: str


def load_lexicon(folder: Path) -> Lexicon:
    """The lexicon in `folder`; PolicyInvalid with every fault of every file."""
    lexicon, faults = _read(folder, known=None)
    if faults:
        raise PolicyInvalid(tuple(faults))
    return lexicon


def lexicon_faults(folder: Path, *, known: Container[str] | None = None) -> list[Fault]:
    """Everything wrong with the lexicon files in `folder`; `known` are the labels of the taxonomy."""
    return list(_read(folder, known=known)[1])


def _read(folder: Path, *, known: Container[str] | None) -> tuple[Lexicon, list[Fault]]:
    faults: list[Fault] = []
    terms: list[Term] = []
    allowed: frozenset[str] = frozenset()
    digest = hashlib.sha256()
    if not folder.is_dir():
        faults.append(Fault(str(folder), 0, 0, "no such folder", "it holds one YAML file per label"))
    for path in sorted(folder.glob("*.y*ml")):
        content = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + content)
        sheet = Faults(str(path), faults)
        if path.name == ALLOW:
            allowed = frozenset(_phrases(content, sheet))
        else:
            terms.extend(_terms(content, sheet, known))
    return Lexicon(tuple(terms), allowed, digest.hexdigest()[:12]), faults


def _phrases(content: bytes, sheet: Faults) -> Iterator[str]:
    """The keys of the phrases in an allow file."""
    top = mapping(content, sheet, required={"phrases"})
    for entry in entries(top, "phrases", sheet, fields={"term", "note"}):
        key = _key(entry, sheet)
        if key:
            yield key


def _terms(content: bytes, sheet: Faults, known: Container[str] | None) -> Iterator[Term]:
    top = mapping(content, sheet, required={"label", "terms"}, optional={"tier", "note"})
    label = scalar(top, "label", sheet)
    if label and known is not None and label not in known and not label.startswith("custom."):
        sheet.add(top["label"], f"unknown label '{label}'", "a list of your own goes under custom.<name>")
    usual = _tier(scalar(top, "tier", sheet), top.get("tier"), sheet) or Tier.MEDIUM
    seen: dict[str, str] = {}
    for entry in entries(top, "terms", sheet, fields={"term", "tier", "note"}):
        key = _key(entry, sheet)
        tier = _tier(entry.fields.get("tier", ""), entry.node, sheet) or usual
        if key in seen:
            sheet.add(entry.node, f"'{entry.term}' is listed before as '{seen[key]}'", "leave one of them out")
        elif key:
            seen[key] = entry.term
            yield Term(entry.term, key, label, tier)


def _key(entry: Entry, sheet: Faults) -> str:
    """How the term is searched; empty (and a fault) when it cannot be."""
    key = squeezed(fold(entry.term).folded)
    if len(key) < 2:
        sheet.add(entry.node, f"'{entry.term}' is too short", "a term needs at least two letters or characters")
        return ""
    return key


def _tier(word: str, node: yaml.Node | None, sheet: Faults) -> Tier | None:
    if not word:
        return None
    try:
        return Tier(word)
    except ValueError:
        sheet.add(node, f"unknown tier '{word}'", f"choose from {', '.join(Tier)}")
        return None
