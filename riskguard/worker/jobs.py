"""What RQ calls, by name. The wired parts are installed once, before work starts: nothing is built per job."""

from __future__ import annotations

import faulthandler
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from riskguard.bootstrap import House
from riskguard.domain.errors import NotReady
from riskguard.services.dispatch import dispatch
from riskguard.services.moderate import Guard, moderate
from riskguard.services.ports import Panel, Sender

_log = logging.getLogger(__name__)

THINKING_SHARE = 0.8
"""Part of a lease after which a worker that is still thinking is taken for stuck; before anyone else may take over."""

PAUSE_S = 1.0


@contextmanager
def end_when_stuck(lease_s: float) -> Iterator[None]:
    """End this process, with a trace on stderr, when the block takes too long. Watched by a thread that needs no GIL,
    so it works while a C extension hangs; the batch then comes back halved."""
    faulthandler.dump_traceback_later(lease_s * THINKING_SHARE, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a worker works: the wired parts and the name it claims by. Parts that no duty of its needs are None."""

    name: str
    house: House
    panel: Panel | None
    sender: Sender | None
    guard: Guard = end_when_stuck


_bench: Bench | None = None


def install(bench: Bench | None) -> None:
    """What the jobs of this process work with from now on; None: nothing."""
    global _bench  # noqa: PLW0603 (RQ calls plain functions; this is the one place they find their parts)
    _bench = bench


def drain() -> None:
    """Judge one batch of waiting posts."""
    bench = _installed()
    assert bench.panel is not None
    line, house = bench.house.line, bench.house
    batch = line.claim(bench.name, limit=house.settings.batch_posts)
    if batch is None:
        return
    try:
        moderate(
            batch,
            begin=house.begin,
            panel=bench.panel,
            policies=house.policies,
            taxonomy=house.taxonomy,
            clock=house.clock,
            bell=house.bell,
            keys=house.keys,
            naming=house.alerts.now().naming,
            guard=bench.guard,
            renew=line.renew,
        )
    except NotReady as error:
        _log.error("%s; %d posts go back in line", error, len(batch.post_ids))
        line.give_back(batch)
        time.sleep(PAUSE_S)
        line.wake()
    except Exception:
        _log.exception("a batch of %d posts failed; it comes back halved when its lease is over", len(batch.post_ids))
    else:
        line.finish(batch)


def deliver() -> None:
    """Send events that are due; while there are any, another worker is called."""
    bench = _installed()
    assert bench.sender is not None
    house = bench.house
    house.bell.heard()
    try:
        taken = dispatch(begin=house.begin, sender=bench.sender, clock=house.clock)
    except NotReady as error:
        _log.error("%s; events are sent later", error)
        time.sleep(PAUSE_S)
        return
    if taken:
        house.bell.ring()


def _installed() -> Bench:
    if _bench is None:
        raise NotReady("this worker was not set up", hint="start it with 'riskguard worker', not with 'rq worker'")
    return _bench
