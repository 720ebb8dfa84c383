"""The panel: failure is data, and stays with the post that caused it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from riskguard.detectors.absent import AbsentDetector
from riskguard.detectors.panel import Panel
from riskguard.domain.errors import DetectorFailed
from riskguard.domain.finding import SAID_BY_MODEL, Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView, fold_all
from tests.unit.detectors.posts import posts_of


class Echo:
    """Finds 'custom.echo' in every text, and breaks on those that hold 'poison'."""

    name = "echo"
    version = "7"
    labels = frozenset({"custom.echo", "custom.other"})
    absences: tuple[Abstention, ...] = ()

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or RuntimeError("the text was: poison")
        self.calls = 0

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One finding per text."""
        self.calls += 1
        if any("poison" in view.folded for view in views):
            raise self.error
        return [[Finding("custom.echo", max(floor, 0.5), self.name)] for _ in views]


class Short(Echo):
    """Forgets the last post."""

    name = "short"

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One answer too few."""
        return super().read(posts, views, floor=floor)[:-1]


def test_who_fails_on_a_post_abstains_for_that_post_only() -> None:
    texts = ["a", "poison", "c"]
    readings = Panel([Echo()]).read(posts_of(texts), fold_all(texts))
    silence = Abstention("echo", "RuntimeError", Cause.FAILED, ("custom.echo", "custom.other"))
    assert [r.abstentions for r in readings] == [(), (silence,), ()]
    assert [len(r.findings) for r in readings] == [1, 0, 1]


def test_the_others_are_not_affected() -> None:
    other = AbsentDetector("linear", ["abuse"], because="no model is installed")
    (reading,) = Panel([Echo(), other]).read(posts_of(["poison"]), fold_all(["poison"]))
    assert [a.detector for a in reading.abstentions] == ["linear", "echo"]
    assert reading.models == {"echo": "7", "linear": "absent"}


@pytest.mark.parametrize("error", [DetectorFailed("redis is gone"), ConnectionRefusedError("no route")])
def test_an_outage_is_not_tried_again_for_every_half(error: Exception) -> None:
    texts = ["poison", *"abcdefg"]
    detector = Echo(error)
    readings = Panel([detector]).read(posts_of(texts), fold_all(texts))
    assert all(r.abstentions for r in readings)
    assert detector.calls == 1


def test_a_missing_answer_is_a_failure() -> None:
    readings = Panel([Short()]).read(posts_of(["a", "b"]), fold_all(["a", "b"]))
    assert [[a.reason for a in r.abstentions] for r in readings] == [["DetectorFailed"], ["DetectorFailed"]]


def test_labels_are_those_of_all() -> None:
    panel = Panel([Echo(), AbsentDetector("linear", ["abuse"], because="none")])
    assert panel.labels == {"custom.echo", "custom.other", "abuse"}


def test_no_posts_no_readings() -> None:
    detector = Echo()
    assert Panel([detector]).read([], []) == []
    assert detector.calls == 0


def test_the_floor_is_passed_on() -> None:
    (reading,) = Panel([Echo()]).read(posts_of(["a"]), fold_all(["a"]), floor=0.9)
    assert reading.scores() == {"custom.echo": 0.9}


class Explainer(Echo):
    """Says that the first character carried 'custom.echo'; breaks on 'riddle'."""

    name = "explainer"
    note: Mapping[str, object] = {"engine": "abacus"}

    def explain(
        self, views: Sequence[TextView], scores: Sequence[Mapping[str, float]]
    ) -> list[dict[str, tuple[EvidenceSpan, ...]]]:
        """For any label asked about, with the score that it had."""
        assert all(score == 0.5 for them in scores for score in them.values())
        if any("riddle" in view.folded for view in views):
            raise RuntimeError("no idea")
        return [{label: (view.span(0, 1, "why"),) for label in them} for view, them in zip(views, scores, strict=True)]


def _explained(texts: Sequence[str], labels: Sequence[Collection[str]]) -> list[list[tuple[str, int]]]:
    """(detector, number of spans) of each finding, by text."""
    panel, views = Panel([Echo(), Explainer()]), fold_all(texts)
    readings = panel.explain(views, panel.read(posts_of(texts), views), labels)
    return [[(finding.detector, len(finding.spans)) for finding in reading.findings] for reading in readings]


def test_who_can_explain_is_asked_about_its_own_findings_of_the_labels_only() -> None:
    labels = [{"custom.echo"}, set(), {"custom.other"}]
    plain, told = [("echo", 0), ("explainer", 0)], [("echo", 0), ("explainer", 1)]
    assert _explained(["a", "b", "c"], labels) == [told, plain, plain]


class Weighing:
    """Gives every finding half its score, and keeps what the detector said."""

    version = "1"

    def combine(self, views: Sequence[TextView], findings: Sequence[Sequence[Finding]]) -> list[list[Finding]]:
        """None is added."""
        assert len(views) == len(findings)
        return [[replace(f, score=f.score / 2, facts={SAID_BY_MODEL: f.score}) for f in them] for them in findings]


def test_who_explains_a_weighed_finding_hears_its_own_score() -> None:
    panel, views = Panel([Explainer()], Weighing()), fold_all(["a"])
    (reading,) = panel.explain(views, panel.read(posts_of(["a"]), views), [{"custom.echo"}])
    assert [(each.score, len(each.spans)) for each in reading.findings] == [(0.25, 1)]


def test_who_cannot_explain_leaves_the_readings_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    assert _explained(["a", "riddle"], [{"custom.echo"}] * 2) == [[("echo", 0), ("explainer", 0)]] * 2
    assert "could not say what carried the scores of 2 posts" in caplog.text


def test_what_detectors_tell_operators_is_kept_by_name() -> None:
    assert Panel([Echo(), Explainer()]).notes == {"explainer": {"engine": "abacus"}}
