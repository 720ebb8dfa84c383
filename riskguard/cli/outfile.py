"""Files that commands write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from riskguard.domain.errors import InvalidInput


@contextmanager
def written(out: Path) -> Iterator[TextIO]:
    """A file that appears whole at the end, so that it may be the input too; a pipe or device is written as it goes."""
    aside = out.with_name(out.name + ".part") if out.is_file() or not out.exists() else out
    try:
        with aside.open("w", encoding="utf-8", newline="\n") as sink:
            yield sink
        if aside != out:
            aside.replace(out)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}", hint="choose another file") from None
