"""Tests of alerts.yaml, written by those who own it: alerts over time, and who must be told what, and when.

A file of tests/alerts/*.yaml:

    alerts: ../../examples/alerts.yaml       # optional; the default is the alerts.yaml of the policies
    cases:
      - name: 夜里只有危急的会响
        start: 2026-03-02T23:30+08:00        # optional, as is all else down to expect
        until: 12h                           # how long to watch
        alerts:                              # times count from the start
          - {at: 0s, name: spam-wave, kind: verdict, severity: warning, community: demo, acknowledged: 5m}
          - {at: 1m, name: care-urgent, kind: verdict, severity: critical, community: demo, resolved: 1h}
        silences:
          - {match: {name: spam-*}, from: 0s, until: 2h}
        expect:                              # all that is told, and nothing else
          - {at: 1m30s, to: oncall, reason: raised, raised: [care-urgent]}

`expect: []` asserts silence. A `key` tells alerts of one name apart; the same key again is the same alert.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yaml.nodes import Node

from riskguard.domain.alert import Alert, Severity
from riskguard.domain.errors import Fault, PolicyInvalid
from riskguard.domain.notice import Reason, Silence
from riskguard.policy.alerts.load import load_plan, plan_of, read_match
from riskguard.policy.alerts.model import AlertPlan
from riskguard.policy.alerts.simulation import Happening, Heard, What, simulated
from riskguard.policy.alerts.times import duration, moment, written_duration
from riskguard.policy.document import Document
from riskguard.policy.entry import Entries, note, value_of
from riskguard.policy.model import Place

FOLDER = Path("tests", "alerts")
_START = datetime(2026, 3, 2, 1, tzinfo=UTC)
_CASE = ("name", "start", "until", "alerts", "silences", "expect")
_ALERT = ("at", "key", "kind", "name", "severity", "community", "scene", "labels", "acknowledged", "resolved", "lasts")
_HEARD = ("at", "to", "reason", "raised", "resolved")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AlertCase:
    """One test."""

    name: str
    place: Place
    start: datetime
    until: timedelta
    happenings: tuple[Happening, ...]
    silences: tuple[Silence, ...]
    expect: frozenset[Heard]


MOST_COMPLAINTS = 5
"""So many of a kind are told of one case."""


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """What became of a case; no complaints means that it passed."""

    case: AlertCase
    complaints: tuple[str, ...]


def run_alert_tests(folder: Path) -> list[AlertOutcome]:
    """Run tests/alerts/*.yaml of a policy folder. PolicyInvalid carries every fault of the test files."""
    outcomes: list[AlertOutcome] = []
    faults: dict[Fault, None] = {}
    for file in sorted((folder / FOLDER).glob("*.yaml")):
        try:
            outcomes += _run_file(file, folder)
        except PolicyInvalid as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise PolicyInvalid(tuple(faults))
    return outcomes


def run_case(case: AlertCase, plan: AlertPlan) -> AlertOutcome:
    """Let the case happen under the plan, as production would."""
    heard = set(simulated(plan, case.happenings, case.silences, start=case.start, until=case.start + case.until))
    missing = [f"not told: {_shown(each)}" for each in _ordered(case.expect - heard)]
    extra = [f"told, and not expected: {_shown(each)}" for each in _ordered(heard - case.expect)]
    return AlertOutcome(case, (*_first(missing), *_first(extra)))


def _first(complaints: list[str]) -> list[str]:
    """The first of them, and how many more: what repeats for a day would fill the screen."""
    rest = len(complaints) - MOST_COMPLAINTS
    return [*complaints[:MOST_COMPLAINTS], f"and {rest} more like it"] if rest > 0 else complaints


def _ordered(heard: set[Heard] | frozenset[Heard]) -> list[Heard]:
    return sorted(heard, key=lambda each: (each.after, each.to, each.reason))


def _shown(heard: Heard) -> str:
    parts = [f"{written_duration(heard.after)} to {heard.to}, {heard.reason.value}"]
    parts += [f"raised {', '.join(sorted(heard.raised))}"] if heard.raised else []
    parts += [f"resolved {', '.join(sorted(heard.resolved))}"] if heard.resolved else []
    return "; ".join(parts)


# --- reading the files


def _run_file(file: Path, folder: Path) -> list[AlertOutcome]:
    document = Document(file)
    entries = document.table(document.root, "a file of alert tests", ("alerts", "cases"), required=("cases",))
    named = document.text(entries["alerts"][1], "'alerts'") if "alerts" in entries else None
    cases = [_case(document, node) for node in document.items(value_of(entries, "cases"), "'cases'")]
    document.refuse()
    plan = load_plan(Path(os.path.normpath(file.parent / named))) if named else plan_of(folder)
    return [run_case(case, plan) for case in cases]


def _case(document: Document, node: Node) -> AlertCase:
    entries = document.table(node, "a case", _CASE, required=("name", "alerts", "expect"))
    start = moment(document, entries, "start") or _START
    alerts = document.items(value_of(entries, "alerts"), "'alerts'")
    silences = document.items(value_of(entries, "silences"), "'silences'")
    expect = document.items(value_of(entries, "expect"), "'expect'")
    return AlertCase(
        name=note(document, entries, "name"),
        place=document.place(node),
        start=start,
        until=duration(document, entries, "until", _DAY),
        happenings=tuple(h for number, each in enumerate(alerts) for h in _happenings(document, each, number, start)),
        silences=tuple(_silence(document, each, start) for each in silences),
        expect=frozenset(_heard(document, each) for each in expect),
    )


def _happenings(document: Document, node: Node, number: int, start: datetime) -> Iterator[Happening]:
    entries = document.table(node, "an alert", _ALERT, required=("at", "name"))
    at = start + duration(document, entries, "at", timedelta(0))
    alert = _alert(document, entries, at)
    yield Happening(at, What.RAISED, alert, number)
    for what in (What.ACKNOWLEDGED, What.RESOLVED):
        if what.value in entries:
            yield Happening(start + duration(document, entries, what.value, timedelta(0)), what, alert, number)


def _alert(document: Document, entries: Entries, at: datetime) -> Alert:
    word = (
        document.choice(entries["severity"][1], "severity", [s.word for s in Severity]) if "severity" in entries else ""
    )
    labels = document.table(value_of(entries, "labels"), "'labels'")
    name = note(document, entries, "name")
    lasts = duration(document, entries, "lasts", timedelta(0))
    return Alert(
        key=note(document, entries, "key") or name,
        kind=note(document, entries, "kind") or "verdict",
        name=name,
        severity=Severity.parse(word) if word else Severity.WARNING,
        community=note(document, entries, "community") or None,
        scene=note(document, entries, "scene") or None,
        summary=name,
        page="",
        labels={label: document.text(value, f"'{label}'") or "" for label, (_, value) in labels.items()},
        starts_at=at,
        ends_at=at + lasts if lasts else None,
    )


def _silence(document: Document, node: Node, start: datetime) -> Silence:
    entries = document.table(node, "a silence", ("match", "from", "until"), required=("match", "until"))
    since = start + duration(document, entries, "from", timedelta(0))
    until = start + duration(document, entries, "until", timedelta(0))
    return Silence("case", read_match(document, value_of(entries, "match")), since, until, "case", "case")


def _heard(document: Document, node: Node) -> Heard:
    entries = document.table(node, "an expectation", _HEARD, required=("at", "to", "reason"))
    reasons = [reason.value for reason in Reason if reason is not Reason.TEST]
    word = document.choice(entries["reason"][1], "reason", reasons) if "reason" in entries else None
    return Heard(
        after=duration(document, entries, "at", timedelta(0)),
        to=note(document, entries, "to"),
        reason=Reason(word) if word else Reason.RAISED,
        raised=frozenset(document.texts(value_of(entries, "raised"), "'raised'")),
        resolved=frozenset(document.texts(value_of(entries, "resolved"), "'resolved'")),
    )
