"""Tests of policies, written by those who own the policies: given findings, the action, rules and alerts expected.

A file of tests/*.yaml:

    policy: ../default.yaml              # optional, this is the default
    cases:
      - name: 新账号的引流广告转人工
        scene: comment                   # optional, as are all others down to expect
        community: demo
        text: 加我微信
        author: {trust: 0, age_days: 1}  # without age_days the age is unknown
        scores: {ad.contact: 0.5}
        spans: {pii.mobile: 3}           # how many places carry the label
        facts: {similar.near_duplicate: {accounts: 7}}
        failed: [linear]                 # detectors that broke or ran out of time
        expect: {action: review, rules: [new-account-contact-ad], alerts: [spam-wave]}
        must_not_fire: [pushed-ad]

`expect: {}` asserts silence: allowed, no rule, no alert. Otherwise `action`, `alerts` and `care` (the alert whose words
the author is told) are always compared (without them: allow, none, none), and `rules`, when given, must be exactly
those that fired.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yaml.nodes import Node, ScalarNode

from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.finding import Abstention, EvidenceSpan, Finding, Reading
from riskguard.domain.post import Author, Post, Scene
from riskguard.domain.taxonomy import Taxonomy
from riskguard.domain.verdict import Action, Verdict
from riskguard.policy.document import Document
from riskguard.policy.engine import SILENCE, evaluate
from riskguard.policy.entry import Entries, value_of
from riskguard.policy.load import load_policy
from riskguard.policy.model import Edition, Place, Policy, Rule, Threshold

_CASE = (
    "name",
    "scene",
    "community",
    "text",
    "author",
    "scores",
    "spans",
    "facts",
    "failed",
    "expect",
    "must_not_fire",
)
_NOW = datetime(2020, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case wants. `rules` None means 'not compared'."""

    action: Action = Action.ALLOW
    alerts: frozenset[str] = frozenset()
    care: str = ""
    rules: frozenset[str] | None = None
    must_not_fire: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """One test of a policy."""

    name: str
    place: Place
    post: Post
    reading: Reading
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case; no complaints means that it passed."""

    case: PolicyCase
    edition: Edition = field(repr=False)
    verdict: Verdict
    complaints: tuple[str, ...]


def run_tests(folder: Path, taxonomy: Taxonomy) -> list[Outcome]:
    """Run tests/*.yaml of a policy folder. PolicyInvalid carries every fault of the test files."""
    outcomes: list[Outcome] = []
    faults: dict[Fault, None] = {}
    for file in sorted((folder / "tests").glob("*.yaml")):
        try:
            outcomes += _run_file(file, taxonomy)
        except PolicyInvalid as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise PolicyInvalid(tuple(faults))
    return outcomes


def run(case: PolicyCase, edition: Edition) -> Outcome:
    """Judge one case under the edition, as production would."""
    policy = edition.policy_for(case.post.scene)
    verdict = evaluate(policy, case.post, case.reading)
    return Outcome(case, edition, verdict, tuple(_complaints(case.expect, verdict, edition)))


def uncovered(edition: Edition, outcomes: Iterable[Outcome]) -> list[Fault]:
    """Rules and thresholds of the edition that no case fires; one written for a scene wants a case of that scene."""
    wanted = {key: None for policy in edition.scenes.values() for key in _entries(policy).items()}
    for outcome in outcomes:
        if outcome.edition.version == edition.version:
            entries = _entries(edition.policy_for(outcome.case.post.scene))
            for rule in outcome.verdict.rules:
                if rule.id in entries:
                    wanted.pop((rule.id, entries[rule.id]), None)
    hint = "add a case to tests/"
    return [Fault(p.file, p.line, p.column, f"no policy test fires '{name}'", hint) for name, p in wanted]


def _entries(policy: Policy) -> dict[str, Place]:
    both: list[Threshold | Rule] = [*policy.thresholds, *policy.rules]
    return {each.id: each.place for each in both}


# --- judging


def _complaints(expect: Expectation, verdict: Verdict, edition: Edition) -> Iterable[str]:
    fired = {rule.id for rule in verdict.rules}
    if verdict.action is not expect.action:
        yield f"action: expected {expect.action.word}, got {verdict.action.word}"
    if set(verdict.alerts) != expect.alerts:
        yield f"alerts: expected {_listed(expect.alerts)}, got {_listed(verdict.alerts)}"
    told = verdict.care.alert if verdict.care else ""
    if told != expect.care:
        yield f"care: expected {expect.care or 'none'}, got {told or 'none'}"
    if expect.rules is not None and fired != expect.rules:
        missing, extra = expect.rules - fired, fired - expect.rules
        parts = [f"did not fire {_listed(missing)}"] * bool(missing) + [f"also fired {_listed(extra)}"] * bool(extra)
        yield f"rules: {', '.join(parts)}"
    if forbidden := fired & set(expect.must_not_fire):
        yield f"must not fire: {_listed(forbidden)}"
    known = {SILENCE}.union(*(_entries(policy) for policy in edition.scenes.values()))
    if unknown := (set(expect.must_not_fire) | (expect.rules or set())) - known:
        yield f"the policy has no {_listed(unknown)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


# --- reading the files


def _run_file(file: Path, taxonomy: Taxonomy) -> list[Outcome]:
    document = Document(file)
    entries = document.table(document.root, "a test file", ("policy", "cases"), required=("cases",))
    named = document.text(entries["policy"][1], "'policy'") if "policy" in entries else "../default.yaml"
    cases = [_case(document, node, taxonomy) for node in document.items(value_of(entries, "cases"), "'cases'")]
    document.refuse()
    edition = load_policy(Path(os.path.normpath(file.parent / str(named))), taxonomy)
    return [run(case, edition) for case in cases]


def _case(document: Document, node: Node, taxonomy: Taxonomy) -> PolicyCase:
    entries = document.table(node, "a case", _CASE, required=("name", "expect"))
    texts = {key: document.text(entries[key][1], f"'{key}'") for key in ("name", "community", "text") if key in entries}
    post = Post(
        id="case",
        community=texts.get("community") or "demo",
        post_id="case",
        text=texts.get("text") or "一段足够长的测试文字",
        created_at=_NOW,
        author=_author(document, entries),
        scene=_scene(document, entries),
    )
    name = texts.get("name") or ""
    return PolicyCase(
        name, document.place(node), post, _reading(document, entries, taxonomy), _expectation(document, entries)
    )


def _scene(document: Document, entries: Entries) -> Scene:
    if "scene" not in entries:
        return Scene.POST
    word = document.choice(entries["scene"][1], "scene", [scene.value for scene in Scene])
    return Scene(word) if word else Scene.POST


def _author(document: Document, entries: Entries) -> Author:
    told = document.table(value_of(entries, "author"), "'author'", ("trust", "age_days"))
    trust = document.number(told["trust"][1], "'trust'", low=0, high=4) if "trust" in told else 0
    age = document.number(told["age_days"][1], "'age_days'", low=0, high=36_500) if "age_days" in told else None
    return Author("author", int(trust or 0), None if age is None else _NOW - timedelta(days=age))


def _reading(document: Document, entries: Entries, taxonomy: Taxonomy) -> Reading:
    scores = _by_label(document, entries, "scores", taxonomy)
    counts = _by_label(document, entries, "spans", taxonomy)
    facts = _by_label(document, entries, "facts", taxonomy)
    findings = []
    for label in dict.fromkeys([*scores, *counts, *facts]):
        score = document.number(scores[label], "the score", low=0, high=1) if label in scores else 1.0
        count = document.number(counts[label], "the count", low=1, high=1000) if label in counts else 0
        spans = tuple(EvidenceSpan(at, at + 1, "case") for at in range(int(count or 0)))
        told = _facts(document, facts[label]) if label in facts else {}
        findings.append(Finding(label, 1.0 if score is None else score, "case", spans, told))
    failed = document.texts(value_of(entries, "failed"), "'failed'") if "failed" in entries else []
    return Reading(tuple(findings), tuple(Abstention(name, "failed in this case") for name in failed))


def _by_label(document: Document, entries: Entries, key: str, taxonomy: Taxonomy) -> dict[str, Node]:
    table = document.table(value_of(entries, key), f"'{key}'")
    for label, (node, _) in table.items():
        if label not in taxonomy:
            document.fault_unknown(node, "label", label, [each.id for each in taxonomy])
    return {label: value for label, (_, value) in table.items()}


def _facts(document: Document, node: Node) -> dict[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {}
    for name, (_, value) in document.table(node, "facts").items():
        numeric = isinstance(value, ScalarNode) and value.tag.endswith((":int", ":float"))
        told = document.number(value, f"'{name}'", low=0, high=1e9) if numeric else document.text(value, f"'{name}'")
        if told is not None:
            facts[name] = told
    return facts


def _expectation(document: Document, entries: Entries) -> Expectation:
    expect = document.table(value_of(entries, "expect"), "'expect'", ("action", "rules", "alerts", "care"))
    word = None
    if "action" in expect:
        word = document.choice(expect["action"][1], "action", [action.word for action in Action])
    care = document.text(expect["care"][1], "'care'") if "care" in expect else None
    silent = not expect
    return Expectation(
        action=Action.parse(word) if word else Action.ALLOW,
        alerts=frozenset(_names(document, expect, "alerts")),
        care=care or "",
        rules=frozenset(_names(document, expect, "rules")) if silent or "rules" in expect else None,
        must_not_fire=tuple(_names(document, entries, "must_not_fire")),
    )


def _names(document: Document, entries: Entries, key: str) -> Sequence[str]:
    return document.texts(entries[key][1], f"'{key}'") if key in entries else []
