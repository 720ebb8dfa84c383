"""alerts.yaml read strictly: all faults at once, each with its place and a hint; then an AlertPlan with a version."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from yaml.nodes import Node, ScalarNode, SequenceNode

from riskguard.domain.alert import Severity
from riskguard.domain.notice import FIELDS, LABEL, Match, Silence
from riskguard.policy.alerts.model import AlertPlan, Escalation, Inhibition, Named, QuietHours, Receiver, Route
from riskguard.policy.alerts.receivers import read_receivers
from riskguard.policy.alerts.times import DAYS, clock_time, duration, moment, zone
from riskguard.policy.condition import nearest
from riskguard.policy.document import Document, written_as
from riskguard.policy.entry import Entries, note, value_of

ALERTS = "alerts.yaml"
_FILE = ("receivers", "quiet_hours", "route", "inhibit", "silences", "named", "keep")
_BRANCH = (
    "name",
    "match",
    "to",
    "group_by",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "quiet",
    "escalate",
    "continue",
    "routes",
)
_ROOT = tuple(key for key in _BRANCH if key not in ("name", "match", "continue"))
_LONGEST_TITLE = 60
_KEEP = timedelta(days=180)
NOBODY = AlertPlan("none", Route("root"))
"""Where there is no alerts.yaml: alerts are kept and shown, and nobody is told."""


@dataclass(frozen=True, slots=True)
class _Names:
    """What routes may refer to."""

    receivers: Mapping[str, Receiver]
    quiet: Mapping[str, QuietHours]


def load_plan(file: Path) -> AlertPlan:
    """The plan of the file. PolicyInvalid carries every fault."""
    document = Document(file)
    entries = document.table(document.root, "alerts.yaml", _FILE)
    names = _Names(
        read_receivers(document, value_of(entries, "receivers")),
        _quiet_hours(document, value_of(entries, "quiet_hours")),
    )
    root = value_of(entries, "route")
    tree = _route(document, root, Route("root"), names, top=True) if root is not None else Route("root")
    plan = AlertPlan(
        version=hashlib.sha256(document.content).hexdigest()[:12],
        root=tree,
        receivers=names.receivers,
        inhibitions=tuple(_inhibition(document, each) for each in _list(document, entries, "inhibit")),
        silences=tuple(filter(None, (_silence(document, each) for each in _list(document, entries, "silences")))),
        named=_named(document, value_of(entries, "named")),
        keep=duration(document, entries, "keep", _KEEP, low=timedelta(days=1)),
    )
    document.refuse()
    return plan


def plan_of(folder: Path) -> AlertPlan:
    """The plan of a policy folder; one that tells nobody where it has no alerts.yaml."""
    file = folder / ALERTS
    return load_plan(file) if file.exists() else NOBODY


def _list(document: Document, entries: Entries, key: str) -> list[Node]:
    return document.items(value_of(entries, key), f"'{key}'")


# --- the tree


def _route(document: Document, node: Node, above: Route, names: _Names, *, top: bool = False) -> Route:
    """A branch with what it has from the one above."""
    what = "'route'" if top else "a route"
    entries = document.table(node, what, _ROOT if top else _BRANCH)
    route = Route(
        name=note(document, entries, "name") or (above.name if top else f"{above.name}/{document.place(node).line}"),
        match=read_match(document, value_of(entries, "match")),
        to=_receivers(document, value_of(entries, "to"), above.to, names.receivers),
        group_by=_group_by(document, value_of(entries, "group_by"), above.group_by),
        group_wait=duration(document, entries, "group_wait", above.group_wait),
        group_interval=duration(document, entries, "group_interval", above.group_interval, low=timedelta(seconds=1)),
        repeat_interval=duration(document, entries, "repeat_interval", above.repeat_interval, low=timedelta(minutes=1)),
        quiet=_quiet(document, value_of(entries, "quiet"), above.quiet, names),
        escalate=_escalation(document, value_of(entries, "escalate"), above.escalate, names),
        goes_on=_switch(document, value_of(entries, "continue")),
    )
    if route.repeat_interval < route.group_interval and "repeat_interval" in entries:
        document.fault(entries["repeat_interval"][1], "repeats come no sooner than 'group_interval'", "make it longer")
    branches = _list(document, entries, "routes")
    routes = tuple(_route(document, each, route, names) for each in branches)
    _fault_unreached(document, branches, routes)
    return replace(route, routes=routes)


def _fault_unreached(document: Document, nodes: list[Node], routes: tuple[Route, ...]) -> None:
    """A branch that takes everything leaves nothing for those below it."""
    for at, route in enumerate(routes[:-1]):
        if not route.match.patterns and not route.goes_on:
            document.fault(nodes[at + 1], f"no alert comes this far: '{route.name}' takes every one", "move it up")
            return


def _receivers(
    document: Document, node: Node | None, default: tuple[str, ...], known: Mapping[str, Receiver]
) -> tuple[str, ...]:
    if node is None:
        return default
    return _known_words(document, node, "'to'", known, "receiver")


def _quiet(
    document: Document, node: Node | None, default: tuple[QuietHours, ...], names: _Names
) -> tuple[QuietHours, ...]:
    if node is None:
        return default
    words = _known_words(document, node, "'quiet'", names.quiet, "quiet hours")
    return tuple(names.quiet[word] for word in words)


def _escalation(document: Document, node: Node | None, default: Escalation | None, names: _Names) -> Escalation | None:
    """`escalate: {}` says that nobody else is told."""
    if node is None:
        return default
    required = ("after", "to") if node.value else ()
    entries = document.table(node, "'escalate'", ("after", "to"), required)
    after = duration(document, entries, "after", timedelta(0), low=timedelta(seconds=1))
    to = _receivers(document, value_of(entries, "to"), (), names.receivers)
    return Escalation(after, to) if to else None


def _known_words(document: Document, node: Node, what: str, known: Collection[str], kind: str) -> tuple[str, ...]:
    """The texts of a list that are known; the others are faults."""
    found: list[str] = []
    for each in document.items(node, what):
        word = document.text(each, f"an item of {what}")
        if word is not None and word not in known:
            document.fault_unknown(each, kind, word, tuple(known))
        elif word is not None:
            found.append(word)
    return tuple(dict.fromkeys(found))


def _group_by(document: Document, node: Node | None, default: tuple[str, ...]) -> tuple[str, ...]:
    if node is None:
        return default
    for each in document.items(node, "'group_by'"):
        if isinstance(each, ScalarNode):
            _fault_key(document, each, each.value)
    return tuple(dict.fromkeys(document.texts(node, "'group_by'")))


def read_match(document: Document, node: Node | None) -> Match:
    """A question about alerts: `{kind: verdict, severity: [warning, critical], label.topic: 停水*}`."""
    patterns: dict[str, tuple[str, ...]] = {}
    for name, (key, value) in document.table(node, "'match'").items():
        if not _fault_key(document, key, name):
            patterns[name] = _patterns(document, name, value)
    return Match(patterns)


def _patterns(document: Document, name: str, node: Node) -> tuple[str, ...]:
    nodes = node.value if isinstance(node, SequenceNode) else [node]
    found: list[str] = []
    for each in nodes:
        if name == "severity":
            word = document.choice(each, "severity", [severity.word for severity in Severity])
        else:
            word = document.text(each, f"'{name}'")
        found += [word] if word else []
    return tuple(found)


def _fault_key(document: Document, node: Node, key: str) -> bool:
    """Whether `key` is nothing that alerts have; it is a fault then."""
    if key in FIELDS or (key.startswith(LABEL) and key != LABEL):
        return False
    hint = nearest(key, FIELDS) or f"choose from {', '.join(FIELDS)}, {LABEL}NAME"
    document.fault(node, f"alerts have no '{key}'", hint)
    return True


# --- the other parts


def _quiet_hours(document: Document, node: Node | None) -> dict[str, QuietHours]:
    found: dict[str, QuietHours] = {}
    for name, (_, value) in document.table(node, "'quiet_hours'").items():
        keys = ("zone", "from", "to", "days")
        entries = document.table(value, f"quiet hours '{name}'", keys, required=("zone", "from", "to"))
        place, start = zone(document, entries, "zone"), clock_time(document, entries, "from")
        end = clock_time(document, entries, "to")
        days = value_of(entries, "days")
        words = _known_words(document, days, "'days'", DAYS, "day") if days is not None else DAYS
        if place is not None and start is not None and end is not None:
            found[name] = QuietHours(name, place, start, end, frozenset(map(DAYS.index, words)))
    return found


def _inhibition(document: Document, node: Node) -> Inhibition:
    entries = document.table(node, "an item of 'inhibit'", ("while", "mute", "equal"), required=("while", "mute"))
    return Inhibition(
        source=read_match(document, value_of(entries, "while")),
        muted=read_match(document, value_of(entries, "mute")),
        equal=_group_by(document, value_of(entries, "equal"), ()),
    )


def _silence(document: Document, node: Node) -> Silence | None:
    needed = ("match", "until", "because")
    entries = document.table(node, "a silence", ("match", "from", "until", "because"), required=needed)
    match, because = read_match(document, value_of(entries, "match")), note(document, entries, "because")
    until = moment(document, entries, "until")
    if until is None:
        return None
    since = moment(document, entries, "from") or datetime.min.replace(tzinfo=UTC)
    if since >= until:
        document.fault(entries["until"][1], "the silence ends before it begins")
    return Silence(f"file:{document.place(node).line}", match, since, until, ALERTS, because)


def _named(document: Document, node: Node | None) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for name, (_, value) in document.table(node, "'named'").items():
        keys = ("title", "severity", "ends_after")
        entries = document.table(value, f"the alert '{name}'", keys, required=("title",))
        severity = value_of(entries, "severity")
        word = document.choice(severity, "severity", [s.word for s in Severity]) if severity is not None else None
        title = note(document, entries, "title")
        if len(title) > _LONGEST_TITLE:
            document.fault(entries["title"][1], f"'title' has more than {_LONGEST_TITLE} characters")
        found[name] = Named(
            title=title,
            severity=Severity.parse(word) if word else Severity.WARNING,
            ends_after=duration(document, entries, "ends_after", timedelta(hours=1), low=timedelta(minutes=1)),
        )
    return found


def _switch(document: Document, node: Node | None) -> bool:
    if node is None:
        return False
    if isinstance(node, ScalarNode) and node.tag.endswith(":bool"):
        return str(node.value).lower() in ("true", "yes", "on")
    document.fault(node, f"'continue' must be true or false, this is {written_as(node)}")
    return False
