"""The language of conditions: what it says of a post, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from riskguard.domain.finding import EvidenceSpan, Finding, Reading
from riskguard.domain.post import Author, Post, Scene
from riskguard.policy.condition import ConditionInvalid, Scope
from riskguard.policy.expression import parse_condition
from tests.unit.policy.samples import NOW, TAXONOMY, post, reading

_READING = Reading(
    (
        Finding("abuse", 0.4, "linear"),
        Finding("abuse.insult", 0.9, "lexicon", (EvidenceSpan(0, 2, "x"), EvidenceSpan(3, 4, "y"))),
        Finding("pii.mobile", 0.9, "pii", (EvidenceSpan(5, 6, "z"),)),
        Finding("pii.name", 0.9, "person", facts={"risk": "medium", "whose": "other"}),
        Finding("pii.name", 0.7, "encoder", facts={"risk": "low", "whose": "unknown"}),
        Finding("similar.near_duplicate", 1.0, "similar", facts={"accounts": 7, "cluster": "c1", "official": True}),
    )
)


def _holds(source: str, item: Post | None = None, read: Reading = _READING) -> bool:
    return parse_condition(source, TAXONOMY).holds(Scope(item or post(), read, read.scores()))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param('score("abuse") >= 0.4', True, id="on-the-number"),
        pytest.param('score("abuse") > 0.4', False, id="not-above-it"),
        pytest.param('0.3 < score("abuse") <= 0.4', True, id="a-chain"),
        pytest.param('score("abuse.*") == 0.9', True, id="a-family-takes-its-highest"),
        pytest.param('score("abuse.insult.*") == 0.9', True, id="a-leaf-is-its-own-family"),
        pytest.param('score("hate") == 0', True, id="nothing-found-is-zero"),
        pytest.param('score("custom.garden") < 0.1', True, id="custom-labels-need-no-entry"),
        pytest.param('count("abuse.insult") == 2', True, id="spans-are-counted"),
        pytest.param('count("abuse") == 0', True, id="a-finding-on-the-whole-text-has-no-spans"),
        pytest.param('count("abuse.*") + count("pii.*") == 3', True, id="counts-add-up"),
        pytest.param('fact("similar.near_duplicate", "accounts", 0) >= 7', True, id="a-fact"),
        pytest.param('fact("similar.near_duplicate", "members", 3) == 3', True, id="a-fact-nobody-told"),
        pytest.param('fact("similar.campaign", "accounts", 0) == 0', True, id="a-fact-without-finding"),
        pytest.param('fact("similar.near_duplicate", "cluster", 0) == 0', True, id="a-fact-of-another-type"),
        pytest.param('fact("similar.near_duplicate", "cluster", "") == "c1"', True, id="a-text-fact"),
        pytest.param('fact("similar.near_duplicate", "official", False)', True, id="a-true-fact"),
        pytest.param('risk("pii.name") == medium', True, id="the-worst-risk"),
        pytest.param('risk("pii.*") >= medium and risk("pii.*") < high', True, id="risks-are-ordered"),
        pytest.param('risk("pii.mobile") == 0', True, id="what-nobody-graded-has-no-risk"),
        pytest.param('risk("pii") == 0', True, id="a-parent-alone-is-not-its-children"),
        pytest.param('whose("pii.*", "other") and whose("pii.name", "unknown")', True, id="anybodys"),
        pytest.param('whose("pii.mobile", "other")', False, id="nobodys"),
        pytest.param('scene == "post" and community == "demo"', True, id="where"),
        pytest.param('scene in ("dm", "treehole")', False, id="not-in-the-list"),
        pytest.param('scene not in ["dm"]', True, id="a-square-list"),
        pytest.param("text.length == 6", True, id="length-in-characters"),
        pytest.param("author.trust > -1", True, id="a-negative-number"),
        pytest.param('not score("abuse") > 0.5 or scene == "dm"', True, id="not-binds-tighter-than-or"),
        pytest.param('  score("abuse") > 0.1\n  and text.length > 1', True, id="over-two-lines"),
    ],
)
def test_says(source: str, expected: bool) -> None:
    assert _holds(source) is expected


@pytest.mark.parametrize(
    ("author", "known", "days"),
    [
        pytest.param(Author("a"), False, 0.0, id="unknown-is-zero"),
        pytest.param(Author("a", 0, NOW - timedelta(hours=36)), True, 1.5, id="in-days"),
        pytest.param(Author("a", 0, NOW + timedelta(days=3)), True, 0.0, id="never-negative"),
    ],
)
def test_age_is_told_at_the_time_of_the_post(author: Author, known: bool, days: float) -> None:
    item = Post("i", "c", "p", "文字", NOW, author, Scene.POST)
    assert _holds("author.age_known", item) is known
    assert _holds(f"author.age_days == {days}", item)


def test_labels_are_those_asked_about() -> None:
    condition = parse_condition('score("ad") > 0.1 and (score("pii.*") > 0.1 or score("ad") > 0.9)', TAXONOMY)
    assert condition.labels == ("ad", "pii.*")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("text.length > 1 " * 200, id="too-long"),
        pytest.param("   ", id="blank"),
        pytest.param("not " * 480 + "author.age_known", id="nested-too-deeply"),
        pytest.param("(" * 300 + "1" + ")" * 300 + " > 0", id="too-many-brackets"),
        pytest.param('"\\d" == scene and', id="a-strange-escape"),
        pytest.param("9" * 1900 + " > 0 > 0 >", id="an-endless-number"),
        pytest.param('score("abuse", 1) > 0', id="too-many-arguments"),
        pytest.param('score(label="abuse") > 0', id="a-named-argument"),
        pytest.param("score(scene) > 0", id="a-label-that-is-not-written-out"),
        pytest.param('fact("similar.*", "accounts", 0) > 0', id="a-fact-of-a-family"),
        pytest.param('fact("similar.flood", scene, 0) > 0', id="a-fact-without-a-written-name"),
        pytest.param("scene in ()", id="an-empty-list"),
        pytest.param('scene in ("post", 1)', id="a-mixed-list"),
        pytest.param("(1, 2) == (1, 2) + 1", id="adding-lists"),
        pytest.param('risk("pii.*") >= "high"', id="a-risk-in-quotes"),
        pytest.param('whose("pii.*", "others")', id="an-unknown-owner"),
        pytest.param('whose("pii.*", scene)', id="an-owner-that-is-not-written-out"),
        pytest.param('whose("pii.*") == "other"', id="an-owner-to-compare"),
        pytest.param("text.length * 2 > 3", id="multiplication"),
        pytest.param("score > 0.5", id="a-function-without-brackets"),
        pytest.param("None == 1", id="none"),
        pytest.param("b'x' == scene", id="bytes"),
        pytest.param("f'{scene}' == scene", id="a-format"),
        pytest.param("text.length if scene else 1", id="a-choice"),
        pytest.param("(x := 1) > 0", id="an-assignment"),
        pytest.param("scene == 'postal'", id="an-unknown-scene"),
        pytest.param("'postal' == scene", id="an-unknown-scene-first"),
    ],
)
def test_refuses(source: str) -> None:
    with pytest.raises(ConditionInvalid) as caught:
        parse_condition(source, TAXONOMY)
    assert all(0 <= flaw.offset <= len(source) and flaw.message for flaw in caught.value.flaws)


def test_every_flaw_is_told_at_once() -> None:
    with pytest.raises(ConditionInvalid) as caught:
        parse_condition('score("nope") > 1 and sceen == 2 or text.length > "x"', TAXONOMY)
    assert [flaw.offset for flaw in caught.value.flaws] == [6, 22, 50]


def test_equal_when_written_alike() -> None:
    one, other = (parse_condition("text.length > 3", TAXONOMY) for _ in range(2))
    assert one == other
    assert one != parse_condition("text.length > 4", TAXONOMY)


def test_a_rule_reads_only_what_it_is_handed() -> None:
    assert _holds('score("abuse") > 0.5', read=reading(abuse=0.6))
    assert not _holds('score("abuse") > 0.5', read=reading(hate=0.6))
