"""How often one may try, and how many at once."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from limits.storage import MemoryStorage

from riskguard.bootstrap import open_counter
from riskguard.console.doorkeeper import AT_ONCE, ATTEMPTS, STRAYS, Doorkeeper
from riskguard.domain.errors import NotAuthenticated, TooManyRequests
from riskguard.settings import Settings


def fail(keeper: Doorkeeper, name: str, address: str) -> bool:
    """One wrong password; whether it was let in to be wrong."""
    try:
        with keeper.attempt(name, address):
            raise NotAuthenticated("wrong")
    except NotAuthenticated:
        return True
    except TooManyRequests:
        return False


def test_all_addresses_of_one_ipv6_network_count_as_one() -> None:
    keeper = Doorkeeper(MemoryStorage())
    assert all(fail(keeper, f"n{number}", f"2001:db8::{number:x}") for number in range(STRAYS.amount))
    assert not fail(keeper, "lin", "2001:db8::ffff")
    assert fail(keeper, "lin", "2001:db8:0:1::1")


def test_who_gets_in_is_not_counted() -> None:
    keeper = Doorkeeper(MemoryStorage())
    for _ in range(3 * STRAYS.amount):
        with keeper.attempt("lin", "203.0.113.7"):
            pass


def test_only_so_many_are_worked_on_at_once() -> None:
    keeper = Doorkeeper(MemoryStorage())
    with ExitStack() as under_way:
        for number in range(AT_ONCE):
            under_way.enter_context(keeper.attempt(f"n{number}", "203.0.113.7"))
        with pytest.raises(TooManyRequests, match="请稍等几秒") as refused, keeper.attempt("lin", "203.0.113.8"):
            pass
        assert refused.value.retry_after_s < 10
    with keeper.attempt("lin", "203.0.113.8"):
        pass


def test_without_its_redis_it_counts_by_itself() -> None:
    keeper = Doorkeeper(open_counter(Settings(redis_url="redis://127.0.0.1:1"), "sign-in"))
    assert [fail(keeper, "lin", "203.0.113.7") for _ in range(ATTEMPTS.amount + 1)] == [True] * ATTEMPTS.amount + [
        False
    ]
