"""Files and pipes of lines that commands read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from riskguard.domain.errors import InvalidInput, NotFound

BATCH_LINES = 256
SOME_LINES_INVALID = 3
"""The exit code when a line was not valid."""


def opened(file: Path) -> BinaryIO:
    """The bytes of a file; NotFound or InvalidInput where it cannot be read."""
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}") from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None


def utf8_stdout() -> TextIO:
    """Standard output in UTF-8, whatever the locale says."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    return sys.stdout


def count_lines(file: Path) -> int:
    """How many lines a file has; at least one."""
    with opened(file) as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(2**20), b"")) or 1


def batches(lines: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    """The lines with their numbers, some at a time."""
    numbered = enumerate(lines, start=1)
    while batch := list(islice(numbered, BATCH_LINES)):
        yield batch
