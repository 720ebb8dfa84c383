"""What each process does for itself: it ends with its parent, and tells of errors without telling of posts."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

from riskguard.domain.errors import ModelInvalid, NotReady, PolicyInvalid

PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Called by a child for itself: this signal when the process that started it is gone, however it went (Linux)."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        sys.exit("the parent process is gone")


class DiscreetFormatter(logging.Formatter):
    """Tells where an error came from, and what it says only where that cannot be the words of a post."""

    def formatException(  # noqa: N802 (logging's name)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "".join(_story(ei[1])).rstrip() if ei[1] else ""


def said(error: BaseException) -> str:
    """What an error says, for the log. Of most only their kind is told: they quote what they choked on."""
    return str(error) if isinstance(error, _PLAIN) else type(error).__name__


_PLAIN = (ModelInvalid, NotReady, OSError, PolicyInvalid)
"""Errors that speak of machines and of files that operators wrote."""


def _story(error: BaseException) -> Iterator[str]:
    """The errors that led to this one, then its own places and kind."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _story(before)
        yield "\nwhich led to\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    kind = type(error).__name__
    yield f"{kind}: {said(error)}\n" if isinstance(error, _PLAIN) else f"{kind} (what it says may quote a post)\n"
