"""Judging without a store: order, masks, zeros, and how urgent a case is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riskguard.domain.finding import Abstention, Cause, EvidenceSpan, Finding, Reading
from riskguard.domain.operator import Operator
from riskguard.domain.post import Post, Scene
from riskguard.domain.taxonomy import Family, Label, Taxonomy
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.keyring import Keyring, new_key
from riskguard.policy.model import Policy, Threshold
from riskguard.services.moderate import judge, priority
from riskguard.services.title import in_text
from riskguard.text.mask import reveal
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
    notes: Mapping[str, Mapping[str, object]] = {}

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.asked: list[tuple[str, Collection[str]]] = []

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
        self.seen += [view.raw for view in views]
        silent = (Abstention("linear", "no model is installed", Cause.ABSENT, ("rumour",)),)
        found = [Finding("abuse", post.text.count("x") / 10, "fake") for post in posts]
        return [Reading((f,) if f.score >= floor else (), silent, {"fake": "1"}) for f in found]

    def explain(
        self, views: Sequence[TextView], readings: Sequence[Reading], labels: Sequence[Collection[str]]
    ) -> list[Reading]:
        """Points at the first character of what it was given to read, for each label asked about."""
        self.asked += zip((view.raw for view in views), labels, strict=True)
        told = []
        for view, reading, them in zip(views, readings, labels, strict=True):
            span = (view.span(0, 1, "why"),)
            told.append(replace(reading, findings=tuple(_pointed(f, them, span) for f in reading.findings)))
        return told


def _pointed(finding: Finding, labels: Collection[str], spans: tuple[EvidenceSpan, ...]) -> Finding:
    return replace(finding, spans=spans) if finding.label in labels and not finding.spans else finding


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


class Fixed(Reader):
    """Finds the same in every text."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
        return [Reading((self.finding,)) for _ in posts]


class Always:
    """One policy for all."""

    def __init__(self, *thresholds: Threshold) -> None:
        self.policy = Policy("one", "v-one", thresholds=thresholds)

    def policy_for(self, community: str, scene: Scene) -> Policy:
        return self.policy


@pytest.mark.parametrize(
    ("action", "shown"), [(Action.MASK, "看 110***********9"), (Action.REVIEW, "看 110101000101109")]
)
def test_what_the_policy_masks_is_hidden_even_where_it_is_unlikely(action: Action, shown: str) -> None:
    old = Finding("pii.id_card", 0.3, "pii", (EvidenceSpan(2, 17, "身份证号"),))
    policies = Always(Threshold("pii", 0.25, action))
    (verdict,) = judge([_post("看 110101000101109")], panel=Fixed(old), policies=policies)
    assert (verdict.action, verdict.masked_text) == (action, shown)


def test_a_policy_says_how_personal_information_is_treated_in_the_masked_text() -> None:
    number = Finding("pii.mobile", 0.9, "fake", (EvidenceSpan(1, 4, "here"),))
    label = Label("pii.mobile", "手机号", "mobile", Family.PRIVACY, severity=2)

    class Sealing(Always):
        def policy_for(self, community: str, scene: Scene) -> Policy:
            return Policy("p", "v", operators={"pii": Operator.ENCRYPT}, taxonomy=Taxonomy({"pii.mobile": label}))

    keys = Keyring.of([new_key()])
    (sealed,) = judge([_post("打164吧")], panel=Fixed(number), policies=Sealing(), keys=keys)
    assert sealed.masked_text.startswith("打<手机号:rg1:")
    assert reveal(sealed.masked_text, keys).text == "打164吧"
    (keyless,) = judge([_post("打164吧")], panel=Fixed(number), policies=Sealing())
    assert keyless.masked_text == "打<手机号>吧"


def test_of_very_many_places_all_are_hidden_and_some_are_kept() -> None:
    text = "13800138000," * 400
    spans = tuple(EvidenceSpan(at * 12, at * 12 + 11, "手机号") for at in range(400))
    (verdict,) = judge([_post(text)], panel=Fixed(Finding("pii.mobile", 0.9, "pii", spans)), policies=Always())
    assert verdict.masked_text == "138****8000," * 400
    assert (len(verdict.findings[0].spans), verdict.findings[0].facts["more"]) == (200, 200)


