"""Lexicon files: strict YAML in, terms out, and every fault at once with its place and a hint."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from yaml.nodes import MappingNode, Node

from riskguard.detectors.lexicon.way import Way
from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.policy.document import Document
from riskguard.text.noise import squeezed
from riskguard.text.view import fold_all

ALLOW = "allow.yaml"
REPORTS = "reports.yaml"
SPELLINGS = "spellings.yaml"
_WIDTHS = range(2, 21)
_LIST = ("label", "tier", "channels", "note", "terms", "pairs")
_SPELLING = ("means", "written", "tier", "note")
_PAIR = ("of", "near", "within", "tier", "note")
_Table = dict[str, tuple[Node, Node]]


class Tier(StrEnum):
    """How much a term says by itself."""

    __hash__ = str.__hash__  # as in `Way`

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Term:
    """A listed word: as written, as it is searched (folded, without noise), and what finding it means.

    `channels` are those that the list names for it; None where it leaves them to length and tier.
    """

    written: str
    key: str
    label: str
    tier: Tier
    channels: frozenset[Way] | None = None


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
class Spelling:
    """An ordinary word by which people write a listed one: 菠菜 for 博彩.

    `key` is how it is searched, `means` the key of the term; `tier` says how seldom it stands for itself.
    """

    written: str
    key: str
    means: str
    tier: Tier


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
    """All terms, pairs, spellings and benign phrases of a folder. `version` is a hash of the files."""

    terms: tuple[Term, ...]
    pairs: tuple[Pair, ...]
    spellings: tuple[Spelling, ...]
    allowed: frozenset[str]
    reports: Reports
    version: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """One listed item: a short text, or a table whose `term` it is; `tier` where it has one of its own.

    `key` is how the term is searched; empty when it cannot be.
    """

    term: str
    key: str
    tier: Tier | None
    channels: frozenset[Way] | None
    node: Node


def load_lexicon(folder: Path) -> Lexicon:
    """The lexicon in `folder`; PolicyInvalid with every fault of every file."""
    lexicon, faults = _read(folder, known=None)
    if faults:
        raise PolicyInvalid(tuple(faults))
    return lexicon


def lexicon_faults(folder: Path, *, known: Container[str] | None = None) -> list[Fault]:
    """Everything wrong with the lexicon files in `folder`; `known` are the labels of the taxonomy."""
    return _read(folder, known=known)[1]


def lexicon_files(folder: Path) -> list[Path]:
    """The files that a lexicon is read from."""
    return sorted(file for file in folder.glob("*.y*ml") if file.suffix in (".yaml", ".yml"))


def _read(folder: Path, *, known: Container[str] | None) -> tuple[Lexicon, list[Fault]]:
    faults: list[Fault] = []
    terms: list[Term] = []
    pairs: list[Pair] = []
    allowed: frozenset[str] = frozenset()
    reports = Reports()
    spellings: list[Spelling] = []
    digest = hashlib.sha256()
    if not folder.is_dir():
        faults.append(Fault(str(folder), 0, 0, "no such folder", "it holds one YAML file per label"))
    for file in lexicon_files(folder):
        sheet = Document(file)
        digest.update(file.name.encode() + b"\0" + sheet.content)
        if file.name == ALLOW:
            top = sheet.table(sheet.root, "allow.yaml", ("phrases",), required=("phrases",))
            allowed = frozenset(_phrases(top, sheet))
        elif file.name == REPORTS:
            top = sheet.table(sheet.root, "reports.yaml", ("labels", "phrases"), required=("labels", "phrases"))
            reports = Reports(frozenset(_phrases(top, sheet)), tuple(_texts(top, "labels", sheet)))
        elif file.name == SPELLINGS:
            spellings.extend(_spellings(sheet))
        else:
            top = sheet.table(sheet.root, "a term list", _LIST, required=("label",))
            usual = _tier(top, sheet) or Tier.MEDIUM
            label = _label(top, sheet, known)
            terms.extend(_terms(top, sheet, label, usual))
            pairs.extend(_pairs(top, sheet, label, usual))
        faults.extend(sorted(sheet.faults, key=lambda fault: (fault.line, fault.column)))
    everything = (tuple(terms), tuple(pairs), tuple(spellings), allowed, reports)
    return Lexicon(*everything, digest.hexdigest()[:12]), faults


def _spellings(sheet: Document) -> Iterator[Spelling]:
    """Those of spellings.yaml; what they mean may be a listed term or none: a model reads it all the same."""
    top = sheet.table(sheet.root, "spellings.yaml", ("spellings",), required=("spellings",))
    for node in sheet.items(_value(top, "spellings"), "'spellings'"):
        block = sheet.table(node, "a spelling", _SPELLING, required=("means", "written"))
        usual = _tier(block, sheet) or Tier.MEDIUM
        (means,) = _keys([_text(block, "means", sheet)])
        for entry in _entries(block, "written", sheet, fields=("term", "tier", "note")):
            if entry.key and means:
                yield Spelling(entry.term, entry.key, means, entry.tier or usual)


def _phrases(top: _Table, sheet: Document) -> Iterator[str]:
    """The keys of the listed phrases."""
    entries = _entries(top, "phrases", sheet, fields=("term", "note"))
    return (entry.key for entry in entries if entry.key)


def _label(top: _Table, sheet: Document, known: Container[str] | None) -> str:
    label = _text(top, "label", sheet)
    if label and known is not None and label not in known and not label.startswith("custom."):
        sheet.fault(top["label"][1], f"unknown label '{label}'", "a list of your own goes under custom.<name>")
    return label


def _terms(top: _Table, sheet: Document, label: str, usual: Tier) -> Iterator[Term]:
    seen: dict[str, str] = {}
    channels = _channels(top, sheet)
    for entry in _entries(top, "terms", sheet, fields=("term", "tier", "channels", "note")):
        if entry.key in seen:
            listed = seen[entry.key]
            sheet.fault(entry.node, f"'{entry.term}' is listed before as '{listed}'", "leave one of them out")
        elif entry.key:
            seen[entry.key] = entry.term
            own = channels if entry.channels is None else entry.channels
            yield Term(entry.term, entry.key, label, entry.tier or usual, own)


def _pairs(top: _Table, sheet: Document, label: str, usual: Tier) -> Iterator[Pair]:
    for node in sheet.items(_value(top, "pairs"), "'pairs'"):
        block = sheet.table(node, "a pair", _PAIR, required=("of", "near", "within"))
        if not {"of", "near", "within"} <= block.keys():
            continue
        tier = _tier(block, sheet) or usual
        near = tuple(sorted({*_keys(_texts(block, "near", sheet))} - {""}))
        within = _width(block["within"][1], sheet)
        for entry in _entries(block, "of", sheet, fields=("term", "note")):
            if entry.key and near and within:
                yield Pair(entry.term, entry.key, label, tier, near, within)


def _width(node: Node, sheet: Document) -> int:
    """How many characters may lie between; 0 (and a fault) when that is not said."""
    value = str(node.value)
    if not value.isascii() or not value.isdigit() or int(value) not in _WIDTHS:
        sheet.fault(node, "'within' must be a whole number from 2 to 20", "it counts characters")
        return 0
    return int(value)


def _keys(written: Sequence[str]) -> list[str]:
    """How words are searched."""
    return [squeezed(view.folded) for view in fold_all(written)]


def _entries(top: _Table, key: str, sheet: Document, *, fields: tuple[str, ...]) -> Iterator[_Entry]:
    """The items listed under `key`, as far as they are sound; what is too short to be searched is a fault."""
    items = [(node, *_item(node, sheet, fields)) for node in sheet.items(_value(top, key), f"'{key}'")]
    sound = [each for each in items if each[1]]
    for (node, term, tier, channels), folded in zip(sound, _keys([each[1] for each in sound]), strict=True):
        if len(folded) < 2:
            sheet.fault(node, f"'{term}' is too short", "a term needs at least two letters or characters")
        yield _Entry(term, folded if len(folded) > 1 else "", tier, channels, node)


def _item(node: Node, sheet: Document, fields: tuple[str, ...]) -> tuple[str, Tier | None, frozenset[Way] | None]:
    """A listed term, empty (and a fault) where there is none, its own tier, and its own channels."""
    if not isinstance(node, MappingNode):
        return sheet.text(node, "a term") or "", None, None
    told = sheet.table(node, "a term", fields, required=("term",))
    term, tier = _text(told, "term", sheet), _tier(told, sheet)
    _text(told, "note", sheet)
    return term, tier, _channels(told, sheet)


def _tier(table: _Table, sheet: Document) -> Tier | None:
    node = _value(table, "tier")
    word = sheet.choice(node, "tier", list(Tier)) if node is not None else None
    return Tier(word) if word else None


def _channels(table: _Table, sheet: Document) -> frozenset[Way] | None:
    """The channels that are named, none at all for an empty list; None where nothing is said."""
    node = _value(table, "channels")
    if node is None:
        return None
    named = [sheet.choice(each, "channel", list(Way)) for each in sheet.items(node, "'channels'")]
    return frozenset(Way(each) for each in named if each)


def _texts(table: _Table, key: str, sheet: Document) -> list[str]:
    return sheet.texts(_value(table, key), f"'{key}'")


def _text(table: _Table, key: str, sheet: Document) -> str:
    """The text under `key`; empty when it is missing or (a fault) not text."""
    node = _value(table, key)
    return (sheet.text(node, f"'{key}'") or "").strip() if node is not None else ""


def _value(table: _Table, key: str) -> Node | None:
    return table[key][1] if key in table else None
