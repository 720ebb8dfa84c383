"""A model that met a disguise is asked again, and says more, never less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from riskguard.detectors.panel import Panel
from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView, fold_all
from tests.unit.detectors.posts import over_lists, posts_of, shown

_LISTS = {"sexual.yaml": "label: sexual.solicitation\ntier: strong\nterms: [援交, 全套服务]\n"}


class Literal:
    """Scores 'sexual' by the words it knows, and breaks on 'poison'."""

    name = "literal"
    version = "1"
    labels = frozenset({"sexual", "ad"})
    absences: tuple[Abstention, ...] = ()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One finding per label."""
        return [
            [Finding(label, score, self.name) for label, score in scores.items() if score >= floor]
            for scores in self._scores(views)
        ]

    def judged(self, views: Sequence[TextView]) -> list[dict[str, float]]:
        """The same scores; what it was asked is remembered."""
        self.asked += [view.folded for view in views]
        if any("poison" in view.folded for view in views):
            raise RuntimeError("no idea")
        return [dict(scores) for scores in self._scores(views)]

    def _scores(self, views: Sequence[TextView]) -> list[Mapping[str, float]]:
        return [{"sexual": 0.9 if "援交" in view.folded else 0.1, "ad": 0.4} for view in views]


def _read(folder: Path, text: str) -> tuple[Literal, dict[str, Finding]]:
    model = Literal()
    (reading,) = Panel([over_lists(folder, _LISTS), model]).read(posts_of([text]), fold_all([text]))
    return model, {each.label: each for each in reading.findings if each.detector == model.name}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("今晚有空 圆茭", "圆茭", id="by-sound"),
        pytest.param("今晚援*交吗", "援*交", id="noise"),
    ],
)
def test_a_model_hears_the_word_that_is_meant_and_the_evidence_shows_what_was_written(
    tmp_path: Path, text: str, written: str
) -> None:
    model, found = _read(tmp_path, text)
    assert model.asked == [text.replace(written, "援交")]
    assert found["sexual"].score == 0.9
    assert shown(text, found["sexual"]) == [written]
    assert "读作「援交」" in found["sexual"].spans[0].reason
    assert (found["ad"].score, found["ad"].spans) == (0.4, ())


def test_a_text_without_disguise_is_read_once(tmp_path: Path) -> None:
    model, found = _read(tmp_path, "援交都是违法的")
    assert model.asked == []
    assert found["sexual"].spans == ()


def test_a_model_that_fails_the_second_time_keeps_its_first_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, found = _read(tmp_path, "poison 圆茭")
    assert found["sexual"].score == 0.1
    assert "could not read 1 posts without their disguises" in caplog.text


def test_the_lists_tell_the_meaning_of_several_disguises(tmp_path: Path) -> None:
    (meaning,) = over_lists(tmp_path, _LISTS).meanings(fold_all(["圆茭，全·套·服·务"]))
    assert meaning.view.folded == "援交,全套服务"
    assert [each.word for each in meaning.meant] == ["援交", "全套服务"]
