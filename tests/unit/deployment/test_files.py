"""compose.yaml, the Dockerfile and the settings page speak of commands and variables that exist."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import click
import pytest
import yaml

from riskguard.cli.main import VERBS, cli
from riskguard.cli.reveal import FROM_HERE
from riskguard.settings import Settings, variable

ROOT = Path(__file__).parents[3]
VARIABLES = {variable(each) for each in fields(Settings)}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "riskguard"}


def test_compose_has_every_role() -> None:
    assert set(COMPOSE["services"]) >= {"api", "worker", "scheduler", "redis", "postgres"}
    assert {service["command"][0] for service in OURS.values()} == {"api", "worker", "scheduler"}


@pytest.mark.parametrize("service", sorted(OURS))
def test_a_compose_command_is_one_that_the_command_line_takes(service: str) -> None:
    verb, *words = OURS[service]["command"]
    context = click.Context(cli)
    command = cli.get_command(context, verb)
    assert command is not None
    assert command.make_context(verb, list(words), parent=context).params


def test_the_dockerfile_starts_a_verb_that_exists() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    entry = re.search(r"^ENTRYPOINT \[(.*)\]$", text, re.M)
    command = re.search(r"^CMD \[(.*)\]$", text, re.M)
    assert entry is not None
    assert command is not None
    assert entry.group(1) == '"riskguard"'
    assert shlex.split(command.group(1).replace(",", " "))[0] in VERBS


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile", "README.md", "Makefile"])
def test_only_settings_that_exist_are_named(file: str) -> None:
    named = set(re.findall(r"RISKGUARD_[A-Z_]+", (ROOT / file).read_text("utf-8"))) - {
        "RISKGUARD_SCREENSHOTS",
        FROM_HERE,
    }
    assert named <= VARIABLES


def test_the_readme_lists_every_setting_and_every_verb() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in sorted(VARIABLES) if f"`{name}`" not in readme] == []
    assert [verb for verb in VERBS if f"riskguard {verb}" not in readme] == []
