"""An extra detector for tests: some texts end the process that reads them, some take their time."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

DEADLY = "这段文字会杀死读它的进程"
SLOW = "这段文字读起来很慢"


class Killer:
    """Ends its process on DEADLY, sleeps a quarter of a second on a batch with SLOW in it, finds nothing."""

    name = "killer"
    version = "1"
    labels: frozenset[str] = frozenset()
    absences: tuple[Abstention, ...] = ()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> Sequence[Sequence[Finding]]:
        if any(DEADLY in view.raw for view in views):
            os._exit(9)
        if any(SLOW in view.raw for view in views):
            time.sleep(0.25)
        return [() for _ in posts]
