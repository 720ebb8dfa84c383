"""Which database URLs are understood, and how they are shown."""

from __future__ import annotations

import pytest

from riskguard.store.address import parsed_url, shown


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://me@db/x", "postgresql+psycopg"),
        ("postgresql://me@db/x", "postgresql+psycopg"),
        ("postgresql+psycopg2://me@db/x", "postgresql+psycopg"),
        ("sqlite:///data/riskguard.db", "sqlite+pysqlite"),
    ],
)
def test_the_driver_is_ours(url: str, driver: str) -> None:
    assert parsed_url(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://me:open-sesame@db:6432/x", "the PostgreSQL database 'x' at db:6432"),
        ("postgres:///x", "the PostgreSQL database 'x' at the local socket:5432"),
        ("sqlite:////srv/riskguard.db", "the SQLite file /srv/riskguard.db"),
    ],
)
def test_it_is_shown_without_password(url: str, words: str) -> None:
    assert shown(parsed_url(url)) == words
