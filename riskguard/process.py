"""What each process does for itself: it ends with its parent, and tells of errors without telling of posts."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType

from riskguard.domain.errors import ModelInvalid, NotReady, PolicyInvalid

PR_SET_PDEATHSIG = 1
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
_GIVEN_BACK = 1 << 16
"""Bytes: pieces of memory from this size on are mapped by themselves, and go back to the machine once freed."""


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Called by a child for itself: this signal when the process that started it is gone, however it went (Linux)."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        sys.exit("the parent process is gone")


def give_memory_back_at_once() -> None:
    """From now on large pieces of memory leave the heap when they are freed (glibc). By itself it keeps ever larger
    ones: 20 MB of a worker, whose batches are of ever other shapes."""
    with suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        for parameter in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            libc.mallopt(parameter, _GIVEN_BACK)


def end_when_told(farewell: Callable[[], None]) -> None:
    """From now on SIGTERM and SIGINT end this process with status 0, after the farewell, in the middle of whatever it
    does. For the main thread of a process whose work may be dropped anywhere.

    A thread of its own waits for the signal, because Python hears of one only between two of its instructions: a
    database that waits for a lock would keep the process as long as that.
    """
    heard, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.set_wakeup_fd(tells)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: None)  # whatever it does: without one nothing is written to the pipe

    def end() -> None:
        os.read(heard, 1)
        farewell()
        os._exit(0)

    threading.Thread(target=end, name="end when told", daemon=True).start()


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
