"""Files that people edit while the service runs: what they say now, and the last good saying after a bad edit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from riskguard.domain.errors import PolicyInvalid

LOOK_EVERY_S = 1.0

_log = logging.getLogger(__name__)

T = TypeVar("T")
_Signature = dict[Path, tuple[int, int, int]]


class Watched(Generic[T]):
    """A value read from files, read again when one of them changes, appears or goes.

    Looks at times and sizes at most once a second, whoever asks. A new value is made aside and put in place whole; an
    edit that cannot be read is told once, a line per fault, and the last good value stays. Safe to share between
    threads. `read` raises PolicyInvalid; the constructor passes that on.
    """

    def __init__(
        self,
        what: str,
        read: Callable[[], T],
        *,
        files: Callable[[T | None], Iterable[Path]],
        version: Callable[[T], str],
    ) -> None:
        self._what, self._read, self._files, self._version = what, read, files, version
        self._refused: tuple[Path, ...] = ()
        self._signature = _signature(files(None))
        self._value = read()
        self._looked_at = time.monotonic()
        self._looking = threading.Lock()

    @property
    def value(self) -> T:
        """The value in force, without a look at the files."""
        return self._value

    def now(self) -> T:
        """The value in force after a look at the files, if one is due. Never raises."""
        if time.monotonic() - self._looked_at >= LOOK_EVERY_S and self._looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked_at = time.monotonic()
                self._looking.release()
        return self._value

    def _look(self) -> None:
        try:
            signature = _signature([*self._files(self._value), *self._refused])
            if signature != self._signature:
                self._signature = signature
                self._value = self._read_again()
        except Exception as error:
            _log.error("%s, version %s stays in force", self._unread(error), self._version(self._value))

    def _read_again(self) -> T:
        kept = self._version(self._value)
        try:
            fresh = self._read()
        except PolicyInvalid as error:
            self._refused = tuple({Path(fault.file) for fault in error.faults})
            for fault in error.faults:
                _log.error("%s edit refused, version %s stays in force: %s", self._what, kept, fault)
            return self._value
        self._refused = ()
        _log.info("%s read again: version %s", self._what, self._version(fresh))
        return fresh

    def _unread(self, error: Exception) -> str:
        return f"{self._what} files cannot be read ({type(error).__name__})"


def _signature(files: Iterable[Path]) -> _Signature:
    """Times and size of every file; one that vanishes while we look is left out."""
    found: _Signature = {}
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file] = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)
    return found
