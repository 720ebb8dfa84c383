"""Laws of what the store writes: whatever goes in comes out equal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from riskguard.domain.care import Care, Contact
from riskguard.domain.case import Decision, Grievance, Origin, Ruling
from riskguard.domain.finding import NEAR_DUPLICATE, Abstention, Cause, EvidenceSpan, Finding
from riskguard.domain.verdict import Action, FiredRule, Verdict
from riskguard.store.codec import (
    decisions_json,
    decisions_of,
    gist_of,
    grievances_json,
    grievances_of,
    verdict_json,
    verdict_of,
)
from riskguard.store.types import Json, UtcTime, Words, dumped

SQLITE, POSTGRES = sqlite.dialect(), postgresql.dialect()

words = st.text(st.characters() | st.characters(categories=["Cs"]) | st.just("\x00"), max_size=12)
scores = st.floats(0, 1)
labels = st.lists(words, max_size=3).map(tuple)
spans = st.builds(
    lambda start, more, reason: EvidenceSpan(start, start + more, reason), st.integers(0, 9), st.integers(1, 9), words
)
facts = st.dictionaries(words, words | st.integers() | st.floats(allow_nan=False) | st.booleans(), max_size=3)
findings = st.builds(
    Finding, words | st.just(NEAR_DUPLICATE), scores, words, st.lists(spans, max_size=3).map(tuple), facts
)
rules = st.builds(FiredRule, words, st.sampled_from(Action), words, words, labels)
abstentions = st.builds(Abstention, words, words, st.sampled_from(Cause), labels)
times = st.datetimes(timezones=st.just(UTC))
reasons = words.filter(str.strip)
cares = st.builds(Care, words, words, st.lists(st.builds(Contact, words, words, words), max_size=2).map(tuple))
verdicts = st.builds(
    Verdict,
    post_id=words,
    action=st.sampled_from(Action),
    labels=st.dictionaries(words, scores, max_size=3),
    findings=st.lists(findings, max_size=3).map(tuple),
    rules=st.lists(rules, max_size=3).map(tuple),
    alerts=labels,
    care=st.none() | cares,
    masked_text=words,
    campaign=st.none() | words,
    abstentions=st.lists(abstentions, max_size=2).map(tuple),
    policy_version=words,
    models=st.dictionaries(words, words, max_size=3),
)


@given(verdicts)
def test_the_gist_of_a_verdict_is_what_it_says(verdict: Verdict) -> None:
    said = replace(
        verdict, masked_text=f'{verdict.masked_text}"labels":{{"label":"{NEAR_DUPLICATE}","score":"masked_text":"'
    )
    masked, labels, alike = gist_of(verdict_json(said))
    first = next((finding for finding in said.findings if finding.label == NEAR_DUPLICATE), None)
    assert (masked, labels) == (said.masked_text, said.labels)
    assert (alike and (alike["score"], alike["facts"])) == (first and (first.score, first.facts))


@given(verdicts)
def test_a_verdict_is_read_as_it_was_written(verdict: Verdict) -> None:
    text = verdict_json(verdict)
    again = verdict_of(text)
    assert again == verdict
    assert [type(fact) for f in again.findings for fact in f.facts.values()] == [
        type(fact) for f in verdict.findings for fact in f.facts.values()
    ]
    text.encode()
    assert "\x00" not in text


def test_a_verdict_that_was_written_before_there_was_care_is_read_too() -> None:
    kept = json.loads(verdict_json(Verdict("p", Action.ALLOW, alerts=("care",))))
    del kept["care"]
    assert verdict_of(json.dumps(kept)) == Verdict("p", Action.ALLOW, alerts=("care",))


@given(st.lists(st.builds(Decision, st.sampled_from(Ruling), reasons, words, times), max_size=3).map(tuple))
def test_decisions_are_read_as_they_were_written(decisions: tuple[Decision, ...]) -> None:
    assert decisions_of(decisions_json(decisions)) == decisions


@given(st.lists(st.builds(Grievance, st.sampled_from(Origin), words, words, times), max_size=3).map(tuple))
def test_grievances_are_read_as_they_were_written(grievances: tuple[Grievance, ...]) -> None:
    assert grievances_of(grievances_json(grievances)) == grievances


@given(words)
def test_any_text_can_be_kept(text: str) -> None:
    kept = Words().process_bind_param(text, POSTGRES)
    assert kept is not None
    assert "\x00" not in kept
    kept.encode()
    assert Words().process_result_value(kept, POSTGRES) == text


@given(words, words)
def test_different_texts_are_kept_differently(one: str, other: str) -> None:
    assert (Words().process_bind_param(one, SQLITE) == Words().process_bind_param(other, SQLITE)) is (one == other)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | words, lambda inner: st.lists(inner) | st.dictionaries(words, inner)
    )
)
def test_any_json_value_can_be_kept(value: object) -> None:
    kept = dumped(value)
    kept.encode()
    assert Json().process_result_value(kept, SQLITE) == value


@given(times, st.integers(-23, 23))
def test_a_time_comes_back_aware_and_equal_whatever_its_zone(at: datetime, hours: int) -> None:
    near = min(max(at, datetime(2, 1, 1, tzinfo=UTC)), datetime(9998, 1, 1, tzinfo=UTC))
    local = near.astimezone(timezone(timedelta(hours=hours)))
    for dialect in (SQLITE, POSTGRES):
        again = UtcTime().process_result_value(UtcTime().process_bind_param(local, dialect), dialect)
        assert again == near
        assert again is not None
        assert again.tzinfo is UTC
