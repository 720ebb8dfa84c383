"""Judging without a store: order, masks, zeros, and how urgent a case is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from riskguard.domain.finding import Abstention, Cause, EvidenceSpan, Finding, Reading
from riskguard.domain.post import Post, Scene
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.policy.model import Policy, Threshold
from riskguard.services.moderate import judge, priority
from riskguard.text.view import TextView

NOW = datetime(2026, 11, 1, tzinfo=UTC)
STRICT = Policy("strict", "v-strict", thresholds=(Threshold("abuse", 0.5, Action.REVIEW),))
MILD = Policy("mild", "v-mild")
TAXONOMY = Taxonomy(
    {
        "abuse": Label("abuse", "辱骂", "abuse", Family.COMPLIANCE, severity=2),
        "minors": Label("minors", "未成年人", "minors", Family.COMPLIANCE, severity=4),
    }
)


class Reader:
    """Finds 'abuse' with as many tenths as the text has letters 'x'; remembers what it was given."""

    labels = frozenset({"abuse", "ad", "rumour"})

    def __init__(self) -> None:
        self.seen: list[str] = []

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
        self.seen += [view.raw for view in views]
        silent = (Abstention("linear", "no model is installed", Cause.ABSENT, ("rumour",)),)
        found = [Finding("abuse", post.text.count("x") / 10, "fake") for post in posts]
        return [Reading((f,) if f.score >= floor else (), silent, {"fake": "1"}) for f in found]


class ByScene:
    """Strict for posts, mild for direct messages."""

    def policy_for(self, community: str, scene: Scene) -> Policy:
        return MILD if scene is Scene.DM else STRICT


def _post(text: str, scene: Scene = Scene.POST) -> Post:
    return Post(id=f"pst_{text}", community="tide", post_id=text, text=text, created_at=NOW, scene=scene)


def test_verdicts_come_in_the_order_of_the_posts_though_they_are_read_by_length() -> None:
    reader, texts = Reader(), ["xxxxxxx long", "x", "xxxxxx", "xx"]
    verdicts = judge([_post(text) for text in texts], panel=reader, policies=ByScene())
    assert reader.seen == ["x", "xx", "xxxxxx", "xxxxxxx long"]
    assert [verdict.post_id for verdict in verdicts] == [f"pst_{text}" for text in texts]
    assert [verdict.action for verdict in verdicts] == [Action.REVIEW, Action.ALLOW, Action.REVIEW, Action.ALLOW]


def test_each_post_is_weighed_by_the_policy_of_its_scene() -> None:
    public, private = judge([_post("xxxxxx"), _post("xxxxxx", Scene.DM)], panel=Reader(), policies=ByScene())
    assert (public.action, public.policy_version) == (Action.REVIEW, "v-strict")
    assert (private.action, private.policy_version) == (Action.ALLOW, "v-mild")


def test_no_posts_no_verdicts() -> None:
    assert judge([], panel=Reader(), policies=ByScene()) == []


def test_every_label_is_given_but_those_that_a_detector_left_open() -> None:
    (verdict,) = judge([_post("xx")], panel=Reader(), policies=ByScene(), floor=0.0, every_label=True)
    assert verdict.labels == {"abuse": 0.2, "ad": 0.0}


def test_personal_information_is_masked() -> None:
    class Finder(Reader):
        def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
            return [Reading((Finding("pii.mobile", 1.0, "pii", (EvidenceSpan(2, 13, "mobile"),)),)) for _ in posts]

    (verdict,) = judge([_post("电话13800138000")], panel=Finder(), policies=ByScene())
    assert verdict.masked_text == "电话138****8000"


@pytest.mark.parametrize(
    ("labels", "alerts", "expected"),
    [
        pytest.param({}, (), 10, id="nothing-explains-it"),
        pytest.param({"abuse": 0.9}, (), 32, id="half-as-grave"),
        pytest.param({"minors": 1.0}, (), 70, id="gravest"),
        pytest.param({"abuse": 1.0, "minors": 0.6}, (), 42, id="the-graver-counts"),
        pytest.param({"minors": 1.0}, ("care",), 100, id="gravest-and-alert"),
        pytest.param({}, ("care",), 40, id="alert-alone"),
        pytest.param({"custom.own": 1.0}, (), 35, id="custom-label"),
        pytest.param({"unheard.of": 1.0}, (), 35, id="unknown-label"),
    ],
)
def test_priority_is_severity_times_score_and_alerts_raise_it(
    labels: dict[str, float], alerts: tuple[str, ...], expected: int
) -> None:
    fired = FiredRule("r", Action.REVIEW, labels=tuple(labels))
    verdict = Verdict("p", Action.REVIEW, labels={**labels, "noise": 1.0}, rules=(fired,), alerts=alerts)
    assert priority(verdict, TAXONOMY) == expected
