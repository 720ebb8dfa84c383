"""Engines are tried in a child of the process that will serve, while that one reads its lists.

What libraries take for engines that are not chosen, some 50 MB, ends with the child.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from riskguard.detectors.encoder.model import SERVING, load_encoder
from riskguard.detectors.encoder.remembered import kept_file

Waited = Callable[[], None]
"""Returns when what was begun has ended."""


def chosen_aside(folder: Path, *, linear: Path, restorer: Path, memory: Path) -> Waited:
    """Begin to choose an engine for the model in `folder` if the folder `memory` keeps no choice; see load_encoder.

    What goes wrong there is found again by whoever loads the model after the wait.
    """
    try:
        known = kept_file(memory, folder / SERVING).is_file()
    except OSError:
        return _nothing
    work = partial(load_encoder, folder, linear=linear, restorer=restorer, memory=memory)
    return _nothing if known else begun(work)


def begun(work: Callable[[], object]) -> Waited:
    """Begin the work in a copy of this process. Nothing is begun where there is no fork, or beside other threads, whose
    locks a copy would find taken for ever."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return _nothing
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return partial(_ended, child)
    with suppress(BaseException):
        work()
    os._exit(0)


def _ended(child: int) -> None:
    os.waitpid(child, 0)


def _nothing() -> None:
    """Nothing was begun."""
