"""Passwords at rest."""

from __future__ import annotations

import pytest

from riskguard.services.password import NOBODY, hashed, matches, one_time_password


def test_a_password_matches_its_own_hash_only() -> None:
    kept = hashed("正确的马电池订书钉")
    assert "马" not in kept
    assert matches("正确的马电池订书钉", kept)
    assert not matches("正确的马电池订书针", kept)


def test_the_same_password_is_never_hashed_twice_the_same() -> None:
    assert hashed("x") != hashed("x")


@pytest.mark.parametrize("kept", ["", "plain", "scrypt$1$2", "bcrypt$16384$8$5$AAAA$AAAA", NOBODY])
def test_nothing_matches_what_is_no_password(kept: str) -> None:
    assert not matches("", kept)


def test_nobody_costs_as_much_as_anybody() -> None:
    assert NOBODY.split("$")[:4] == hashed("x").split("$")[:4]


def test_first_passwords_are_long_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(each) for each in made} == {23}
