"""Laws of the core decision: more evidence, more rules and more silence are never treated more mildly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.finding import Abstention, Cause, EvidenceSpan, Finding, Reading
from riskguard.domain.post import Author, Post, Scene
from riskguard.domain.verdict import Action
from riskguard.policy.condition import ConditionInvalid, Flaw
from riskguard.policy.engine import evaluate
from riskguard.policy.expression import parse_condition
from riskguard.policy.load import load_policy
from riskguard.policy.model import Policy, Rule, Threshold
from tests.unit.policy.samples import NOW, POLICIES, TAXONOMY

LABELS = ("abuse", "abuse.insult", "ad.contact", "pii.mobile", "self_harm", "custom.x", "similar.near_duplicate")
DEFAULT = load_policy(POLICIES / "default.yaml", TAXONOMY)

labels = st.sampled_from(LABELS)
scores = st.floats(0, 1)
actions = st.sampled_from(Action)
scenes = st.sampled_from(Scene)
facts = st.dictionaries(st.sampled_from(["accounts", "cluster"]), st.one_of(st.integers(0, 50), st.text(max_size=3)))
spans = st.lists(st.just(EvidenceSpan(0, 1, "x")), max_size=4).map(tuple)
findings = st.lists(st.builds(Finding, labels, scores, st.just("fake"), spans, facts), max_size=6).map(tuple)
causes = st.sampled_from(Cause)
abstentions = st.lists(st.builds(Abstention, st.just("d"), st.just("r"), causes), max_size=2).map(tuple)
readings = st.builds(Reading, findings, abstentions)
authors = st.builds(
    Author,
    id=st.just("a"),
    trust=st.integers(0, 4),
    created_at=st.one_of(
        st.none(), st.datetimes(max_value=NOW.replace(tzinfo=None)).map(lambda d: d.replace(tzinfo=NOW.tzinfo))
    ),
)
posts = st.builds(
    lambda text, author, scene: Post("i", "c", "p", text, NOW, author, scene), st.text(max_size=20), authors, scenes
)


def _rule(label: str, at: float, trust: int, action: Action) -> Rule:
    source = f'score("{label}") >= {at:.6f} and author.trust <= {trust}'
    return Rule(f"r{abs(hash((source, action)))}", parse_condition(source, TAXONOMY), action)


rules = st.builds(_rule, labels, scores, st.integers(0, 4), actions)
thresholds = st.builds(Threshold, labels, scores, actions)
policies = st.builds(
    Policy,
    st.just("any"),
    st.just("v"),
    actions,
    st.lists(thresholds, max_size=5).map(tuple),
    st.lists(rules, max_size=4).map(tuple),
)


@given(policies, posts, readings, labels, scores, scores)
def test_a_higher_score_is_never_treated_more_mildly(
    policy: Policy, post: Post, reading: Reading, label: str, one: float, other: float
) -> None:
    mild, harsh = (
        evaluate(policy, post, Reading((*reading.findings, Finding(label, score, "f")), reading.abstentions)).action
        for score in sorted((one, other))
    )
    assert mild <= harsh


@given(posts, readings, labels, scores, scores)
def test_the_default_policy_keeps_that_law(post: Post, reading: Reading, label: str, one: float, other: float) -> None:
    policy = DEFAULT.policy_for(post.scene)
    mild, harsh = (
        evaluate(policy, post, Reading((*reading.findings, Finding(label, score, "f")), reading.abstentions)).action
        for score in sorted((one, other))
    )
    assert mild <= harsh


@given(policies, posts, readings, rules)
def test_adding_a_rule_never_softens(policy: Policy, post: Post, reading: Reading, rule: Rule) -> None:
    more = Policy(policy.name, "v", policy.on_abstention, policy.thresholds, (*policy.rules, rule))
    assert evaluate(more, post, reading).action >= evaluate(policy, post, reading).action


@given(policies, posts, readings)
def test_a_failed_detector_never_softens_and_meets_the_floor(policy: Policy, post: Post, reading: Reading) -> None:
    failed = Reading(reading.findings, (*reading.abstentions, Abstention("x", "broke")))
    verdict = evaluate(policy, post, failed)
    assert verdict.action >= max(policy.on_abstention, evaluate(policy, post, reading).action)


@given(policies, posts, readings)
def test_an_absent_model_changes_nothing(policy: Policy, post: Post, reading: Reading) -> None:
    absent = Reading(reading.findings, (*reading.abstentions, Abstention("x", "no model", Cause.ABSENT)))
    assert evaluate(policy, post, absent).action is evaluate(policy, post, reading).action


CRIES = ("self_harm", "self_harm.concern", "self_harm.urgent")
"""Not self_harm.encouragement, which urges others on."""
MOODS = ("emotion.sad", "emotion.angry", "emotion.fear", "sentiment.negative")
cries = st.lists(st.builds(Finding, st.sampled_from(CRIES), scores, st.just("f"), spans), max_size=4).map(tuple)
moods = st.lists(st.builds(Finding, st.sampled_from(MOODS), scores, st.just("f")), max_size=3).map(tuple)


@given(posts, cries, moods)
def test_a_cry_for_help_alone_is_allowed_or_looked_at(
    post: Post, cry: tuple[Finding, ...], mood: tuple[Finding, ...]
) -> None:
    verdict = evaluate(DEFAULT.policy_for(post.scene), post, Reading((*cry, *mood)))
    urgent = any(rule.id == "thresholds.self_harm.urgent.review" for rule in verdict.rules)
    assert verdict.action is (Action.REVIEW if urgent else Action.ALLOW)
    assert not (urgent and post.scene is Scene.TREEHOLE)
    assert (verdict.care is None) is (not {"care", "care-urgent"} & set(verdict.alerts))


@given(posts, readings, cries)
def test_in_the_treehole_a_cry_for_help_changes_no_action(
    post: Post, reading: Reading, cry: tuple[Finding, ...]
) -> None:
    policy = DEFAULT.policy_for(Scene.TREEHOLE)
    both = Reading((*reading.findings, *cry), reading.abstentions)
    assert evaluate(policy, post, both).action is evaluate(policy, post, reading).action


@given(posts, readings)
def test_the_action_is_the_strictest_of_what_is_shown(post: Post, reading: Reading) -> None:
    verdict = evaluate(DEFAULT.policy_for(post.scene), post, reading)
    assert verdict.action is max((rule.action for rule in verdict.rules), default=Action.ALLOW)
    assert len({rule.id for rule in verdict.rules}) == len(verdict.rules)


pieces = st.sampled_from(
    [
        'score("abuse")',
        "author.trust",
        "scene",
        '"post"',
        "0.5",
        " and ",
        " or ",
        "not ",
        "(",
        ")",
        ">=",
        "==",
        " in ",
        ",",
        "+",
        "x",
    ]
)


@given(st.one_of(st.text(max_size=40), st.lists(pieces, max_size=12).map("".join)))
def test_any_text_is_a_condition_or_is_refused_with_a_place(source: str) -> None:
    flaws: tuple[Flaw, ...] = ()
    try:
        parse_condition(source, TAXONOMY)
    except ConditionInvalid as error:
        flaws = error.flaws
    assert all(0 <= flaw.offset <= max(len(source), 1) and flaw.message for flaw in flaws)
