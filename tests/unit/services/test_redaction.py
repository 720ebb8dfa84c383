"""Which findings are treated, and that nothing is passed on of a text that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from riskguard.detectors.panel import Panel
from riskguard.domain.errors import InvalidInput, NotReady
from riskguard.domain.finding import Abstention, EvidenceSpan, Finding
from riskguard.domain.operator import Operator
from riskguard.domain.post import Post
from riskguard.policy.model import Policy
from riskguard.services.redaction import Wish, check_labels, redact_texts
from riskguard.services.wire import rendered_redaction
from riskguard.text.view import TextView
from tests.unit.policy.samples import TAXONOMY

_NOW = datetime(2020, 3, 1, tzinfo=UTC)
_POLICY = Policy("p", "v", operators={"pii.email": Operator.REPLACE}, taxonomy=TAXONOMY)
_WORDS = {"王某": "pii.name", "164": "pii.mobile", "a@b": "pii.email", "12": "pii.qq", "傻": "abuse.insult"}


class Words:
    """Finds what stands in _WORDS; a QQ number is unlikely. Breaks on a text with '!'."""

    name, version = "words", "w1"
    labels = frozenset(_WORDS.values())
    absences: tuple[Abstention, ...] = ()

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        assert floor < 0.5
        if any("!" in view.raw for view in views):
            raise ValueError("cannot read this")
        return [[self._found(view.raw, word) for word in _WORDS if word in view.raw] for view in views]

    def _found(self, text: str, word: str) -> Finding:
        start, label = text.index(word), _WORDS[word]
        return Finding(
            label, 0.3 if label == "pii.qq" else 0.9, "words", (EvidenceSpan(start, start + len(word), "w"),)
        )


def _left(text: str, wish: Wish, policy: Policy = _POLICY) -> str:
    (outcome,) = redact_texts([text], wish, panel=Panel([Words()]), policy=policy, keys=None, at=_NOW)
    return outcome.redacted.text


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        pytest.param(Wish(), "王某***<电子邮箱>12傻", id="usual-ones-as-the-policy-says"),
        pytest.param(Wish({"pii.email": Operator.REDACT}), "王某***12傻", id="an-operator-over-the-policy"),
        pytest.param(Wish({"pii": Operator.REDACT}), "王某<电子邮箱>12傻", id="the-label-itself-is-nearer"),
        pytest.param(Wish({"pii.name": Operator.REPLACE}), "<姓名>***<电子邮箱>12傻", id="an-operator-names-it"),
        pytest.param(Wish(labels=frozenset({"pii.name"})), "**164a@b12傻", id="these-labels-only"),
        pytest.param(Wish(labels=frozenset({"pii"})), "*****<电子邮箱>12傻", id="all-of-them"),
    ],
)
def test_what_is_treated(wish: Wish, left: str) -> None:
    assert _left("王某164a@b12傻", wish) == left


def test_findings_tell_their_places_before_and_after() -> None:
    policy = replace(_POLICY, operators={"pii.mobile": Operator.REPLACE})
    texts = ["打164吧a@b", "晴天"]
    first, second = redact_texts(texts, Wish(), panel=Panel([Words()]), policy=policy, keys=None, at=_NOW)
    told = rendered_redaction(first)
    assert told["text"] == "打<手机号>吧*@b"
    assert [
        (each["label"], each["operator"], span["start"], span["end"], span["redacted"])
        for each in told["findings"]  # type: ignore[attr-defined]
        for span in each["spans"]
    ] == [
        ("pii.mobile", "replace", 1, 4, {"start": 1, "end": 6}),
        ("pii.email", "mask", 5, 8, {"start": 7, "end": 10}),
    ]
    assert {"risk", "whose"} <= set(told["findings"][0]["facts"])  # type: ignore[index]
    assert rendered_redaction(second) == {"text": "晴天", "findings": []}
    assert first.models == {"words": "w1"}


def test_a_text_that_could_not_be_read_is_not_passed_on() -> None:
    with pytest.raises(NotReady, match="'words' failed"):
        _left("164!", Wish())


@pytest.mark.parametrize("label", ["pii", "pii.mobile"])
def test_labels_of_personal_information_can_be_asked_for(label: str) -> None:
    check_labels([label], policy=_POLICY, field="/labels")


@pytest.mark.parametrize("label", ["abuse", "pii.mobil", "", "doxxing"])
def test_no_other_label_can_be_asked_for(label: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_labels([label], policy=_POLICY, field="/labels")
    assert refused.value.field == "/labels"
    assert "pii.mobile" in refused.value.hint
