"""Lexicon files: strict YAML in, terms out, and every fault at once with its place and a hint."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from riskguard.detectors.lexicon.nodes import Entry, Faults, blocks, entries, mapping, scalar, words
from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.text.noise import squeezed
from riskguard.text.view import fold

ALLOW = "allow.yaml"
REPORTS = "reports.yaml"
_WIDTHS = range(2, 21)


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
class Pair:
    """A word that means something beside another: `key` with one of `near` within `within` characters of it.

    One sentence holds both; either may come first. '出' near '冰毒' is an offer, each by itself is not.
    """

    written: str
    key: str
    label: str
    tier: Tier
    near: tuple[str, ...]
    within: int


@dataclass(frozen=True, slots=True)
class Reports:
    """Phrases of those who report or warn ('警方', '谨防'), and the labels that they make less likely."""

    phrases: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()

    def speak_of(self, label: str) -> bool:
        """Whether `label` or a parent of it is listed."""
        return any(label == each or label.startswith(f"{each}.") for each in self.labels)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All terms, pairs and benign phrases of a folder. `version` is a hash of the files."""

    terms: tuple[Term, ...]
    pairs: tuple[Pair, ...]
    allowed: frozenset[str]
    reports: Reports
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
    pairs: list[Pair] = []
    allowed: frozenset[str] = frozenset()
    reports = Reports()
    digest = hashlib.sha256()
    if not folder.is_dir():
        faults.append(Fault(str(folder), 0, 0, "no such folder", "it holds one YAML file per label"))
    for path in sorted(folder.glob("*.y*ml")):
        content = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + content)
        sheet = Faults(str(path), faults)
        if path.name == ALLOW:
            allowed = frozenset(_phrases(mapping(content, sheet, required={"phrases"}), sheet))
        elif path.name == REPORTS:
            top = mapping(content, sheet, required={"labels", "phrases"})
            reports = Reports(frozenset(_phrases(top, sheet)), tuple(words(top, "labels", sheet)))
        else:
            top = mapping(content, sheet, required={"label"}, optional={"tier", "note", "terms", "pairs"})
            usual = _tier(scalar(top, "tier", sheet), top.get("tier"), sheet) or Tier.MEDIUM
            label = _label(top, sheet, known)
            terms.extend(_terms(top, sheet, label, usual))
            pairs.extend(_pairs(top, sheet, label, usual))
    return Lexicon(tuple(terms), tuple(pairs), allowed, reports, digest.hexdigest()[:12]), faults


def _phrases(top: Mapping[str, yaml.Node], sheet: Faults) -> Iterator[str]:
    """The keys of the listed phrases."""
    for entry in entries(top, "phrases", sheet, fields={"term", "note"}):
        key = _key(entry, sheet)
        if key:
            yield key


def _label(top: Mapping[str, yaml.Node], sheet: Faults, known: Container[str] | None) -> str:
    label = scalar(top, "label", sheet)
    if label and known is not None and label not in known and not label.startswith("custom."):
        sheet.add(top["label"], f"unknown label '{label}'", "a list of your own goes under custom.<name>")
    return label


def _terms(top: Mapping[str, yaml.Node], sheet: Faults, label: str, usual: Tier) -> Iterator[Term]:
    seen: dict[str, str] = {}
    for entry in entries(top, "terms", sheet, fields={"term", "tier", "note"}):
        key = _key(entry, sheet)
        tier = _tier(entry.fields.get("tier", ""), entry.node, sheet) or usual
        if key in seen:
            sheet.add(entry.node, f"'{entry.term}' is listed before as '{seen[key]}'", "leave one of them out")
        elif key:
            seen[key] = entry.term
            yield Term(entry.term, key, label, tier)


def _pairs(top: Mapping[str, yaml.Node], sheet: Faults, label: str, usual: Tier) -> Iterator[Pair]:
    fields = {"of", "near", "within", "tier", "note"}
    for block, node in blocks(top, "pairs", sheet, required={"of", "near", "within"}, known=fields):
        tier = _tier(scalar(block, "tier", sheet), node, sheet) or usual
        near = tuple(sorted({squeezed(fold(word).folded) for word in words(block, "near", sheet)} - {""}))
        within = _width(block["within"], sheet)
        for entry in entries(block, "of", sheet, fields={"term", "note"}):
            key = _key(entry, sheet)
            if key and near and within:
                yield Pair(entry.term, key, label, tier, near, within)


def _width(node: yaml.Node, sheet: Faults) -> int:
    """How many characters may lie between; 0 (and a fault) when that is not said."""
    value = str(node.value)
    if not value.isascii() or not value.isdigit() or int(value) not in _WIDTHS:
        sheet.add(node, "'within' must be a whole number from 2 to 20", "it counts characters")
        return 0
    return int(value)


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