class Phones(Reader):
    """Finds every '13800138000' in what it is given to read."""

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float = 0.05) -> list[Reading]:
        self.seen += [view.raw for view in views]
        return [Reading(tuple(self._found(view.raw))) for view in views]

    def _found(self, raw: str) -> Iterator[Finding]:
        spans = [EvidenceSpan(match.start(), match.end(), "mobile") for match in re.finditer("13800138000", raw)]
        if spans:
            yield Finding("pii.mobile", 0.9, "pii", tuple(spans))


def test_a_title_is_read_with_its_text_and_evidence_points_into_the_text() -> None:
    reader = Phones()
    post = replace(_post("打13800138000"), title="找13800138000")
    (verdict,) = judge([post], panel=reader, policies=ByScene())
    assert reader.seen == ["找13800138000\n打13800138000"]
    (finding,) = verdict.findings
    assert [(span.start, span.end) for span in finding.spans] == [(1, 12)]
    assert not finding.in_title
    assert verdict.masked_text == "打138****8000"


def test_evidence_in_the_title_alone_has_no_spans_and_hides_nothing_of_the_text() -> None:
    (verdict,) = judge([replace(_post("在吗"), title="找13800138000")], panel=Phones(), policies=ByScene())
    (finding,) = verdict.findings
    assert (finding.spans, finding.in_title) == ((), True)
    assert verdict.labels == {"pii.mobile": 0.9}
    assert verdict.masked_text == "在吗"


def test_evidence_across_title_and_text_is_cut_where_the_text_begins() -> None:
    reading = Reading((Finding("abuse", 0.9, "fake", (EvidenceSpan(1, 5, "words"),)),))
    moved = in_text(reading, replace(_post("骂人的话"), title="标题"))
    assert [(span.start, span.end) for span in moved.findings[0].spans] == [(0, 2)]


def test_a_finding_about_the_whole_stays_one() -> None:
    reading = Reading((Finding("abuse", 0.9, "fake", (), {"tier": 1}),))
    assert in_text(reading, replace(_post("骂人的话"), title="标题")) == reading


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
        pytest.param({"self_harm.concern": 0.4}, ("care",), 100, id="somebody-in-distress-comes-first"),
    ],
)
def test_priority_is_severity_times_score_and_alerts_raise_it(
    labels: dict[str, float], alerts: tuple[str, ...], expected: int
) -> None:
    fired = FiredRule("r", Action.REVIEW, labels=tuple(labels))
    verdict = Verdict("p", Action.REVIEW, labels={**labels, "noise": 1.0}, rules=(fired,), alerts=alerts)
    assert priority(verdict, TAXONOMY) == expected


def test_only_what_the_policy_acted_on_is_explained() -> None:
    reader = Reader()
    strict, mild, allowed = judge(
        [_post("xxxxxx"), _post("xxxxxxx", Scene.DM), _post("xx")], panel=reader, policies=ByScene()
    )
    assert dict(reader.asked) == {"xxxxxx": {"abuse"}, "xxxxxxx": set(), "xx": set()}
    assert [f.spans for f in strict.findings] == [(EvidenceSpan(0, 1, "why"),)]
    assert [f.spans for v in (mild, allowed) for f in v.findings] == [(), ()]


def test_an_alert_is_explained_too() -> None:
    reader = Reader()
    policies = Always(Threshold("abuse", 0.5, Action.ALLOW, alert="care"))
    (verdict,) = judge([_post("xxxxxx")], panel=reader, policies=policies)
    assert (verdict.action, verdict.alerts) == (Action.ALLOW, ("care",))
    assert reader.asked == [("xxxxxx", {"abuse"})]


def test_an_explanation_that_lies_in_the_title_is_told_as_such() -> None:
    (verdict,) = judge([replace(_post("xxxxxx"), title="你好呀")], panel=Reader(), policies=ByScene())
    (finding,) = verdict.findings
    assert finding.in_title
    assert not finding.spans


def test_an_explanation_changes_no_score_and_no_action() -> None:
    (verdict,) = judge([_post("xxxxxx")], panel=Reader(), policies=ByScene())
    assert (verdict.action, verdict.labels) == (Action.REVIEW, {"abuse": 0.6})
