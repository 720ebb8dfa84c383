"""A deployer's own list, as it lies on his disk: one term a line or a table, read strictly, told as a lexicon file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from riskguard.detectors.lexicon.files import Lexicon, Tier, load_lexicon
from riskguard.domain.errors import Fault, InvalidInput
from riskguard.text.noise import squeeze
from riskguard.text.view import fold_all

ENCODINGS = ("utf-8-sig", "gb18030")
LONGEST = 50
_COMMENT = "# "
_TABLES = {".csv": ",", ".tsv": "\t"}
_DELIMITERS = ",\t;"
_COLUMNS: Mapping[str, Sequence[str]] = {
    "term": ("term", "word", "keyword", "词", "词条", "词语", "关键词", "敏感词"),
    "tier": ("tier", "level", "级别", "等级", "强度"),
    "note": ("note", "remark", "备注", "说明"),
}
_ORDER = tuple(_COLUMNS)
_TIERS: Mapping[str, Tier] = {
    **dict.fromkeys(("strong", "high", "强", "高"), Tier.STRONG),
    **dict.fromkeys(("medium", "middle", "中"), Tier.MEDIUM),
    **dict.fromkeys(("weak", "low", "弱", "低"), Tier.WEAK),
}
_SHORT = "one character stands in too many honest words; give a word or phrase of two or more"
_HEAD = "# 由 riskguard lexicon import 取自 {source}。可以直接改; 用 --force 再次导入时整个换掉。\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: the term as written, how it is searched, and what the line says of it."""

    line: int
    term: str
    key: str
    tier: Tier | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OwnList:
    """What a file says: entries that differ, those that fold to an earlier one (with it), what cannot be taken."""

    source: str
    encoding: str
    entries: tuple[Entry, ...]
    repeated: tuple[tuple[Entry, Entry], ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file by the names of its columns; more than those have is `beyond`."""

    number: int
    cells: Mapping[str, str]
    beyond: bool = False


def read_own(file: Path) -> OwnList:
    """The list in `file`, in UTF-8 or GB18030. InvalidInput where it is no text or no table at all."""
    text, encoding = _decoded(file)
    lines, ignored = _lines(file, text)
    terms = [line.cells.get("term", "") for line in lines]
    keys = [squeeze(view).folded for view in fold_all(terms)]
    faults: list[Fault] = []
    repeated: list[tuple[Entry, Entry]] = []
    entries: dict[str, Entry] = {}
    for line, term, key in zip(lines, terms, keys, strict=True):
        wrong = [Fault(str(file), line.number, 1, message, hint) for message, hint in _faults(line, term, key)]
        faults += wrong
        note = " ".join(line.cells.get("note", "").split())
        entry = Entry(line.number, term, key, _TIERS.get(line.cells.get("tier", "").casefold()), note)
        if key in entries:
            repeated.append((entry, entries[key]))
        elif not wrong:
            entries[key] = entry
    return OwnList(file.name, encoding, tuple(entries.values()), tuple(repeated), tuple(faults), ignored)


def rendered(own: OwnList, *, label: str, tier: Tier) -> str:
    """The list as a file of `policies/lexicons`; terms without a tier of their own have `tier`."""
    head = _HEAD.format(source=" ".join(own.source.split()))
    items = (f"  - {_flow(_item(entry, tier))}\n" for entry in own.entries)
    return f"{head}label: {label}\ntier: {tier}\nterms:\n{''.join(items)}"


def as_lexicon(text: str) -> Lexicon:
    """What a lexicon file of this text would be. PolicyInvalid if it were refused."""
    with TemporaryDirectory() as folder:
        Path(folder, "own.yaml").write_text(text, encoding="utf-8")
        return load_lexicon(Path(folder))


def _decoded(file: Path) -> tuple[str, str]:
    content = file.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding.removesuffix("-sig").upper()
    raise InvalidInput(f"{file} is no text in UTF-8 or GB18030", hint="save it as UTF-8")


def _lines(file: Path, text: str) -> tuple[list[_Line], tuple[str, ...]]:
    """The lines that say something, and the columns that are not read."""
    first = next((line for line in StringIO(text, newline=None) if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    columns = [_column(cell) for cell in first.split(delimiter)]
    headed = "term" in columns and delimiter in first
    if not headed and file.suffix.lower() not in _TABLES:
        plain = ((number, line.strip()) for number, line in enumerate(StringIO(text, newline=None), start=1))
        # a header without other columns is one all the same
        kept = [_Line(n, {"term": line}) for n, line in plain if line and line != "#" and not line.startswith(_COMMENT)]
        return kept[1:] if kept and _column(kept[0].cells["term"]) == "term" else kept, ()
    if delimiter not in first:
        delimiter = _TABLES.get(file.suffix.lower(), ",")
    return _table(file, text, delimiter)


def _table(file: Path, text: str, delimiter: str) -> tuple[list[_Line], tuple[str, ...]]:
    rows = _rows(file, text, delimiter)
    columns: Sequence[str] = _ORDER
    ignored: tuple[str, ...] = ()
    if rows and set(map(_column, rows[0][1])) & {*_ORDER}:
        named = rows.pop(0)[1]
        columns = [_column(cell) for cell in named]
        ignored = tuple(cell for cell, column in zip(named, columns, strict=True) if column and column not in _ORDER)
        _check_columns(file, columns)
    return [
        _Line(number, dict(zip(columns, cells, strict=False)), any(cells[len(columns) :])) for number, cells in rows
    ], ignored


def _check_columns(file: Path, columns: Sequence[str]) -> None:
    if columns.count("term") != 1:
        raise InvalidInput(
            f"{file}: the first line names {columns.count('term')} columns of terms", hint="term,tier,note"
        )


def _rows(file: Path, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it ends on."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise InvalidInput(f"{file}:{reader.line_num}: no table: {error}", hint="close every quotation mark") from None
    return [(number, cells) for number, cells in rows if any(cells)]


def _column(cell: str) -> str:
    """The column that a heading means; the heading itself where it means none of ours."""
    heading = cell.strip().strip('"').casefold()
    return next((column for column, names in _COLUMNS.items() if heading in names), heading)


def _faults(line: _Line, term: str, key: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a line, each with a hint."""
    if not key:
        yield (f"'{term}' has no letter or digit", "signs and emoji are not searched") if term else ("no term", "")
    elif len(key) < 2:
        yield f"'{term}' is too short", _SHORT
    elif len(key) > LONGEST:
        yield f"'{term[:10]}…' has more than {LONGEST} characters", "a list holds words and phrases, not texts"
    if "\n" in term or "\r" in term:
        yield "the term goes over several lines", "is a quotation mark not closed?"
    if line.beyond:
        yield "more columns than term, tier and note", "put a term with a comma in quotes"
    tier = line.cells.get("tier", "")
    if tier and tier.casefold() not in _TIERS:
        yield f"unknown tier '{tier}'", f"choose from {', '.join(Tier)}"


def _item(entry: Entry, usual: Tier) -> str | dict[str, str]:
    more = {"tier": str(entry.tier) if entry.tier not in (None, usual) else "", "note": entry.note}
    told = {name: said for name, said in more.items() if said}
    return {"term": entry.term, **told} if told else entry.term


def _flow(item: str | dict[str, str]) -> str:
    """An item as YAML on one line, quoted where it must be."""
    whole: str = yaml.safe_dump([item], allow_unicode=True, default_flow_style=True, sort_keys=False, width=2**30)
    return whole.strip()[1:-1]
