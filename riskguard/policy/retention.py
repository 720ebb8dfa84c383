"""`retention.yaml`: how long the words of posts are kept, by community and label. Compliance officers own it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from yaml.nodes import Node, ScalarNode

from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.document import Document

RETENTION = "retention.yaml"
FOREVER = "forever"

_DAYS = re.compile(r"([1-9]\d{0,4}) ?d")
_HINT = "whole days such as 90d, or forever"


class OpenCases(StrEnum):
    """What becomes of a post whose time is over while it waits for a moderator: it WAITs for the ruling, or the case
    is closed without one."""

    WAIT = "wait"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long posts keep their words. `posts` holds for every post (None: for ever), `labels` for those on which a
    rule fired for that label or one below it; the shortest counts."""

    posts: timedelta | None = None
    labels: Mapping[str, timedelta] = field(default_factory=dict, hash=False)
    open_cases: OpenCases = OpenCases.WAIT

    def keeps(self, fired: Collection[str]) -> timedelta | None:
        """How long a post is kept on which rules about these labels fired; None: for ever."""
        of_labels = [kept for label, kept in self.labels.items() if any(_within(each, label) for each in fired)]
        return min([*of_labels, *([self.posts] if self.posts is not None else [])], default=None)

    @property
    def terms(self) -> tuple[timedelta, ...]:
        """Every age at which some posts lose their words, the shortest first."""
        return tuple(sorted({*self.labels.values(), *([self.posts] if self.posts is not None else [])}))

    @property
    def version(self) -> str:
        """A hash of what it says: a change of mind is looked at from the first post on."""
        said = (self.posts, sorted(self.labels.items()), self.open_cases.value)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Retentions:
    """What the file says: `default`, and the communities that differ."""

    default: Retention = Retention()
    communities: Mapping[str, Retention] = field(default_factory=dict, hash=False)

    def of(self, community: str) -> Retention:
        """What holds for a community."""
        return self.communities.get(community, self.default)


def load_retention(folder: Path, taxonomy: Taxonomy) -> Retentions:
    """What the folder's retention.yaml says; without the file everything is kept. PolicyInvalid with every fault."""
    file = folder / RETENTION
    if not file.exists():
        return Retentions()
    document = Document(file)
    parts = document.table(document.root, "the file", ("default", "communities"))
    default = _retention(document, parts["default"][1], taxonomy, Retention()) if "default" in parts else Retention()
    listed = document.table(parts["communities"][1], "communities") if "communities" in parts else {}
    own = {name: _retention(document, node, taxonomy, default) for name, (_, node) in listed.items()}
    document.refuse()
    return Retentions(default, own)


def _retention(document: Document, node: Node, taxonomy: Taxonomy, default: Retention) -> Retention:
    """One entry; what it does not say is as in `default`."""
    parts = document.table(node, "a retention", ("posts", "labels", "open_cases"))
    posts = _term(document, parts["posts"][1], "'posts'") if "posts" in parts else default.posts
    labels = dict(default.labels)
    for name, (key, value) in (document.table(parts["labels"][1], "labels") if "labels" in parts else {}).items():
        _check_label(document, key, name, taxonomy)
        kept = _term(document, value, f"'{name}'")
        labels.pop(name, None)
        if kept is not None:
            labels[name] = kept
    word = document.choice(parts["open_cases"][1], "open_cases", tuple(OpenCases)) if "open_cases" in parts else None
    return Retention(posts, labels, OpenCases(word) if word in tuple(OpenCases) else default.open_cases)


def _term(document: Document, node: Node, what: str) -> timedelta | None:
    word = node.value if isinstance(node, ScalarNode) else ""
    days = _DAYS.fullmatch(word)
    if not days and word != FOREVER:
        document.fault(node, f"{what} must say how long, this is '{word}'", _HINT)
    return timedelta(days=int(days[1])) if days else None


def _check_label(document: Document, node: Node, name: str, taxonomy: Taxonomy) -> None:
    """A label, or the first part of some: 'pii' stands for all of pii.*"""
    if name not in taxonomy and not any(_within(label, name) for label in taxonomy.labels):
        document.fault_unknown(node, "label", name, sorted(taxonomy.labels))


def _within(label: str, other: str) -> bool:
    return label == other or label.startswith(f"{other}.")
