"""`riskguard evaluate combiner` where there is nothing to learn from, and the table that it shows."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from riskguard.cli.combiner import crosswise_table
from riskguard.cli.workshop import evaluate
from riskguard.domain.errors import NotReady
from riskguard.domain.verdict import Action, Verdict
from riskguard.training.crosswise import Judged
from riskguard.training.truths import OWN, Lesson

CASES = Path(__file__).parents[2] / "assets"


def test_without_labelled_data_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no labelled data in"):
        CliRunner().invoke(
            evaluate, ["combiner", "--data", str(tmp_path), "--cases", str(CASES)], catch_exceptions=False
        )


def test_the_table_ends_each_part_with_its_sum() -> None:
    met, spared = Verdict("1", Action.LIMIT), Verdict("1", Action.ALLOW)
    told = [(frozenset[str](), met), (frozenset[str](), spared), (frozenset({"ad"}), met), (frozenset({"drugs"}), met)]
    judged = [Judged(Lesson(OWN, f"{at}", broken, "trade.yaml"), each) for at, (broken, each) in enumerate(told)]
    console = Console(width=100, record=True, file=StringIO())
    console.print(crosswise_table(judged))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in console.export_text().splitlines()]
    shown = [row for row in rows if len(row) == 5]
    assert ["all innocent", "", "1", "2", "50.0%"] in shown
    assert ["all violating", "", "2", "2", "100.0%"] in shown
    assert [row[0] for row in shown] == ["innocent", "all innocent", "ad", "drugs", "all violating"]
