"""Regular expressions that are compiled when they are first asked: to compile them all took a fifth of each start."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cached_property


class LatePattern:
    """What re.compile gives, later: for an expression behind a gate that most posts do not pass."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def now(self) -> re.Pattern[str]:
        """Compiled, once."""
        return re.compile(self.pattern)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As the compiled one."""
        return self.now.match(text, start, end)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As the compiled one."""
        return self.now.search(text, start, end)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As the compiled one."""
        return self.now.finditer(text, start, end)
