"""Look-alikes remembered in Redis, shared by all workers: one script call per batch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.resources import files
from math import ceil

from redis import Redis
from redis.exceptions import RedisError

from riskguard.detectors.similar.lookalikes import ALIKE, MOST_CLUSTERS, MOST_MEMBERS, Match, Trace
from riskguard.detectors.similar.sketch import ROWS, from_agreement
from riskguard.domain.errors import DetectorFailed

_SCRIPT = files("riskguard.detectors.similar").joinpath("meet.lua").read_text(encoding="utf-8")
_LEAST = next(agreed for agreed in range(ROWS + 1) if from_agreement(agreed) >= ALIKE)

_Argument = str | int | float | bytes


class RedisLookAlikes:
    """Every key lives under `prefix` and expires: clusters after `window_s`, what leads to them after twice that.

    A cluster takes about 3 kB, so a community with `most_clusters` different posts in a window takes 0.6 GB.
    """

    def __init__(
        self,
        connection: Redis,
        *,
        prefix: str = "rg",
        window_s: float = 86_400.0,
        most_clusters: int = MOST_CLUSTERS,
    ) -> None:
        self._script = connection.register_script(_SCRIPT)
        self._key = f"{prefix}:similar"
        self._window_s = max(1, ceil(window_s))
        self._most_clusters = most_clusters

    def meet(self, traces: Sequence[Trace]) -> list[Match | None]:
        """See `LookAlikes.meet`."""
        if not traces:
            return []
        groups = _by_community(traces)
        bounds = (self._window_s, _LEAST, MOST_MEMBERS, self._most_clusters)
        arguments: list[_Argument] = [int(time.time()), *bounds, len(groups)]
        for community, places in groups.items():
            arguments += [community, len(places)]
            for place in places:
                arguments += _arguments(traces[place])
        try:
            replies = self._script(keys=[self._key], args=arguments)
        except (RedisError, OSError) as error:
            raise DetectorFailed(f"look-alikes cannot be reached: {type(error).__name__}") from error
        matches: list[Match | None] = [None] * len(traces)
        order = [place for places in groups.values() for place in places]
        for place, reply in zip(order, replies, strict=True):
            matches[place] = _match(reply) if reply else None
        return matches


def _by_community(traces: Sequence[Trace]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for place, trace in enumerate(traces):
        groups.setdefault(trace.community, []).append(place)
    return groups


def _arguments(trace: Trace) -> list[_Argument]:
    sketch = trace.sketch
    return [trace.post_id, trace.key, trace.author, f"{trace.at:.3f}", sketch.signature, b"".join(sketch.keys)]


def _match(reply: Sequence[bytes | str | int]) -> Match:
    cluster, agreed, copies, accounts, own = reply
    name = cluster.decode() if isinstance(cluster, bytes) else str(cluster)
    return Match(name, from_agreement(int(agreed)), int(copies), int(accounts), int(own))
