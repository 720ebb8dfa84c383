"""The long tables of text are what the workshop makes of its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files

import pytest

from riskguard.text import tables
from riskguard.training.text_tables import components, sounds


@pytest.mark.parametrize(("name", "made"), [("sounds.txt", sounds), ("components.txt", components)])
def test_a_table_is_as_it_is_made(name: str, made: Callable[[], Iterator[str]]) -> None:
    assert (files(tables) / name).read_text(encoding="utf-8") == "".join(made())
