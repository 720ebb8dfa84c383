"""How long a piece of work takes, on a machine however busy."""

from __future__ import annotations

import time
from collections.abc import Callable

_ROUNDS = 3


def best_us(work: Callable[[], object], posts: int) -> float:
    """Microseconds of processor time a post in the best of three rounds; one before them makes what is made late."""
    spent = []
    for _ in range(_ROUNDS + 1):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent[1:]) / posts * 1e6
