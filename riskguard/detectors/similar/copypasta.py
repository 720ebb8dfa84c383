"""Words that many innocent people say alike, such as greetings, lottery reposts, notices: taken out of a post first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import ahocorasick_rs
from yaml.nodes import Node, SequenceNode

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.policy.document import Document
from riskguard.policy.watch import Watched
from riskguard.text.noise import squeezed
from riskguard.text.view import fold_all

FILE = "copypasta.yaml"
GAP = "…"
_GAPS = re.compile(f"{GAP}+")
"""Chinese keyboards write it twice."""

_DOTS = re.compile(r"[.。．]{2,}")
"""What people write who mean a gap: signs are not compared, so the words around it would have to touch."""

LONGEST_GAP = 20
MOST_GAPS = 4
FEWEST_LEFT = 4
"""What is left when something was taken out must have so many characters to be compared."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that is taken out: its literal parts, in order, as they stand in folded text without signs."""

    parts: tuple[str, ...]


class Copypasta:
    """The phrases of one file. `version` is a hash of it; without phrases nothing is taken out."""

    def __init__(self, phrases: Iterable[Phrase] = (), *, version: str = "none") -> None:
        self.version = version
        known = sorted(set(phrases), key=lambda phrase: (-sum(map(len, phrase.parts)), phrase.parts))
        self._openings = ahocorasick_rs.AhoCorasick(sorted({phrase.parts[0] for phrase in known})) if known else None
        self._any = re.compile("|".join(map(_pattern, known)), re.DOTALL)

    def taken_out_of(self, residue: str) -> str:
        """What is left of a residue; '' when that is next to nothing."""
        if self._openings is None or not self._openings.find_matches_as_indexes(residue):
            return residue
        left = self._any.sub("", residue)
        return residue if left == residue else left if len(left) >= FEWEST_LEFT else ""


class WatchedCopypasta:
    """The phrases of a folder as they were at the last `refresh`; a faulty edit leaves the last good ones.

    A folder without the file has none. PolicyInvalid when the file is faulty to begin with.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / FILE
        self._kept = Watched(
            "copypasta", lambda: load_copypasta(file), files=lambda _: (file,), version=lambda kept: kept.version
        )
        self.now = self._kept.value

    def refresh(self) -> None:
        """Look at the file, at most once a second, and take changed phrases over as a whole."""
        self.now = self._kept.now()


def load_copypasta(file: Path) -> Copypasta:
    """The phrases of a file, none where there is no such file; PolicyInvalid with every fault."""
    if not file.is_file():
        return Copypasta()
    sheet = Document(file)
    phrases = list(_phrases(sheet))
    if sheet.faults:
        raise PolicyInvalid(tuple(sheet.faults))
    return Copypasta(phrases, version=hashlib.sha256(sheet.content).hexdigest()[:12])


def copypasta_faults(file: Path) -> list[Fault]:
    """Everything wrong with a file; nothing where there is none."""
    try:
        load_copypasta(file)
    except PolicyInvalid as invalid:
        return list(invalid.faults)
    return []


def _phrases(sheet: Document) -> Iterator[Phrase]:
    top = sheet.table(sheet.root, FILE, ("groups",), required=("groups",))
    groups: dict[str, int] = {}
    seen: dict[tuple[str, ...], Node] = {}
    for node in sheet.items(top["groups"][1] if "groups" in top else None, "'groups'"):
        group = sheet.table(node, "a group", ("id", "note", "phrases"), required=("id", "phrases"))
        _name(group, groups, sheet)
        entries = sheet.items(group["phrases"][1] if "phrases" in group else None, "'phrases'")
        if "phrases" in group and not entries and isinstance(group["phrases"][1], SequenceNode):
            sheet.fault(group["phrases"][1], "'phrases' is empty", "list at least one phrase, or leave the group out")
        for entry in entries:
            phrase = _phrase(entry, sheet)
            if phrase is None:
                continue
            first = seen.setdefault(phrase.parts, entry)
            if first is not entry:
                message = f"'{entry.value}' is listed before as '{first.value}'"
                sheet.fault(entry, message, f"the first is on line {sheet.place(first).line}; leave one of them out")
            yield phrase


def _name(group: Mapping[str, tuple[Node, Node]], known: dict[str, int], sheet: Document) -> None:
    """Look at the id of a group, which no other may have, and at its note."""
    if "note" in group:
        sheet.text(group["note"][1], "'note'")
    node = group["id"][1] if "id" in group else None
    name = sheet.text(node, "'id'") if node is not None else None
    if node is None or name is None:
        return
    line = sheet.place(node).line
    first = known.setdefault(name, line)
    if first != line:
        sheet.fault(node, f"group '{name}' stands twice", f"the first is on line {first}; join them, or rename one")


def _phrase(node: Node, sheet: Document) -> Phrase | None:
    written = sheet.text(node, "a phrase")
    if written is None:
        return None
    parts = tuple(squeezed(view.folded) for view in fold_all(_GAPS.split(written)))
    if mistaken := _DOTS.search(written):
        sheet.fault(node, f"'{mistaken.group()}' in '{written}' is no gap", f"write '{GAP}'")
    elif len(parts) - 1 > MOST_GAPS:
        sheet.fault(node, f"'{written}' has more than {MOST_GAPS} gaps", "a phrase that may be anything hides too much")
    elif len(parts) > 1 and not all(parts):
        sheet.fault(node, f"'{written}' begins or ends with a gap", f"words stand before, after and between '{GAP}'")
    elif len(parts) == 1 and not parts[0]:
        sheet.fault(node, f"'{written}' holds no words", "signs, spaces and emoji do not count; write some words")
    elif sum(map(len, parts)) < len(parts) + 1:
        sheet.fault(node, f"'{written}' is too short", "what is so short stands in many posts; add words around it")
    else:
        return Phrase(parts)
    return None


def _pattern(phrase: Phrase) -> str:
    parts = [re.escape(part) for part in phrase.parts]
    gaps = "".join(f".{{0,{LONGEST_GAP}}}?{part}" for _, part in pairwise(parts))
    return parts[0] + gaps
