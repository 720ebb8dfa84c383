"""Look-alikes remembered in this process: for `riskguard judge` and for tests."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from riskguard.detectors.similar.lookalikes import ALIKE, MOST_CLUSTERS, MOST_MEMBERS, Match, Trace
from riskguard.detectors.similar.sketch import similarity

_MOST_TRIED = 3

_Place = tuple[str, int, bytes]


@dataclass(slots=True, eq=False)
class _Cluster:
    first: Trace
    members: set[int]
    authors: Counter[int] = field(default_factory=Counter)


class MemoryLookAlikes:
    """Forgets a cluster when the window after its first post has passed, or when it holds too many."""

    def __init__(self, *, window_s: float = 86_400.0) -> None:
        self._window_s = window_s
        self._by_place: dict[_Place, _Cluster] = {}
        self._clusters: OrderedDict[int, _Cluster] = OrderedDict()
        self._newest = 0.0

    def meet(self, traces: Sequence[Trace]) -> list[Match | None]:
        """See `LookAlikes.meet`."""
        found = [self._meet(trace) for trace in traces]
        self._forget()
        return found

    def _meet(self, trace: Trace) -> Match | None:
        self._newest = max(self._newest, trace.at)
        likeness, cluster = self._nearest(trace)
        if cluster is None:
            self._found(trace)
            return None
        if trace.key == cluster.first.key:
            return None
        if trace.key not in cluster.members and len(cluster.members) < MOST_MEMBERS:
            cluster.members.add(trace.key)
            cluster.authors[trace.author] += 1
        return Match(
            cluster=cluster.first.post_id,
            similarity=likeness,
            copies=len(cluster.members),
            accounts=len(cluster.authors),
            own=cluster.authors[trace.author],
        )

    def _nearest(self, trace: Trace) -> tuple[float, _Cluster | None]:
        met = Counter(cluster for place in _places(trace) if (cluster := self._by_place.get(place)) is not None)
        near = [
            (similarity(trace.sketch.signature, cluster.first.sketch.signature), cluster)
            for cluster, _ in met.most_common(_MOST_TRIED)
            if abs(trace.at - cluster.first.at) <= self._window_s
        ]
        likeness, cluster = max(near, key=lambda pair: pair[0], default=(0.0, None))
        return (likeness, cluster) if likeness >= ALIKE else (0.0, None)

    def _found(self, trace: Trace) -> None:
        cluster = _Cluster(trace, {trace.key}, Counter({trace.author: 1}))
        self._clusters[id(cluster)] = cluster
        for place in _places(trace):
            self._by_place[place] = cluster

    def _forget(self) -> None:
        while self._clusters:
            oldest = next(iter(self._clusters.values()))
            over = len(self._clusters) > MOST_CLUSTERS
            if not over and self._newest - oldest.first.at <= self._window_s:
                return
            del self._clusters[id(oldest)]
            for place in _places(oldest.first):
                if self._by_place.get(place) is oldest:
                    del self._by_place[place]


def _places(trace: Trace) -> list[_Place]:
    return [(trace.community, band, key) for band, key in enumerate(trace.sketch.keys)]
