"""The chores of opinion: counting, looking for surges, the figures of the day, forgetting."""

from __future__ import annotations

import logging
import time

from riskguard.bootstrap import House, opinion_rules
from riskguard.services.opinion.counting import BATCH, count_new, forget_opinion
from riskguard.services.opinion.daily import measure_day
from riskguard.services.opinion.watching import Watcher

_log = logging.getLogger(__name__)

COUNTING_S = 2.0
"""So long other chores wait for counting; what is left is counted the next time."""


class OpinionDesk:
    """Each method is one chore. Any number of schedulers may do them."""

    def __init__(self, house: House) -> None:
        self._begin, self._clock = house.begin, house.clock
        self._rules = opinion_rules(house.settings)
        self._watcher = Watcher(begin=house.begin, rules=self._rules, clock=house.clock)
        self._begun = self._measured = False

    def count(self) -> None:
        """Count what was judged since. Once the first posts of this process are all counted the day is measured, so
        that nobody who has just begun looks at empty pages until the next turn."""
        until = time.monotonic() + COUNTING_S
        counted = BATCH
        while counted == BATCH and time.monotonic() <= until:
            counted = count_new(begin=self._begin, rules=self._rules, clock=self._clock)
            self._begun = self._begun or counted > 0
        if counted < BATCH and self._begun and not self._measured and not self._waits():
            self.measure()
            self._measured = True

    def _waits(self) -> bool:
        """Whether a post that was accepted has no verdict yet."""
        with self._begin() as work:
            return bool(work.posts.unjudged(received_before=self._clock(), limit=1))

    def look(self) -> None:
        """Raise what surges, resolve what is over."""
        opened, ended = self._watcher.look()
        for surge in opened:
            _log.warning("surge %s in '%s': %s", surge.id, surge.community, surge.series.kind.value)
        for surge in ended:
            _log.info("surge %s in '%s' is over", surge.id, surge.community)

    def measure(self) -> None:
        """Measure the topics, the sameness and the health of the day."""
        measure_day(begin=self._begin, rules=self._rules, clock=self._clock)

    def forget(self) -> None:
        """Drop what is older than the rules say."""
        dropped = forget_opinion(begin=self._begin, rules=self._rules, clock=self._clock)
        if dropped:
            _log.info("%d rows of old opinion were forgotten", dropped)
