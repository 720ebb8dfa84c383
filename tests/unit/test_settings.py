"""Settings from the environment: read as their kind, held to their bounds, and secrets not shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from riskguard.cli.settings import settings as show
from riskguard.domain.errors import InvalidInput
from riskguard.settings import Settings


def _loaded(name: str, value: str) -> object:
    return getattr(Settings.load({f"RISKGUARD_{name.upper()}": value}), name)


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        pytest.param("batch_posts", " 64 ", 64, id="whole-number"),
        pytest.param("max_wait_s", "2.5", 2.5, id="number"),
        pytest.param("max_wait_s", "0", 0.0, id="the-least"),
        pytest.param("batch_posts", "1000", 1000, id="the-most"),
        pytest.param("redis_prefix", "forum", "forum", id="text"),
        pytest.param("extra_detectors", "a:b, c:d,", ("a:b", "c:d"), id="list"),
        pytest.param("data_dir", "here/data", Path("here/data"), id="path"),
        pytest.param("log_level", "debug", "debug", id="level-in-any-case"),
        pytest.param("batch_posts", "  ", 256, id="blank-is-not-set"),
    ],
)
def test_a_variable_is_read_as_its_kind(name: str, written: str, read: object) -> None:
    assert _loaded(name, written) == read


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        pytest.param("batch_posts", "many", "RISKGUARD_BATCH_POSTS='many' is not a whole number", id="no-number"),
        pytest.param("batch_posts", "1.5", "is not a whole number", id="half-a-post"),
        pytest.param("max_wait_s", "soon", "RISKGUARD_MAX_WAIT_S='soon' is not a number", id="no-time"),
        pytest.param("batch_posts", "0", "RISKGUARD_BATCH_POSTS=0 is not from 1 to 1000", id="empty-batches"),
        pytest.param("batch_posts", "5000", "RISKGUARD_BATCH_POSTS=5000 is not from 1 to 1000", id="huge-batches"),
        pytest.param("rate_posts_per_minute", "0", "is not from 1 to", id="nobody-may-post"),
        pytest.param("max_text_chars", "-1", "RISKGUARD_MAX_TEXT_CHARS=-1 is not from", id="negative"),
        pytest.param("sweep_after_s", "nan", "RISKGUARD_SWEEP_AFTER_S=nan is not from 0.1 to 86400", id="nan"),
        pytest.param("max_wait_s", "inf", "RISKGUARD_MAX_WAIT_S=inf is not from 0 to 300", id="for-ever"),
        pytest.param("webhook_timeout_s", "0", "is not from 0.1", id="no-time-to-answer"),
        pytest.param("trusted_proxies", "99", "is not from 0 to 8", id="proxies"),
        pytest.param("log_level", "foo", "is not one of DEBUG, INFO, WARNING, ERROR", id="level"),
        pytest.param("callback_networks", "10.0.0.0/99", "RISKGUARD_CALLBACK_NETWORKS", id="network"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(name: str, written: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _loaded(name, written)
    assert said in str(refused.value)
    assert f"RISKGUARD_{name.upper()}" in str(refused.value)


def test_what_the_command_line_says_is_held_to_the_same_bounds() -> None:
    with pytest.raises(InvalidInput, match="RISKGUARD_BATCH_POSTS"):
        Settings.load({}, batch_posts=0)


def test_every_default_is_within_its_bounds() -> None:
    assert Settings.load({}) == Settings()


def test_settings_are_listed_without_their_secrets() -> None:
    environ = {
        "RISKGUARD_SECRET_KEY": "hush-" * 8,
        "RISKGUARD_REDIS_URL": "redis://:open-sesame@127.0.0.1:6379/0",
        "RISKGUARD_BATCH_POSTS": "77",
        "RISKGUARD_DATABASE_URL": "",
    }
    listed = CliRunner().invoke(show, env=environ)
    assert listed.exit_code == 0
    lines = {line.split()[0]: line for line in listed.output.splitlines() if line.startswith("RISKGUARD_")}
    assert "(set)" in lines["RISKGUARD_SECRET_KEY"]
    assert "(set)" in lines["RISKGUARD_REDIS_URL"]
    assert "(empty)" in lines["RISKGUARD_DATABASE_URL"]
    assert "77" in lines["RISKGUARD_BATCH_POSTS"]
    assert "hush" not in listed.output
    assert "open-sesame" not in listed.output
