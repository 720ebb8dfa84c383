"""Fitting the combiner: what a few texts teach."""

from __future__ import annotations

from pathlib import Path

from riskguard.detectors.combiner import Combiner
from riskguard.detectors.panel import Panel
from riskguard.text.view import fold
from riskguard.training.combiner import CARD, learn, write
from riskguard.training.wording import Wordbook
from tests.unit.training.taught import Terms, Witness, words_meant_and_not


def test_what_is_learnt_is_written_loaded_and_tells_them_apart(tmp_path: Path) -> None:
    lessons = words_meant_and_not()
    book = Wordbook.of(lessons)
    learnt = learn(Panel([Terms(), Witness()]), lessons, book)
    assert {each.name: (each.rows, each.yes) for each in learnt} == {
        "offer": (30, 10),
        "offer without model": (30, 10),
        "offer of model": (70, 20),
        "advert": (20, 10),
        "advert without model": (20, 10),
        "advert of model": (70, 20),
        "speech": (20, 10),
        "speech without model": (20, 10),
        "speech of model": (70, 10),
    }
    write(tmp_path, learnt, book.fitted())
    combiner = Combiner.load(tmp_path)
    assert "| offer | no | 30, 10 |" in (tmp_path / CARD).read_text(encoding="utf-8")
    told = {}
    for text in ("刷单日结", "谨防刷单"):
        view = fold(text)
        (terms,), (said,) = Terms().read([], [view], floor=0.0), Witness().read([], [view], floor=0.0)
        (found,) = combiner.combine([view], [[*terms, *said]])
        told[text] = {each.label: each.score for each in found}
    for label in ("fraud.part_time", "fraud"):
        assert told["谨防刷单"][label] < 0.5 < told["刷单日结"][label]
