"""Being told to leave at an awkward moment."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from riskguard.worker.main import _Departure


class Worker:
    """Remembers that it was asked to leave."""

    def __init__(self) -> None:
        self.left = False

    def leave(self) -> None:
        self.left = True


@pytest.fixture
def departure() -> Iterator[_Departure]:
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(each) for each in signals]
    yield _Departure()
    for each, handler in zip(signals, before, strict=True):
        signal.signal(each, handler)


def test_a_signal_while_the_worker_is_being_made_is_not_lost(departure: _Departure) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    assert not departure.admits(Worker())


def test_a_signal_reaches_the_worker_that_was_admitted(departure: _Departure) -> None:
    worker = Worker()
    assert departure.admits(worker)
    os.kill(os.getpid(), signal.SIGTERM)
    assert worker.left
