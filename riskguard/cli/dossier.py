"""A dossier as a file: JSON lines, or a ZIP with the same lines and a page that people can read."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from jinja2 import Environment, PackageLoader

from riskguard.services.dossier import Record

LINES = "data.jsonl"
PAGE = "index.html"

_PAGES = Environment(loader=PackageLoader("riskguard.cli"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def write_dossier(file: Path, records: Iterable[Record]) -> int:
    """Write the records, for the eyes of the file's owner only; how many there were."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        return _zipped(out, records) if file.suffix.lower() == ".zip" else _lines(out, records)


def _lines(out: IO[bytes], records: Iterable[Record]) -> int:
    count = 0
    for record in records:
        out.write((json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace"))
        count += 1
    return count


def _zipped(out: IO[bytes], records: Iterable[Record]) -> int:
    """The lines go first, since the page is made from them: a dossier may be larger than memory."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, TemporaryFile() as kept:
        count = _lines(kept, records)
        kept.seek(0)
        with archive.open(LINES, "w") as copy:
            for block in iter(lambda: kept.read(1 << 16), b""):
                copy.write(block)
        with archive.open(PAGE, "w") as raw, TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace") as page:
            page.writelines(_PAGES.get_template("dossier.html").generate(records=_read(kept), count=count))
    return count


def _read(kept: IO[bytes]) -> Iterator[Record]:
    kept.seek(0)
    for line in kept:
        yield json.loads(line)
