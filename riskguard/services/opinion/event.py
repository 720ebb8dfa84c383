"""What breaks out: sightings of one look put together into events, by the posts that they share.

Words of one event are said in the same posts, if not all in each: faces (topics that about the same posts carry) are
joined step by step, those that share most first, and the joints at which hardly any post holds two sides together are
cut again. So a word that is said of two events does not make them one, and an event in many words is not many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from riskguard.domain.opinion import SeriesKind
from riskguard.services.opinion.sighting import Look, Sighting, faint
from riskguard.services.opinion.topics import SAME

HELD = 0.3
"""Two sides are one event if this share of the smaller one's posts, weighted by how evenly they speak of both, holds
them together."""

TELLING = 0.9
"""A longer topic that so many of the most frequent one's accounts carry is the better name."""

_MOST_FACES = 100
_MOST_POSTS = 1000


@dataclass(frozen=True)
class Event:
    """Sightings of one event. The first leads: it names the event and is what is counted."""

    sightings: tuple[Sighting, ...]

    @property
    def lead(self) -> Sighting:
        return self.sightings[0]

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The most telling first."""
        return tuple(seen.series.name for seen in self.sightings if seen.series.kind is SeriesKind.TOPIC)

    @cached_property
    def places(self) -> frozenset[int]:
        """Of the posts of all its sightings."""
        return _places(self.sightings)


def events(found: Sequence[Sighting], look: Look) -> list[Event]:
    """The topics of a look as events, those that most accounts speak of first."""
    topics = [seen for seen in found if seen.series.kind is SeriesKind.TOPIC]
    if not topics:
        return []
    clear = {seen.series for seen in topics}
    groups = [
        [seen for seen in group if seen.series in clear] for group in _parted(_faces([*topics, *faint(look, topics)]))
    ]
    told = [Event(tuple(_named(group, look))) for group in groups if group]
    return sorted(told, key=lambda event: (-event.lead.accounts, event.topics))


def explained(seen: Sighting, topics: Iterable[str], look: Look, *, share: float = 0.5) -> bool:
    """Whether so large a share of a sighting's accounts beyond the usual speaks of these topics."""
    said = set(topics)
    speaking = look.accounts([at for at in seen.places if not said.isdisjoint(look.marks[at].topics)])
    return speaking >= share * (seen.accounts - seen.expected)


def _places(group: Sequence[Sighting]) -> frozenset[int]:
    return frozenset[int]().union(*(seen.places for seen in group))


# --- faces and joints


@dataclass(frozen=True)
class _Node:
    """Faces that were joined; how many of them each post carries; the two sides of the last joint, and how
    well it holds."""

    faces: tuple[Sequence[Sighting], ...]
    carried: Mapping[int, int]
    sides: tuple[_Node, _Node] | None = None
    held: float = 1.0


def _faces(topics: Sequence[Sighting]) -> list[list[Sighting]]:
    """Topics that about the same posts carry, together; the most surprising first."""
    faces: list[list[Sighting]] = []
    for seen in sorted(topics, key=lambda seen: (-seen.surprise, -seen.accounts, seen.series.name)):
        home = next((face for face in faces if _alike(face[0].places, seen.places)), None)
        if home is not None:
            home.append(seen)
        elif len(faces) < _MOST_FACES:
            faces.append([seen])
    return faces


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether about the same posts carry both, as far back as both windows reach."""
    if one.isdisjoint(other):
        return False
    since = max(min(one), min(other))
    late = sum(at >= since for at in one | other)
    return len(one & other) >= SAME * late


def _parted(faces: Sequence[Sequence[Sighting]]) -> list[list[Sighting]]:
    """The faces as events: joined as long as any two share one of the newest posts, then parted where a joint does not
    hold."""
    newest = frozenset(sorted(frozenset[int]().union(*map(_places, faces)))[-_MOST_POSTS:])
    nodes = [_Node((face,), dict.fromkeys(_places(face) & newest, 1)) for face in faces]
    links = {(one, two): _held(nodes[one], nodes[two]) for one in range(len(nodes)) for two in range(one)}
    alive = set(range(len(nodes)))
    while links and (held := max(links.values())) > 0:
        one, two = min(pair for pair, link in links.items() if link == held)
        sides = nodes[one], nodes[two]
        nodes.append(_Node(sides[0].faces + sides[1].faces, _together(sides[0].carried, sides[1].carried), sides, held))
        alive -= {one, two}
        links = {pair: link for pair, link in links.items() if alive.issuperset(pair)}
        links |= {(len(nodes) - 1, other): _held(nodes[-1], nodes[other]) for other in alive}
        alive.add(len(nodes) - 1)
    return [[seen for face in node.faces for seen in face] for at in sorted(alive) for node in _whole(nodes[at])]


def _together(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    return {at: one.get(at, 0) + other.get(at, 0) for at in one.keys() | other.keys()}


def _held(one: _Node, other: _Node) -> float:
    """How well posts hold two sides together, 0..1: each counts by how evenly its faces lie on both."""
    shared = one.carried.keys() & other.carried.keys()
    both = sum(2 * min(one.carried[at], other.carried[at]) / (one.carried[at] + other.carried[at]) for at in shared)
    return both / min(len(one.carried), len(other.carried)) if shared else 0.0


def _whole(node: _Node) -> list[_Node]:
    if node.sides is None or node.held >= HELD:
        return [node]
    return [part for side in node.sides for part in _whole(side)]


def _named(group: Sequence[Sighting], look: Look) -> list[Sighting]:
    """The sightings of an event, the best name first, then what adds most accounts to those before."""
    most = max(seen.accounts - seen.expected for seen in group)
    lead = max(
        (seen for seen in group if seen.accounts - seen.expected >= TELLING * most),
        key=lambda seen: (len(seen.series.name), seen.accounts, seen.series.name),
    )
    ordered, left = [lead], [seen for seen in group if seen is not lead]
    heard = {look.marks[at].account for at in lead.places}
    while left:
        gains = [len({look.marks[at].account for at in seen.places} - heard) for seen in left]
        best = max(range(len(left)), key=lambda at: (gains[at], left[at].accounts, left[at].surprise))
        heard |= {look.marks[at].account for at in left[best].places}
        ordered.append(left.pop(best))
    return ordered
