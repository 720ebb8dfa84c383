"""What must happen every few seconds, whoever works: a loop of its own that needs no worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from riskguard.bootstrap import House, build_house, log_to_stderr, retentions
from riskguard.domain.audit import SYSTEM, AuditFilter
from riskguard.process import end_when_told, said
from riskguard.services.inforce import PolicyWatch
from riskguard.services.notices import forget_alerts, tell
from riskguard.services.recovery import forget_answers, forget_events, sweep
from riskguard.services.retention import purge
from riskguard.settings import Settings
from riskguard.worker.opinion import OpinionDesk

_log = logging.getLogger(__name__)

SWEEP_POSTS = 10_000
PURGE_TURNS = 100
ANSWERS_KEPT = timedelta(hours=24)
EVENTS_KEPT = timedelta(days=30)


@dataclass(slots=True)
class Chore:
    """Something to do every `every_s` seconds; at once when the scheduler starts."""

    name: str
    every_s: float
    do: Callable[[], None]
    due_at: float = 0.0
    failing: bool = False

    def run(self, now: float) -> None:
        """Do it; a failure is said once, and so is the end of it. Next time `every_s` from `now`."""
        self.due_at = now + self.every_s
        try:
            self.do()
        except Exception as error:
            if not self.failing:
                _log.error("%s fails, and is tried every %g s: %s", self.name, self.every_s, said(error))
            self.failing = True
        else:
            if self.failing:
                _log.info("%s works again", self.name)
            self.failing = False


def run_scheduler(settings: Settings) -> None:
    """See to the chores until SIGTERM or SIGINT. Any number of schedulers may run: their work is harmless when doubled.

    Every chore may be dropped in the middle, since it is done again. NotReady when the store or Redis cannot be reached
    at the start; later it waits for them.
    """
    log_to_stderr(settings.log_level)
    chores = chores_of(build_house(settings))
    end_when_told(lambda: _log.info("scheduler has left"))
    _log.info("scheduler is ready: %s", ", ".join(chore.name for chore in chores))
    while True:
        time.sleep(run_due(chores, time.monotonic()))


def run_due(chores: Sequence[Chore], now: float) -> float:
    """Do all that is due; seconds until the next one is."""
    for chore in chores:
        if chore.due_at <= now:
            chore.run(now)
    return max(0.0, min(chore.due_at for chore in chores) - time.monotonic())


def chores_of(house: House) -> list[Chore]:
    """What a service needs done."""
    watch = PolicyWatch(house.begin, house.policies, house.clock)
    opinion = OpinionDesk(house)
    return [
        Chore("calling workers", 1.0, house.line.wake),
        Chore("calling for events that are due", 1.0, lambda: _ring_if_due(house)),
        Chore("taking back what was not finished", 5.0, lambda: _release(house)),
        Chore("sweeping up posts without a verdict", 5.0, lambda: _sweep(house)),
        Chore("counting what was judged", 5.0, opinion.count),
        Chore("looking for surges", 60.0, opinion.look),
        Chore("measuring the day", 300.0, opinion.measure),
        Chore("forgetting old opinion", 3600.0, opinion.forget),
        Chore("telling of alerts", 2.0, lambda: _tell(house)),
        Chore("forgetting old alerts", 3600.0, lambda: _forget_alerts(house)),
        Chore("forgetting old answers", 3600.0, lambda: _forget(house)),
        Chore("forgetting events that arrived long ago", 3600.0, lambda: _forget_events(house)),
        Chore("noting policies that were taken into force", 5.0, watch.look),
        Chore("purging posts whose time is over", 600.0, lambda: _purge(house)),
        Chore("telling the head of the audit log", 3600.0, lambda: _tell_head(house)),
    ]


def _ring_if_due(house: House) -> None:
    with house.begin() as work:
        due = work.outbox.due(house.clock())
    if due:
        house.bell.ring()


def _tell(house: House) -> None:
    told = tell(
        begin=house.begin,
        plan=house.alerts.now(),
        clock=house.clock,
        bell=house.bell,
        console_url=house.console_url,
    )
    if told:
        _log.info("%d notices of alerts are on their way", told)


def _forget_alerts(house: House) -> None:
    dropped = forget_alerts(begin=house.begin, clock=house.clock, after=house.alerts.now().keep)
    if dropped:
        _log.info("%d alerts that were over long ago were forgotten", dropped)


def _release(house: House) -> None:
    back = house.line.release_expired()
    if back:
        _log.warning("%d posts were not finished in time and are in line again", back)


def _sweep(house: House) -> None:
    back = sweep(
        begin=house.begin,
        line=house.line,
        clock=house.clock,
        after_s=house.settings.sweep_after_s,
        limit=SWEEP_POSTS,
    )
    if back:
        _log.warning("%d accepted posts had fallen out of line and are in it again", back)


def _purge(house: House) -> None:
    """Hundreds of posts a turn, so that nobody waits long; where it stops it goes on the next time."""
    done = purge(retentions(house.settings), actor=SYSTEM, begin=house.begin, clock=house.clock, turns=PURGE_TURNS)
    for community, purged in done.items():
        _log.info("%d posts of '%s' were past their time and have lost their words", purged.posts, community)


def _forget(house: House) -> None:
    dropped = forget_answers(begin=house.begin, clock=house.clock, after=ANSWERS_KEPT)
    if dropped:
        _log.info("%d answers older than a day were forgotten", dropped)


def _forget_events(house: House) -> None:
    dropped = forget_events(begin=house.begin, clock=house.clock, after=EVENTS_KEPT)
    if dropped:
        _log.info("%d events that arrived more than %d days ago were forgotten", dropped, EVENTS_KEPT.days)


def _tell_head(house: House) -> None:
    """In the log of the service, which lies elsewhere: who cuts the audit log short does not reach it."""
    with house.begin() as work:
        newest = work.audit.find(AuditFilter(), limit=1)
    for record in newest:
        _log.info("the audit log has %d rows; head: %s", record.sequence, record.hash)
