"""Look-alikes remembered in this process: for `riskguard judge` and for tests."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from riskguard.detectors.similar.likeness import DRIFT, FAR, MOST_FACES, overlap
from riskguard.detectors.similar.lookalikes import MOST_CLUSTERS, MOST_MEMBERS, Match, Trace
from riskguard.detectors.similar.sketch import PROBES, SHELF

_MOST_TRIED = 3

_Place = tuple[str, int, bytes]


@dataclass(slots=True, eq=False)
class _Cluster:
    first: Trace
    members: set[int]
    authors: Counter[int] = field(default_factory=Counter)
    faces: int = 1


@dataclass(slots=True, eq=False)
class _Face:
    """A text that a cluster is recognised by: its first post's, or that of a member far from it."""

    number: int
    text: Trace
    cluster: _Cluster


class MemoryLookAlikes:
    """Forgets a text when the window after its post has passed, or when it holds too many."""

    def __init__(self, *, window_s: float = 86_400.0) -> None:
        self._window_s = window_s
        self._by_place: dict[_Place, _Face] = {}
        self._faces: OrderedDict[int, _Face] = OrderedDict()
        self._newest = 0.0
        self._given = 0

    def __len__(self) -> int:
        """How many texts are remembered."""
        return len(self._faces)

    def meet(self, traces: Sequence[Trace]) -> list[Match | None]:
        """See `LookAlikes.meet`."""
        found = [self._meet(trace) for trace in traces]
        self._forget()
        return found

    def _meet(self, trace: Trace) -> Match | None:
        self._newest = max(self._newest, trace.at)
        likeness, cluster = self._nearest(trace)
        if cluster is None:
            self._keep(trace, _Cluster(trace, {trace.key}, Counter({trace.author: 1})))
            return None
        if trace.key == cluster.first.key:
            return None
        if trace.key not in cluster.members and len(cluster.members) < MOST_MEMBERS:
            cluster.members.add(trace.key)
            cluster.authors[trace.author] += 1
            if likeness < FAR and cluster.faces < MOST_FACES:
                cluster.faces += 1
                self._keep(trace, cluster)
        return Match(
            cluster=cluster.first.post_id,
            similarity=likeness,
            copies=len(cluster.members),
            accounts=len(cluster.authors),
            own=cluster.authors[trace.author],
            since=cluster.first.at,
        )

    def _nearest(self, trace: Trace) -> tuple[float, _Cluster | None]:
        met = Counter(face for place in _sought(trace) if (face := self._by_place.get(place)) is not None)
        likeness, nearest = 0.0, None
        for face in sorted(met, key=lambda face: (-met[face], face.number))[:_MOST_TRIED]:
            if abs(trace.at - face.cluster.first.at) <= self._window_s:
                found = _likeness(trace, face)
                if found > likeness:
                    likeness, nearest = found, face.cluster
        return likeness, nearest

    def _keep(self, trace: Trace, cluster: _Cluster) -> None:
        self._given += 1
        face = self._faces[self._given] = _Face(self._given, trace, cluster)
        for place in _places(trace):
            self._by_place[place] = face

    def _forget(self) -> None:
        while self._faces:
            oldest = next(iter(self._faces.values()))
            over = len(self._faces) > MOST_CLUSTERS
            if not over and self._newest - oldest.text.at <= self._window_s:
                return
            del self._faces[oldest.number]
            for place in _places(oldest.text):
                if self._by_place.get(place) is oldest:
                    del self._by_place[place]


def _likeness(trace: Trace, face: _Face) -> float:
    """How alike a post and a face are; 0 where they do not count as one text, or the post has drifted too far."""
    first = face.cluster.first
    found = overlap(trace.sketch, face.text.sketch)
    if found is None or not found.alike:
        return 0.0
    if face.text is not first:
        root = overlap(trace.sketch, first.sketch)
        if root is None or root.jaccard < DRIFT:
            return 0.0
        if face.text.key == trace.key:  # met again: it is as far from the first as it was
            return root.jaccard
    return found.jaccard


def _sought(trace: Trace) -> Iterator[_Place]:
    """Where to look for look-alikes: the places of a text, and those of its probes."""
    yield from _places(trace)
    for at, key in enumerate(trace.sketch.probes):
        yield trace.community, at // PROBES, key


def _places(trace: Trace) -> Iterator[_Place]:
    return ((trace.community, band // SHELF, key) for band, key in enumerate(trace.sketch.keys))
